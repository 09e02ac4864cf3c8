import assert from 'node:assert/strict';
import {
  AcceptVpcPeeringConnectionCommand,
  CreateTagsCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
  type Filter,
  ModifyVpcAttributeCommand,
  ModifyVpcPeeringConnectionOptionsCommand,
  RejectVpcPeeringConnectionCommand,
} from '@aws-sdk/client-ec2';
import { type Clients, hub, monitored, region, type World } from './aws.ts';
import { type Check, checks, idOf, refused, sorted } from './check.ts';
import {
  accept,
  activeIn,
  blocks,
  type Pair,
  pairIn,
  pendingIn,
  readPeering,
  request,
  requestBack,
  statusIn,
  unknown,
  vpcIn,
  vpcOfTwoBlocks,
} from './network.ts';

const reject = ({ ec2 }: Clients, VpcPeeringConnectionId: string) =>
  ec2.send(new RejectVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));

const remove = ({ ec2 }: Clients, VpcPeeringConnectionId: string) =>
  ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));

const idsWhere = async ({ ec2 }: Clients, Filters: Filter[]) => {
  const { VpcPeeringConnections: found = [] } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ Filters }),
  );
  return sorted(found.map(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId));
};

const statusesIn = async (world: World, id: string) => [
  await statusIn(world.hub, id),
  await statusIn(world.monitored, id),
];

