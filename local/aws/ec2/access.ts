import type { TagSpecification } from '@aws-sdk/client-ec2';
import type { Call, Check, Operation } from '../service.ts';
import { arnOf } from './arns.ts';
import type { Kind } from './kinds.ts';
import { sharedBy } from './sharing.ts';
import {
  type Ec2State,
  isSamePlace,
  type PeeringRecord,
  type Place,
  placeOf,
  type VpcRecord,
} from './state.ts';

// What IAM has to allow, action by action, is said in
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html

type Context = Record<string, string | string[]>;

/** An operation that only looks, for which IAM knows no narrower resource than everything. */
export const describing = <Input, Output>(
  action: string,
  run: (input: Input, place: Place) => Output,
): Operation<Input, Output> => ({
  mutating: false,
  checks: (_input, call) => [
    { action: `ec2:${action}`, resource: '*', context: { 'ec2:Region': call.region } },
  ],
  run: (input, call) => run(input, placeOf(call)),
});

/** An operation that changes something, once IAM allows all of its checks. */
export const changing = <Input, Output>(
  checks: (input: Input, call: Call) => readonly Check[],
  run: (input: Input, place: Place) => Output,
): Operation<Input, Output> => ({
  mutating: true,
  checks,
  run: (input, call) => run(input, placeOf(call)),
});

/** The permission to do something to what is there. What is not there has its ARN and no condition keys. */
export const onExisting = (
  state: Ec2State,
  call: Call,
  action: string,
  kind: Kind,
  id: string | undefined,
  more: Context = {},
): Check => {
  const place = placeOf(call);
  const context = {
    'ec2:Region': call.region,
    ...detailsOf(state, place, kind, id ?? ''),
    ...resourceTags(state, place, id ?? ''),
    ...more,
  };
  // What is shared with an account has its owner's ARN, which policies about one's own account do not name.
  const owner = sharedBy(state, place, id ?? '') ?? place;
  return { action: `ec2:${action}`, resource: arnOf(owner, kind, id ?? '*'), context };
};

/** The permission to make something, and to tag it when it is made with tags. */
export const onNew = (
  call: Call,
  action: string,
  kind: Kind,
  specifications: readonly TagSpecification[] | undefined,
  more: Context = {},
): Check[] => {
  const resource = arnOf(placeOf(call), kind, '*');
  const tags = (specifications ?? []).flatMap(({ Tags = [] }) => Tags);
  const context = { 'ec2:Region': call.region, ...requestTags(tags) };
  const make = { action: `ec2:${action}`, resource, context: { ...context, ...more } };
  if (tags.length === 0) return [make];
  const tag = { ...context, 'ec2:CreateAction': action };
  return [make, { action: 'ec2:CreateTags', resource, context: tag }];
};

/** The condition keys for the tags that a request carries. */
export const requestTags = (
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[],
): Context => {
  if (tags.length === 0) return {};
  const pairs = tags.map(({ Key, Value = '' }) => [`aws:RequestTag/${Key}`, Value]);
  return { ...Object.fromEntries(pairs), 'aws:TagKeys': tags.map(({ Key = '' }) => Key) };
};

/** The condition keys that name both VPCs of a peering connection. */
export const peeringContext = ({
  requester,
  accepter,
}: Pick<PeeringRecord, 'requester' | 'accepter'>): Context => ({
  'ec2:RequesterVpc': arnOf(requester, 'vpc', requester.vpcId),
  'ec2:AccepterVpc': arnOf(accepter, 'vpc', accepter.vpcId),
});

const resourceTags = (state: Ec2State, place: Place, id: string): Context =>
  Object.fromEntries(
    state.tags.of(place, id).flatMap(({ Key, Value = '' }) => [
      [`aws:ResourceTag/${Key}`, Value],
      [`ec2:ResourceTag/${Key}`, Value],
    ]),
  );

const detailsOf = (state: Ec2State, place: Place, kind: Kind, id: string): Context => {
  switch (kind) {
    case 'vpc':
      return ofVpc(place, state.vpcs.get(id));
    case 'subnet':
      return inVpc(place, 'ec2:SubnetID', state.subnets.get(id));
    case 'route-table':
      return inVpc(place, 'ec2:RouteTableID', state.routeTables.get(id));
    case 'security-group':
      return inVpc(place, 'ec2:SecurityGroupID', state.securityGroups.get(id));
    case 'network-acl':
      return inVpc(place, 'ec2:NetworkAclID', state.networkAcls.get(id));
    case 'vpc-peering-connection':
      return ofPeering(place, state.peerings.get(id));
    default:
      return {};
  }
};

const ofVpc = (place: Place, vpc: VpcRecord | undefined): Context =>
  vpc !== undefined && isSamePlace(vpc, place)
    ? { 'ec2:VpcID': vpc.id, 'ec2:Tenancy': 'default' }
    : {};

const inVpc = (
  place: Place,
  idKey: string,
  record: (Place & { id: string; vpcId: string }) | undefined,
): Context =>
  record !== undefined && isSamePlace(record, place)
    ? { [idKey]: record.id, 'ec2:Vpc': arnOf(place, 'vpc', record.vpcId) }
    : {};

const ofPeering = (place: Place, peering: PeeringRecord | undefined): Context => {
  if (peering === undefined) return {};
  const { id, requester, accepter } = peering;
  const isTheirs = isSamePlace(requester, place) || isSamePlace(accepter, place);
  return isTheirs ? { 'ec2:VpcPeeringConnectionID': id, ...peeringContext(peering) } : {};
};
