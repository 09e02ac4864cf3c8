import type { Route, RouteTable } from '@aws-sdk/client-ec2';
import type { NetworkPlan, Side } from '../execution.ts';
import type { VpcNetwork } from '../network/readNetwork.ts';
import { destinationField, destinationOf } from '../network/routes.ts';
import { followWays } from '../readiness/reachability.ts';
import { remediesFor } from '../readiness/reachabilityRemedies.ts';
import { closuresIn, closureText, firstOf } from '../readiness/reachabilityReport.ts';
import { journeysOf } from '../readiness/readiness.ts';
import { blocks, type Finding } from './findings.ts';

/** Stands for the peering that the onboarding leads the routes into. */
const peering = { id: 'pcx-of-this-onboarding', status: 'active' };

const routeInto = (destination: string): Route => ({
  ...destinationField(destination),
  VpcPeeringConnectionId: peering.id,
  State: 'active',
});

/** A table as the onboarding leaves it; a conflict with a route that is there is told by itself. */
const withRoutes = (table: RouteTable, own: Side, other: Side): RouteTable =>
  own.routeTableIds.includes(table.RouteTableId ?? '')
    ? {
        ...table,
        Routes: [
          ...(table.Routes ?? []).filter(
            (route) => !other.cidrs.includes(destinationOf(route) ?? ''),
          ),
          ...other.cidrs.map(routeInto),
        ],
      }
    : table;

const withAllRoutes = (network: VpcNetwork, own: Side, other: Side): VpcNetwork => ({
  ...network,
  routeTables: network.routeTables.map((table) => withRoutes(table, own, other)),
});

/**
 * The ways that would stay closed however the onboarding ends, because of what Sightline does not change:
 * network ACLs, and routes to a part of the addresses. Its own routes, rules and the peering are taken to
 * be there.
 */
export const foreseeWays = (
  plan: NetworkPlan,
  networks: { hub: VpcNetwork; monitored: VpcNetwork },
): Finding[] => {
  const { hub, monitored } = plan;
  const foreseen = {
    hub: withAllRoutes(networks.hub, hub, monitored),
    monitored: withAllRoutes(networks.monitored, monitored, hub),
  };
  const rows = journeysOf(plan, foreseen, { peering, groupIds: [], rules: [] })
    .flatMap(followWays)
    .map((row) => ({
      ...row,
      obstacles: row.obstacles.filter(({ hop }) => hop !== 'security group'),
    }));
  const closures = closuresIn(rows);
  if (closures.length === 0) return [];
  const fixes = remediesFor(rows.flatMap(({ obstacles }) => obstacles.map(({ fix }) => fix)));
  return [
    blocks('WayBlocked', {
      closed: firstOf(closures.map(closureText), 20, '; '),
      fixes: firstOf(fixes, 20, '; '),
    }),
  ];
};