const tagsIn = async (owner: Clients, id: string) =>
  sorted(((await readPeering(owner, id))?.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`));

const tag = ({ ec2 }: Clients, id: string, Key: string, Value: string) =>
  ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }));

const dryRequest = ({ ec2 }: Clients, pair: Pair) =>
  ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: pair.hub,
      PeerVpcId: pair.monitored,
      PeerOwnerId: monitored,
      DryRun: true,
    }),
  );

const allow = { AllowDnsResolutionFromRemoteVpc: true };

const modify = ({ ec2 }: Clients, VpcPeeringConnectionId: string, side: 'Requester' | 'Accepter') =>
  ec2.send(
    new ModifyVpcPeeringConnectionOptionsCommand({
      VpcPeeringConnectionId,
      [`${side}PeeringConnectionOptions`]: allow,
    }),
  );

const turnOnHostnames = ({ ec2 }: Clients, VpcId: string) =>
  ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));

const dnsOf = async (owner: Clients, id: string) => {
  const peering = await readPeering(owner, id);
  return [peering?.RequesterVpcInfo, peering?.AccepterVpcInfo].map(
    (side) => side?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc,
  );
};

const activeWithHostnames = async (world: World) => {
  const peering = await activeIn(world);
  await turnOnHostnames(world.hub, peering.hub);
  await turnOnHostnames(world.monitored, peering.monitored);
  return peering;
};

/** Two pairs between which nothing is the same, each with a pending peering; the first is what is looked for. */
const twoPending = async (world: World) => ({
  wanted: await pendingIn(world),
  other: await pendingIn(world),
});

/*
 * https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html (life cycle, limits, tags)
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (error codes)
 * https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-dns.html (options)
 */
const lifeCycle = checks('peerings', {
  'a request is answered as initiating-request': async (world) => {
    const pair = await pairIn(world);
    const { VpcPeeringConnection: answer } = await world.hub.ec2.send(
      new CreateVpcPeeringConnectionCommand({
        VpcId: pair.hub,
        PeerVpcId: pair.monitored,
        PeerOwnerId: monitored,
      }),
    );
    assert.equal(answer?.Status?.Code, 'initiating-request');
    assert.match(answer?.VpcPeeringConnectionId ?? '', /^pcx-[0-9a-f]{17}$/);
  },
  'a request is then pending-acceptance to both sides': async (world) => {
    const { id } = await pendingIn(world);
    assert.deepEqual(await statusesIn(world, id), ['pending-acceptance', 'pending-acceptance']);
  },
  'a request names owner, VPC and Region of both sides': async (world) => {
    const { id, ...pair } = await pendingIn(world);
    const seen = await readPeering(world.hub, id);
    const named = [seen?.RequesterVpcInfo, seen?.AccepterVpcInfo].map((side) => [
      side?.OwnerId,
      side?.VpcId,
      side?.Region,
    ]);
    assert.deepEqual(named, [
      [hub, pair.hub, region],
      [monitored, pair.monitored, region],
    ]);
  },
  'a pending request tells the accepter the requester’s block': async (world) => {
    const { id } = await pendingIn(world);
    const seen = await readPeering(world.monitored, id);
    assert.equal(seen?.RequesterVpcInfo?.CidrBlock, blocks.hub);
  },
  'an active peering tells the requester all blocks of the accepter': async (world) => {
    const VpcId = await vpcOfTwoBlocks(world.monitored, '10.20.0.0/16', '10.120.0.0/20');
    const pair = { hub: await vpcIn(world.hub, blocks.hub), monitored: VpcId };
    const id = await request(world.hub, pair);
    await accept(world.monitored, id);
    const { AccepterVpcInfo: side } = (await readPeering(world.hub, id)) ?? {};
    const told = sorted((side?.CidrBlockSet ?? []).map(({ CidrBlock }) => CidrBlock));
    assert.deepEqual(told, ['10.120.0.0/20', '10.20.0.0/16']);
  },
  'its accepter’s owner makes it active for both sides': async (world) => {
    const { id } = await pendingIn(world);
    await accept(world.monitored, id);
    assert.deepEqual(await statusesIn(world, id), ['active', 'active']);
  },
  'the requester cannot accept its own request': async (world) => {
    const { id } = await pendingIn(world);
    await refused(accept(world.hub, id), 'OperationNotPermitted');
    assert.equal(await statusIn(world.hub, id), 'pending-acceptance');
  },
  'who is no side of it does not know it': async (world) => {
    const { id } = await pendingIn(world);
    await refused(accept(world.stranger, id), 'InvalidVpcPeeringConnectionID.NotFound');
  },
  'it cannot be accepted twice': async (world) => {
    const { id } = await activeIn(world);
    await refused(accept(world.monitored, id), 'InvalidStateTransition');
  },
  'a rejected request is rejected for both sides': async (world) => {
    const { id } = await pendingIn(world);
    await reject(world.monitored, id);
    assert.deepEqual(await statusesIn(world, id), ['rejected', 'rejected']);
  },
  'a rejected request cannot be accepted': async (world) => {
    const { id } = await pendingIn(world);
    await reject(world.monitored, id);
    await refused(accept(world.monitored, id), 'InvalidStateTransition');
  },
  'an active peering cannot be rejected': async (world) => {
    const { id } = await activeIn(world);
    await refused(reject(world.monitored, id), 'InvalidStateTransition');
  },
  'the requester deletes its request, and both sides see it as deleted': async (world) => {
    const { id } = await pendingIn(world);
    await remove(world.hub, id);
    assert.deepEqual(await statusesIn(world, id), ['deleted', 'deleted']);
  },
  'either side deletes an active peering': async (world) => {
    const { id } = await activeIn(world);
    await remove(world.monitored, id);
    assert.deepEqual(await statusesIn(world, id), ['deleted', 'deleted']);
  },
  'a deleted peering cannot be accepted': async (world) => {
    const { id } = await pendingIn(world);
    await remove(world.hub, id);
    await refused(accept(world.monitored, id), 'InvalidStateTransition');
  },
  'VPCs of one account are peered by that account': async (world) => {
    const one = await vpcIn(world.hub, blocks.hub);
    const other = await vpcIn(world.hub, blocks.monitored);
    const { VpcPeeringConnection } = await world.hub.ec2.send(
      new CreateVpcPeeringConnectionCommand({ VpcId: one, PeerVpcId: other }),
    );
    const id = idOf(VpcPeeringConnection?.VpcPeeringConnectionId);
    await accept(world.hub, id);
    assert.equal(await statusIn(world.hub, id), 'active');
  },
});

const requests = checks('peerings', {
  'the same request again is the one that exists': async (world) => {
    const { id, ...pair } = await pendingIn(world);
    assert.equal(await request(world.hub, pair), id);
  },
  'the same request again is the peering that is active': async (world) => {
    const { id, ...pair } = await activeIn(world);
    assert.equal(await request(world.hub, pair), id);
  },
  'a request after a deleted one is a new one': async (world) => {
    const { id, ...pair } = await activeIn(world);
    await remove(world.hub, id);
    assert.notEqual(await request(world.hub, pair), id);
  },
  'a request the other way is a new one': async (world) => {
    const { id, ...pair } = await activeIn(world);
    assert.notEqual(await requestBack(world.monitored, pair), id);
  },
  'a request the other way cannot be accepted': async (world) => {
    const pair = await activeIn(world);
    const back = await requestBack(world.monitored, pair);
    await refused(accept(world.hub, back), 'VpcPeeringConnectionAlreadyExists');
  },
  'VPCs with the same block fail': async (world) => {
    const pair = {
      hub: await vpcIn(world.hub, blocks.hub),
      monitored: await vpcIn(world.monitored, blocks.hub),
    };
    assert.equal(await statusIn(world.hub, await request(world.hub, pair)), 'failed');
  },
  'VPCs of which a second block overlaps fail': async (world) => {
    const pair = {
      hub: await vpcIn(world.hub, blocks.hub),
      monitored: await vpcOfTwoBlocks(world.monitored, '10.40.0.0/16', '10.0.128.0/20'),
    };
    assert.equal(await statusIn(world.hub, await request(world.hub, pair)), 'failed');
  },
  'a failed request cannot be deleted': async (world) => {
    const pair = {
      hub: await vpcIn(world.hub, blocks.hub),
      monitored: await vpcIn(world.monitored, blocks.hub),
    };
    const id = await request(world.hub, pair);
    await refused(remove(world.hub, id), 'InvalidStateTransition');
  },
  'a request to a VPC that nobody has fails': async (world) => {
    const pair = { hub: await vpcIn(world.hub, blocks.hub), monitored: unknown.vpc };
    assert.equal(await statusIn(world.hub, await request(world.hub, pair)), 'failed');
  },
  'a request from a VPC that the caller has not is refused': async (world) => {
    const pair = await pairIn(world);
    await refused(
      request(world.hub, { hub: unknown.vpc, monitored: pair.monitored }),
      'InvalidVpcID.NotFound',
    );
  },
  'with DryRun nothing is requested': async (world) => {
    const pair = await pairIn(world);
    await refused(dryRequest(world.hub, pair), 'DryRunOperation', 412);
    const { VpcPeeringConnections: all = [] } = await world.hub.ec2.send(
      new DescribeVpcPeeringConnectionsCommand({}),
    );
    assert.equal(
      all.some(({ RequesterVpcInfo }) => RequesterVpcInfo?.VpcId === pair.hub),
      false,
    );
  },
  'with DryRun nothing is accepted': async (world) => {
    const { id: VpcPeeringConnectionId } = await pendingIn(world);
    const asked = world.monitored.ec2.send(
      new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId, DryRun: true }),
    );
    await refused(asked, 'DryRunOperation', 412);
    assert.equal(await statusIn(world.hub, VpcPeeringConnectionId), 'pending-acceptance');
  },
  'a malformed id is an error': async (world) => {
    await refused(readPeering(world.hub, 'pcx-none'), 'InvalidVpcPeeringConnectionId.Malformed');
  },
  'an unknown id is an error': async (world) => {
    await refused(
      readPeering(world.hub, unknown.peering),
      'InvalidVpcPeeringConnectionID.NotFound',
    );
  },
});

const filters = checks('peerings', {
  'are filtered by the requester’s VPC': async (world) => {
    const { wanted } = await twoPending(world);
    const Filters = [{ Name: 'requester-vpc-info.vpc-id', Values: [wanted.hub] }];
    assert.deepEqual(await idsWhere(world.hub, Filters), [wanted.id]);
  },
  'are filtered by the accepter’s VPC': async (world) => {
    const { wanted } = await twoPending(world);
    const Filters = [{ Name: 'accepter-vpc-info.vpc-id', Values: [wanted.monitored] }];
    assert.deepEqual(await idsWhere(world.hub, Filters), [wanted.id]);
  },
  'are filtered by status': async (world) => {
    const { wanted, other } = await twoPending(world);
    await accept(world.monitored, other.id);
    const found = await idsWhere(world.hub, [
      { Name: 'status-code', Values: ['pending-acceptance'] },
    ]);
    assert.deepEqual([found.includes(wanted.id), found.includes(other.id)], [true, false]);
  },
  'are filtered by id, and an unknown one finds nothing': async (world) => {
    const { id } = await pendingIn(world);
    const by = (...Values: string[]) => [{ Name: 'vpc-peering-connection-id', Values }];
    assert.deepEqual(await idsWhere(world.hub, by(id, unknown.peering)), [id]);
    assert.deepEqual(await idsWhere(world.hub, by(unknown.peering)), []);
  },
  'are filtered by a tag': async (world) => {
    const { wanted } = await twoPending(world);
    await tag(world.hub, wanted.id, 'sightline:onboarding', wanted.id);
    const Filters = [{ Name: 'tag:sightline:onboarding', Values: [wanted.id] }];
    assert.deepEqual(await idsWhere(world.hub, Filters), [wanted.id]);
  },
  'meet all filters, and one value of each': async (world) => {
    const { wanted, other } = await twoPending(world);
    const found = await idsWhere(world.hub, [
      { Name: 'requester-vpc-info.vpc-id', Values: [wanted.hub, other.hub] },
      { Name: 'accepter-vpc-info.vpc-id', Values: [wanted.monitored] },
      { Name: 'status-code', Values: ['active', 'pending-acceptance'] },
    ]);
    assert.deepEqual(found, [wanted.id]);
  },
});

const tags = checks('peerings', {
  'tags of the request are the requester’s': async (world) => {
    const id = await request(world.hub, await pairIn(world), [{ Key: 'Name', Value: 'ours' }]);
    assert.deepEqual(await tagsIn(world.hub, id), ['Name=ours']);
  },
  'tags of the requester are not shown to the accepter': async (world) => {
    const id = await request(world.hub, await pairIn(world), [{ Key: 'Name', Value: 'ours' }]);
    assert.deepEqual(await tagsIn(world.monitored, id), []);
  },
  'each side sees just its own tags': async (world) => {
    const { id } = await pendingIn(world);
    await tag(world.hub, id, 'Name', 'to them');
    await tag(world.monitored, id, 'Name', 'to the hub');
    const seen = [await tagsIn(world.hub, id), await tagsIn(world.monitored, id)];
    assert.deepEqual(seen, [['Name=to them'], ['Name=to the hub']]);
  },
});

const options = checks('peerings', {
  'each owner lets DNS names resolve on its own side': async (world) => {
    const { id } = await activeWithHostnames(world);
    assert.deepEqual(await dnsOf(world.hub, id), [false, false]);
    await modify(world.hub, id, 'Requester');
    await modify(world.monitored, id, 'Accepter');
    assert.deepEqual(await dnsOf(world.hub, id), [true, true]);
  },
  'an owner cannot set the other side’s option': async (world) => {
    const { id } = await activeWithHostnames(world);
    await refused(modify(world.hub, id, 'Accepter'), 'OperationNotPermitted');
  },
  'options of a pending peering cannot be set': async (world) => {
    const { id } = await pendingIn(world);
    await refused(modify(world.hub, id, 'Requester'), 'OperationNotPermitted');
  },
});

const betweenRegions = async (world: World) => {
  const place = 'us-east-1';
  const there = world.elsewhere(monitored, place);
  const pair = {
    hub: await vpcIn(world.hub, blocks.hub),
    monitored: await vpcIn(there, blocks.monitored),
  };
  const { VpcPeeringConnection } = await world.hub.ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: pair.hub,
      PeerVpcId: pair.monitored,
      PeerOwnerId: monitored,
      PeerRegion: place,
    }),
  );
  return { there, id: idOf(VpcPeeringConnection?.VpcPeeringConnectionId) };
};

const regions = checks('peerings', {
  'between Regions it is accepted in the accepter’s Region': async (world) => {
    const { there, id } = await betweenRegions(world);
    await accept(there, id);
    assert.deepEqual(
      [await statusIn(world.hub, id), await statusIn(there, id)],
      ['active', 'active'],
    );
  },
});

/** Peerings: their life cycle, who may do what, and what Describe tells of them. */
export const peeringChecks: Check[] = [
  ...lifeCycle,
  ...requests,
  ...filters,
  ...tags,
  ...options,
  ...regions,
];
