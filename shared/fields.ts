import * as z from 'zod/mini';
import { matching } from './zod.ts';

/** An AWS account id: 12 digits. */
export const AccountId = matching(/^\d{12}$/, 'expected an AWS account id: 12 digits, as a string');

const PortNumber = z.int().check(z.minimum(0), z.maximum(65_535));

/** ICMP has a type and a code where TCP and UDP have ports; -1 stands for every one of them. */
const IcmpNumber = z.int().check(z.minimum(-1), z.maximum(255));

const tcpOrUdp = { protocol: z.enum(['tcp', 'udp']), from: PortNumber, to: PortNumber };
const icmp = { protocol: z.literal('icmp'), from: IcmpNumber, to: IcmpNumber };

const inOrder = ({ from, to }: { from: number; to: number }) => from <= to;
const notInOrder = { message: 'expected `from` to be no greater than `to`', path: ['from'] };

/** A range of ports, as a request names it. */
export const PortRange = z.discriminatedUnion('protocol', [
  z.strictObject(tcpOrUdp).check(z.refine(inOrder, notInOrder)),
  z.strictObject(icmp),
]);
export type PortRange = z.infer<typeof PortRange>;

/** A range of ports as a setting lists it: `tcp/9100`, `udp/1024-65535`, `icmp` for every type of it. */
export const PortRangeText = z.pipe(
  z.pipe(
    matching(
      /^(icmp|(tcp|udp)\/\d{1,5}(-\d{1,5})?)$/,
      'expected ports such as tcp/9100, udp/1024-65535 or icmp',
    ),
    z.transform((text): unknown => {
      const [protocol, numbers] = text.split('/');
      if (numbers === undefined) return { protocol, from: -1, to: -1 };
      const [from, to = from] = numbers.split('-').map(Number);
      return { protocol, from, to };
    }),
  ),
  PortRange,
);

/** Agents that call in need their port open in the hub; every other one is opened in the monitored account. */
const towards = { towards: z.optional(z.literal('hub')) };

/** Port profiles by name, as the setting PORT_PROFILES holds them. */
export const PortProfiles = z.record(
  z.string(),
  z.discriminatedUnion('protocol', [
    z.strictObject({ ...tcpOrUdp, ...towards }).check(z.refine(inOrder, notInOrder)),
    z.strictObject({ ...icmp, ...towards }),
  ]),
);
export type PortProfiles = z.infer<typeof PortProfiles>;

/** The name of a role. */
export const RoleName = matching(
  /^[\w+=,.@-]{1,64}$/,
  'expected a role name: 1 to 64 letters, digits or +=,.@_-',
);

/** The ARN of a policy as a setting allows it: an account of `*` stands for the monitored account. */
export const AllowedPolicyArn = matching(
  /^arn:aws(-[a-z]+)*:iam::(aws|\*|\d{12}):policy\/[\w+=,.@/-]{1,512}$/,
  'expected a policy ARN such as arn:aws:iam::aws:policy/ReadOnlyAccess or arn:aws:iam::*:policy/Monitoring',
);

/** Source of the shape: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const ExternalId = matching(
  /^[\w+=,.@:/-]{2,1224}$/,
  'expected an external id: 2 to 1224 letters, digits or +=,.@:/_-',
);
