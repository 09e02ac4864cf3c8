import type {
  EC2Client,
  RouteTable,
  SecurityGroup,
  VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import type { NetworkPlan, Side } from '../execution.ts';
import { bestOf, connects, isLive } from '../network/peerings.ts';
import type { VpcNetwork } from '../network/readNetwork.ts';
import {
  type Routing,
  readRules,
  readSecurityGroups,
  readVpcNetwork,
} from '../network/readNetwork.ts';
import { ownGroupName } from '../network/rules.ts';
import type { KnownVpc } from '../network/vpcs.ts';
import type { Asked, Sides } from './asked.ts';
import type { NetworkFacts } from './changes.ts';
import { needsHubGroups } from './planning.ts';
import { readPeeringsOfBoth, withRouted } from './readPeerings.ts';

/**
 * What is read of both VPCs before anything is decided. Peerings of other VPCs are not: where their open
 * requests take up the quota, RequestPeering waits.
 */
export type Seen = {
  vpcs: Sides<KnownVpc>;
  networks: Sides<VpcNetwork>;
  groups: Sides<SecurityGroup[]>;
  peerings: VpcPeeringConnection[];
};

/** Reads of both VPCs what has to be known before anything is decided. Peerings that are given are not read. */
export const seeNetwork = async (
  ec2: Sides<EC2Client>,
  vpcs: Sides<KnownVpc>,
  { request, known }: Asked,
  given: VpcPeeringConnection[] | undefined,
): Promise<Seen> => {
  const [hub, monitored, groups, hubGroups, requests] = await Promise.all([
    readVpcNetwork(ec2.hub, vpcs.hub.VpcId),
    readVpcNetwork(ec2.monitored, vpcs.monitored.VpcId),
    readSecurityGroups(ec2.monitored, vpcs.monitored.VpcId),
    needsHubGroups(request, known) ? readSecurityGroups(ec2.hub, vpcs.hub.VpcId) : [],
    given ?? readPeeringsOfBoth(ec2, vpcs.hub),
  ]);
  return {
    vpcs,
    networks: { hub, monitored },
    groups: { hub: hubGroups, monitored: groups },
    peerings: given ?? (await withRouted(ec2.hub, requests, hub)),
  };
};

const tablesOf = ({ routeTables }: Routing, { routeTableIds }: Side): RouteTable[] =>
  routeTables.filter(({ RouteTableId = '' }) => routeTableIds.includes(RouteTableId));

/** Of the monitored VPC the rules of all groups, where one of them is opened: earlier onboardings may have opened others. */
const readAllRules = async (
  ec2: Sides<EC2Client>,
  opensAny: boolean,
  groups: readonly SecurityGroup[],
  { inHub }: NetworkPlan,
) => {
  const [monitored, hub] = await Promise.all([
    opensAny
      ? readRules(
          ec2.monitored,
          groups.flatMap(({ GroupId }) => GroupId ?? []),
        )
      : [],
    inHub ? readRules(ec2.hub, inHub.securityGroupIds) : [],
  ]);
  return [...monitored, ...hub];
};

/** What there is already of what is planned: of what was seen, and the rules of the groups. */
export const factsOf = async (
  ec2: Sides<EC2Client>,
  network: NetworkPlan,
  { groups, networks, peerings }: Seen,
): Promise<NetworkFacts> => {
  const { hub, monitored, securityGroupIds } = network;
  const own = groups.monitored.find(({ GroupName }) => GroupName === ownGroupName)?.GroupId;
  const opensAny = securityGroupIds.length > 0 || own !== undefined;
  const live = peerings.filter((peering) => isLive(peering) && connects(peering, hub, monitored));
  return {
    peering: bestOf(live),
    peerings,
    tables: {
      hub: tablesOf(networks.hub, hub),
      monitored: tablesOf(networks.monitored, monitored),
    },
    ownGroupId: own,
    rules: await readAllRules(ec2, opensAny, groups.monitored, network),
  };
};
