import type { WorldPeering } from '../../world.ts';
import { addPeering, cannotBePeered } from './peerings.ts';
import type { Ec2State, PeeringRecord, PeeringSide, VpcRecord } from './state.ts';

const hour = 3_600_000;

/** Adds a peering that is there from the start. Throws an `Error` for one that AWS could not have. */
export const loadPeering = (state: Ec2State, world: WorldPeering): void => {
  const sides = {
    requester: sideOf(state, world.requester),
    accepter: sideOf(state, world.accepter),
  };
  const { requester, accepter } = sides;
  const id = world.id ?? state.newId('pcx', requester.vpcId, accepter.vpcId, accepter.accountId);
  if (state.peerings.has(id)) throw new Error(`the world has ${id} twice`);
  if (cannotBePeered(state, sides) && world.state !== 'failed') {
    throw new Error(`${id}: ${requester.vpcId} and ${accepter.vpcId} overlap`);
  }
  addPeering(state, { id, ...sides, ...historyOf(state, world, sides) });
  state.tags.put(requester, id, world.requester.tags);
  state.tags.put(accepter, id, world.accepter.tags);
};

const sideOf = (
  state: Ec2State,
  { account, vpc: named, dnsResolution }: WorldPeering['requester'],
): PeeringSide => {
  const vpc = [...state.vpcs.values()].find(
    (one) => one.accountId === account && isCalled(state, one, named),
  );
  if (vpc === undefined) throw new Error(`account ${account} has no VPC ${named}`);
  return {
    accountId: account,
    region: vpc.region,
    vpcId: vpc.id,
    allowDnsResolutionFromRemoteVpc: dnsResolution,
  };
};

const isCalled = (state: Ec2State, vpc: VpcRecord, idOrName: string): boolean =>
  vpc.id === idOrName ||
  state.tags.of(vpc, vpc.id).some(({ Key, Value }) => Key === 'Name' && Value === idOrName);

type History = Pick<PeeringRecord, 'requestedAt' | 'isHopeless' | 'acceptedAt' | 'ended'>;

/** What has to have happened when, for the peering to be in its state for as long as the world says. */
const historyOf = (
  { settings }: Ec2State,
  { state, ageHours, deletedBy }: WorldPeering,
  sides: Pick<PeeringRecord, 'requester' | 'accepter'>,
): History => {
  const since = Date.now() - ageHours * hour;
  const accepted = since - settings.peeringProvisioningMs;
  const pending = { requestedAt: since - settings.peeringVisibleAfterMs, isHopeless: false };
  const used = { ...pending, requestedAt: accepted - settings.peeringVisibleAfterMs };
  const histories: Record<WorldPeering['state'], History> = {
    'pending-acceptance': pending,
    provisioning: { ...pending, acceptedAt: since },
    active: { ...used, acceptedAt: accepted },
    failed: { ...pending, isHopeless: true },
    expired: { ...pending, requestedAt: since - settings.pendingPeeringExpiresAfterMs },
    rejected: { ...pending, ended: { how: 'rejected', at: since, by: sides.accepter.accountId } },
    deleted: {
      ...{ ...used, acceptedAt: accepted },
      ended: { how: 'deleted', at: since, by: sides[deletedBy].accountId },
    },
  };
  return histories[state];
};
