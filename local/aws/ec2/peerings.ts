import type {
  CreateVpcPeeringConnectionRequest,
  CreateVpcPeeringConnectionResult,
  DescribeVpcPeeringConnectionsRequest,
  DescribeVpcPeeringConnectionsResult,
  VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import { overlapCidr } from 'cidr-tools';
import { AwsError } from '../awsError.ts';
import type { Call, Check } from '../service.ts';
import { changing, describing, onExisting, onNew, peeringContext } from './access.ts';
import { namedIn, type Selection, select } from './filters.ts';
import { onlyKnows, required } from './input.ts';
import { missing } from './kinds.ts';
import { isLive, isOutstanding, statusOf, visiblePeerings } from './peeringStatus.ts';
import { peeringView } from './peeringView.ts';
import { mustOwn } from './sharing.ts';
import { type Ec2State, isSamePlace, type PeeringRecord, type Place, placeOf } from './state.ts';
import { tagsFor } from './tags.ts';

const selection: Selection<VpcPeeringConnection> = {
  action: 'DescribeVpcPeeringConnections',
  kind: 'vpc-peering-connection',
  idsMember: 'VpcPeeringConnectionIds',
  idOf: (peering) => peering.VpcPeeringConnectionId,
  filters: {
    'vpc-peering-connection-id': (peering) => [peering.VpcPeeringConnectionId],
    'status-code': (peering) => [peering.Status?.Code],
    'status-message': (peering) => [peering.Status?.Message],
    'expiration-time': (peering) => [peering.ExpirationTime?.toISOString()],
    'requester-vpc-info.vpc-id': (peering) => [peering.RequesterVpcInfo?.VpcId],
    'requester-vpc-info.owner-id': (peering) => [peering.RequesterVpcInfo?.OwnerId],
    'requester-vpc-info.cidr-block': (peering) => [peering.RequesterVpcInfo?.CidrBlock],
    'accepter-vpc-info.vpc-id': (peering) => [peering.AccepterVpcInfo?.VpcId],
    'accepter-vpc-info.owner-id': (peering) => [peering.AccepterVpcInfo?.OwnerId],
    'accepter-vpc-info.cidr-block': (peering) => [peering.AccepterVpcInfo?.CidrBlock],
  },
};

/** The peerings that a Describe names, by their ids or by a VPC; undefined for one that may be about any. */
const askedFor = (
  state: Ec2State,
  { VpcPeeringConnectionIds: ids = [], Filters }: DescribeVpcPeeringConnectionsRequest,
): PeeringRecord[] | undefined => {
  if (ids.length > 0) return ids.flatMap((id) => state.peerings.get(id) ?? []);
  const vpcIds =
    namedIn(Filters, 'requester-vpc-info.vpc-id') ?? namedIn(Filters, 'accepter-vpc-info.vpc-id');
  return vpcIds && state.peerings.under(...vpcIds);
};

const describe = (
  state: Ec2State,
  input: DescribeVpcPeeringConnectionsRequest,
  place: Place,
): DescribeVpcPeeringConnectionsResult => {
  const peerings = visiblePeerings(state, place, askedFor(state, input));
  const all = peerings.map((peering) => peeringView(state, peering, place));
  const { items, next } = select(input, input.VpcPeeringConnectionIds, all, selection);
  return { VpcPeeringConnections: items, ...next };
};

const create = (
  state: Ec2State,
  input: CreateVpcPeeringConnectionRequest,
  place: Place,
): CreateVpcPeeringConnectionResult => {
  onlyKnows('CreateVpcPeeringConnection', input, [
    'VpcId',
    'PeerVpcId',
    'PeerOwnerId',
    'PeerRegion',
    'TagSpecifications',
  ]);
  const tags = tagsFor('vpc-peering-connection', input.TagSpecifications);
  const sides = sidesOf(input, place);
  mustOwn(state, 'vpc', state.vpcs, place, input.VpcId);
  if (!isVpcId(state, required('PeerVpcId', input.PeerVpcId))) {
    throw missing('vpc', input.PeerVpcId ?? '');
  }
  const live = liveRequest(state, sides);
  if (live !== undefined) return { VpcPeeringConnection: peeringView(state, live, place) };
  refuseAnotherRequest(state, place);
  const peering = request(state, sides);
  state.tags.put(place, peering.id, tags);
  // The first answer is always this, also where a test lets the request be visible at once.
  return { VpcPeeringConnection: peeringView(state, peering, place, 'initiating-request') };
};

type Sides = Pick<PeeringRecord, 'requester' | 'accepter'>;

const sidesOf = (input: CreateVpcPeeringConnectionRequest, place: Place): Sides => ({
  requester: { ...place, vpcId: input.VpcId ?? '', allowDnsResolutionFromRemoteVpc: false },
  accepter: {
    accountId: input.PeerOwnerId ?? place.accountId,
    region: input.PeerRegion ?? place.region,
    vpcId: input.PeerVpcId ?? '',
    allowDnsResolutionFromRemoteVpc: false,
  },
});

// A well-formed id of a VPC that nobody has is accepted, and the request fails.
const isVpcId = (state: Ec2State, id: string): boolean =>
  state.vpcs.has(id) || missing('vpc', id).name === 'InvalidVpcID.NotFound';

const liveRequest = (state: Ec2State, { requester, accepter }: Sides): PeeringRecord | undefined =>
  state.peerings
    .under(accepter.vpcId)
    .find(
      (peering) =>
        peering.requester.vpcId === requester.vpcId &&
        peering.accepter.vpcId === accepter.vpcId &&
        isSamePlace(peering.accepter, accepter) &&
        isLive(statusOf(peering, state.settings)),
    );

/** The outstanding requests of a place. One that is outstanding no more will never be again. */
const outstandingOf = (state: Ec2State, place: Place): PeeringRecord[] => {
  for (const id of state.requests.keys()) {
    const peering = state.peerings.get(id);
    if (!peering || !isOutstanding(statusOf(peering, state.settings))) state.requests.delete(id);
  }
  return [...state.requests.keys()]
    .flatMap((id) => state.peerings.get(id) ?? [])
    .filter(({ requester }) => isSamePlace(requester, place));
};

// The codes of both quotas: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
const refuseAnotherRequest = (state: Ec2State, place: Place): void => {
  if (outstandingOf(state, place).length >= state.quotas.outstandingPeeringRequests) {
    throw new AwsError(
      'OutstandingVpcPeeringConnectionLimitExceeded',
      `You have reached the limit of ${state.quotas.outstandingPeeringRequests} outstanding VPC peering connection requests`,
    );
  }
};

/** Adds a peering, whatever has become of it already. */
export const addPeering = (state: Ec2State, peering: PeeringRecord): void => {
  state.peerings.set(peering.id, peering);
  state.requests.set(peering.id, true);
};

const request = (state: Ec2State, sides: Sides): PeeringRecord => {
  const peering = {
    ...sides,
    id: state.newId('pcx', sides.requester.vpcId, sides.accepter.vpcId, sides.accepter.accountId),
    requestedAt: Date.now(),
    isHopeless: cannotBePeered(state, sides),
  };
  addPeering(state, peering);
  return peering;
};

/** Whether a request between these two can only fail: they overlap, or the peer is not what was said. */
export const cannotBePeered = (state: Ec2State, { requester, accepter }: Sides): boolean => {
  const peer = state.vpcs.get(accepter.vpcId);
  if (peer === undefined || !isSamePlace(peer, accepter)) return true;
  const own = state.vpcs.get(requester.vpcId)?.blocks ?? [];
  return overlapCidr(
    own.map(({ cidr }) => cidr),
    peer.blocks.map(({ cidr }) => cidr),
  );
};

const createChecks = (
  state: Ec2State,
  input: CreateVpcPeeringConnectionRequest,
  call: Call,
): Check[] => {
  const action = 'CreateVpcPeeringConnection';
  const both = peeringContext(sidesOf(input, placeOf(call)));
  return [
    onExisting(state, call, action, 'vpc', input.VpcId),
    ...onNew(call, action, 'vpc-peering-connection', input.TagSpecifications, both),
  ];
};

/** VPC peering connections: what there is, and requests for more. */
export const peeringOperations = (state: Ec2State) => ({
  DescribeVpcPeeringConnections: describing(
    selection.action,
    (input: DescribeVpcPeeringConnectionsRequest, place) => describe(state, input, place),
  ),
  CreateVpcPeeringConnection: changing(
    (input: CreateVpcPeeringConnectionRequest, call) => createChecks(state, input, call),
    (input, place) => create(state, input, place),
  ),
});
