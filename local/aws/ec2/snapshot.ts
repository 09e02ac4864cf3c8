import type {
  NetworkAcl,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Vpc,
  VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import { networkAclViews } from './networkAcls.ts';
import { peeringView } from './peeringView.ts';
import { routeTableViews } from './routeTables.ts';
import { ruleViews } from './securityGroupRules.ts';
import { securityGroupViews } from './securityGroups.ts';
import { type Ec2State, isSamePlace, type Place } from './state.ts';
import { subnetViews } from './subnets.ts';
import { vpcViews } from './vpcs.ts';

/** What an account has in a Region, in the shapes of the Describe operations, each list by id. */
export type RegionSnapshot = {
  vpcs: Vpc[];
  subnets: Subnet[];
  routeTables: RouteTable[];
  /** Without their rules, which follow one by one. */
  securityGroups: SecurityGroup[];
  securityGroupRules: SecurityGroupRule[];
  networkAcls: NetworkAcl[];
  /** Also those that a Describe does not show yet or any more; without times. */
  peerings: Omit<VpcPeeringConnection, 'ExpirationTime'>[];
};

/** By account id, then by Region. */
export type Snapshot = Record<string, Record<string, RegionSnapshot>>;

/** All that is there now, as plain JSON that tests can compare: of every account, or of one. */
export const snapshotOf = (state: Ec2State, accountId?: string): Snapshot => {
  const snapshot: Snapshot = {};
  for (const place of placesOf(state)) {
    if (accountId !== undefined && accountId !== place.accountId) continue;
    snapshot[place.accountId] = {
      ...snapshot[place.accountId],
      [place.region]: regionSnapshot(state, place),
    };
  }
  return snapshot;
};

const placesOf = (state: Ec2State): Place[] => {
  const places = [...state.vpcs.values()].map(({ accountId, region }) => ({ accountId, region }));
  const byName = new Map(places.map((place) => [`${place.accountId} ${place.region}`, place]));
  return [...byName.entries()].sort(byKey).map(([, place]) => place);
};

const byKey = ([one]: [string, unknown], [other]: [string, unknown]): number =>
  one < other ? -1 : 1;

const regionSnapshot = (state: Ec2State, place: Place): RegionSnapshot => ({
  vpcs: sorted(vpcViews(state, place), ({ VpcId }) => VpcId),
  subnets: sorted(subnetViews(state, place), ({ SubnetId }) => SubnetId),
  routeTables: sorted(
    routeTableViews(state, place).map(({ Routes = [], Associations = [], ...table }) => ({
      ...table,
      Associations: sorted(Associations, (one) => one.RouteTableAssociationId),
      Routes: sorted(Routes, (route) => JSON.stringify(route)),
    })),
    ({ RouteTableId }) => RouteTableId,
  ),
  securityGroups: sorted(
    securityGroupViews(state, place).map(
      ({ IpPermissions, IpPermissionsEgress, ...group }) => group,
    ),
    ({ GroupId }) => GroupId,
  ),
  securityGroupRules: sorted(ruleViews(state, place), (rule) => rule.SecurityGroupRuleId),
  networkAcls: sorted(networkAclViews(state, place), ({ NetworkAclId }) => NetworkAclId),
  peerings: sorted(peeringsOf(state, place), (peering) => peering.VpcPeeringConnectionId),
});

const peeringsOf = (state: Ec2State, place: Place): RegionSnapshot['peerings'] =>
  [...state.peerings.values()]
    .filter(({ requester, accepter }) =>
      [requester, accepter].some((side) => isSamePlace(side, place)),
    )
    .map((peering) => {
      const { ExpirationTime, ...timeless } = peeringView(state, peering, place);
      return timeless;
    });

const sorted = <Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Item[] =>
  [...items].sort((one, other) => ((keyOf(one) ?? '') < (keyOf(other) ?? '') ? -1 : 1));
