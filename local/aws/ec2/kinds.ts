import { AwsError } from '../awsError.ts';
import { isSamePlace, type Place } from './state.ts';

type Words = { prefix: string; label: string; code: string; malformed?: string };

/**
 * What EC2 calls each kind of thing: in an id, in a message and in its error codes, where an id that is
 * malformed is not always spelled as one that is not found:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const kinds = {
  vpc: { prefix: 'vpc', label: 'vpc ID', code: 'InvalidVpcID' },
  subnet: { prefix: 'subnet', label: 'subnet ID', code: 'InvalidSubnetID' },
  'route-table': {
    prefix: 'rtb',
    label: 'routeTable ID',
    code: 'InvalidRouteTableID',
    malformed: 'InvalidRouteTableId',
  },
  'security-group': {
    prefix: 'sg',
    label: 'security group',
    code: 'InvalidGroup',
    malformed: 'InvalidGroupId',
  },
  'security-group-rule': {
    prefix: 'sgr',
    label: 'security group rule ID',
    code: 'InvalidSecurityGroupRuleId',
  },
  'vpc-peering-connection': {
    prefix: 'pcx',
    label: 'vpcPeeringConnection ID',
    code: 'InvalidVpcPeeringConnectionID',
    malformed: 'InvalidVpcPeeringConnectionId',
  },
  'network-acl': {
    prefix: 'acl',
    label: 'networkAcl ID',
    code: 'InvalidNetworkAclID',
    malformed: 'InvalidNetworkAclId',
  },
  'internet-gateway': {
    prefix: 'igw',
    label: 'internetGateway ID',
    code: 'InvalidInternetGatewayID',
    malformed: 'InvalidInternetGatewayId',
  },
  instance: { prefix: 'i', label: 'instance ID', code: 'InvalidInstanceID' },
} as const satisfies Record<string, Words>;

/** A kind of thing, by its name in ARNs and in tag specifications. */
export type Kind = keyof typeof kinds;

const isKind = (name: string): name is Kind => Object.hasOwn(kinds, name);

/** The kind an id is of, by its prefix. */
export const kindOf = (id: string): Kind | undefined =>
  Object.keys(kinds)
    .filter(isKind)
    .find((kind) => id.startsWith(`${kinds[kind].prefix}-`));

/** The error for an id that names nothing the caller has: malformed, or not found. */
export const missing = (kind: Kind, id: string): AwsError => {
  const { prefix, label, code, malformed = code }: Words = kinds[kind];
  if (new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) {
    return new AwsError(`${code}.NotFound`, `The ${label} '${id}' does not exist`);
  }
  return new AwsError(`${malformed}.Malformed`, `Invalid id: "${id}" (expecting "${prefix}-...")`);
};

/** The record with this id, which the account has to have in this Region. Throws what EC2 answers otherwise. */
export const mustHave = <Owned extends Place>(
  kind: Kind,
  records: ReadonlyMap<string, Owned>,
  place: Place,
  id: string | undefined,
): Owned => {
  if (id === undefined) {
    throw new AwsError('MissingParameter', `The request must contain the ID of a ${kind}`);
  }
  const record = records.get(id);
  if (record === undefined || !isSamePlace(record, place)) throw missing(kind, id);
  return record;
};
