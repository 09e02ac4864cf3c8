import { createEc2, type Ec2 } from '../../../../local/aws/ec2/ec2.ts';
import { defaultQuotas, type Quotas } from '../../../../local/aws/ec2/quotas.ts';
import type { Call } from '../../../../local/aws/service.ts';
import { defaultSettings, type LocalSettings } from '../../../../local/aws/settings.ts';
import { World } from '../../../../local/world.ts';

/** Delays of the tests' own, so that the defaults can change. */
const timing: LocalSettings = {
  ...defaultSettings,
  peeringVisibleAfterMs: 500,
  peeringProvisioningMs: 1500,
};

export const hub = '111111111111';
export const monitored = '222222222222';
export const stranger = '888888888888';
export const region = 'eu-central-1';
export const hubVpc = 'vpc-0a11111111111111a';
export const monitoredVpc = 'vpc-0b22222222222222b';
export const unknownVpc = 'vpc-0f00000000000000f';

type Member = Record<string, unknown>;

type Parts = {
  /** Members of the hub's VPC that matter to the test. */
  hubVpc?: Member;
  monitoredVpc?: Member;
  /** The monitored account's Region. */
  monitoredRegion?: string;
  /** VPCs besides these two, by account. */
  more?: Record<string, Member[]>;
  /** Peerings that are there from the start. */
  peerings?: Member[];
  settings?: Partial<LocalSettings>;
  quotas?: Partial<Quotas>;
};

/** A valid world with a hub and a monitored account, one VPC each; a test names what it cares about. */
export const aWorld = (parts: Parts = {}): World => {
  const vpcsOf: Record<string, Member[]> = {
    [hub]: [{ name: 'monitoring', id: hubVpc, cidrs: ['10.0.0.0/16'], ...parts.hubVpc }],
    [monitored]: [
      { name: 'app', id: monitoredVpc, cidrs: ['10.20.0.0/16'], ...parts.monitoredVpc },
    ],
    [stranger]: [],
  };
  for (const [id, more] of Object.entries(parts.more ?? {}))
    vpcsOf[id] = [...(vpcsOf[id] ?? []), ...more];
  const accounts = Object.entries(vpcsOf).map(([id, vpcs]) => {
    const where = id === monitored ? (parts.monitoredRegion ?? region) : region;
    return [id, { name: id, about: 'for a test', regions: { [where]: { vpcs } } }];
  });
  const { peerings = [] } = parts;
  return World.parse({ hub, accounts: Object.fromEntries(accounts), peerings });
};

type Operations = Ec2['operations'];

/** Every operation as a function of its input. */
export type Client = {
  [Action in keyof Operations]: (
    input: Parameters<Operations[Action]['run']>[0],
  ) => Exclude<ReturnType<Operations[Action]['run']>, Promise<unknown>>;
};

export const aCall = (accountId: string, inRegion = region): Call => {
  const arn = `arn:aws:iam::${accountId}:root`;
  return {
    service: 'ec2',
    action: 'any',
    region: inRegion,
    caller: { accountId, arn, principalArn: arn },
  };
};

/** An EC2 for that world; `as(account)` is a client of that account. */
export const anEc2 = (parts: Parts = {}) => {
  const settings = { ...timing, ...parts.settings };
  const ec2 = createEc2(aWorld(parts), settings, { ...defaultQuotas, ...parts.quotas });
  const as = (accountId: string, inRegion = region): Client => {
    const call = aCall(accountId, inRegion);
    const clients = Object.entries(ec2.operations).map(([action, { run }]) => [
      action,
      (input: never) => run(input, call),
    ]);
    return Object.fromEntries(clients) as Client;
  };
  return { ...ec2, as, settings };
};

/** The error an operation throws, by the code that an SDK would report as its name. */
export const error = (name: string, message: string | RegExp = '') =>
  expect.objectContaining({ name, message: expect.stringMatching(message) });

export const second = 1000;
export const hour = 3600 * second;
export const day = 24 * hour;

type Sides = { requester: Client; accepter: Client; peerRegion?: string };

/** Requests a peering from the hub and lets the time pass until it is pending. */
export const requested = ({ requester, peerRegion }: Sides): string => {
  const { VpcPeeringConnection: peering } = requester.CreateVpcPeeringConnection({
    VpcId: hubVpc,
    PeerVpcId: monitoredVpc,
    PeerOwnerId: monitored,
    ...(peerRegion && { PeerRegion: peerRegion }),
  });
  jest.advanceTimersByTime(timing.peeringVisibleAfterMs);
  return peering?.VpcPeeringConnectionId ?? '';
};

/** The same, accepted and active. */
export const active = (sides: Sides): string => {
  const id = requested(sides);
  sides.accepter.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id });
  jest.advanceTimersByTime(timing.peeringProvisioningMs);
  return id;
};
