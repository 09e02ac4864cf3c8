import type { RouteTable, Subnet } from '@aws-sdk/client-ec2';
import type { Routing } from '../network/readNetwork.ts';
import { tablesInUse } from '../network/vpcs.ts';
import type { RouteTableChoice } from '../request.ts';
import { hasTag } from '../tags.ts';

/** What a choice of route tables comes to, and what it names that is not there. */
export type FoundTables = {
  tables: readonly RouteTable[];
  missingTables: readonly string[];
  missingSubnets: readonly string[];
  /** Chosen tables that cannot have routes into a peering. */
  ofGateways: readonly string[];
};

/** The ids of route tables, in their order. */
export const idsOf = (tables: readonly RouteTable[]): string[] =>
  tables.flatMap(({ RouteTableId }) => RouteTableId ?? []);

/**
 * Whether a table routes what comes in through a gateway rather than what leaves a subnet. It can have
 * no routes out of the VPC: https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
 */
const isOfGateway = ({ Associations = [] }: RouteTable) =>
  Associations.some(({ GatewayId }) => GatewayId !== undefined);

const isMain = ({ Associations = [] }: RouteTable) => Associations.some(({ Main }) => Main);

const found = (tables: readonly RouteTable[], missing: Partial<FoundTables> = {}): FoundTables => ({
  tables,
  missingTables: [],
  missingSubnets: [],
  ofGateways: [],
  ...missing,
});

const chosen = (tables: readonly RouteTable[], missingTables: readonly string[]) => {
  const ofGateways = idsOf(tables.filter(isOfGateway));
  return found(tables, { missingTables, ofGateways });
};

const byId = ({ routeTables }: Routing, ids: readonly string[]) => {
  const there = idsOf(routeTables);
  const wanted = new Set(ids);
  const tables = [...wanted].flatMap(
    (id) => routeTables.find(({ RouteTableId }) => RouteTableId === id) ?? [],
  );
  return chosen(
    tables,
    [...wanted].filter((id) => !there.includes(id)),
  );
};

const ofSubnets = ({ routeTables, subnets }: Routing, ids: readonly string[]) => {
  const named = ids.map((id): Subnet => ({ SubnetId: id }));
  const there = new Set(subnets.map(({ SubnetId }) => SubnetId));
  const used = routeTables.map((table) => ({
    ...table,
    Associations: (table.Associations ?? []).filter(
      ({ SubnetId, Main }) => Main || ids.includes(SubnetId ?? ''),
    ),
  }));
  return found(tablesInUse(used, named), {
    missingSubnets: ids.filter((id) => !there.has(id)),
  });
};

const tagged = (routeTables: readonly RouteTable[], tag: { key: string; value: string }) => {
  const tables = routeTables.filter(({ Tags }) => hasTag(Tags, tag));
  return chosen(tables, tables.length > 0 ? [] : [`tagged ${tag.key}=${tag.value}`]);
};

const named = (routing: Routing, choice: 'in-use' | 'main' | 'all') => {
  const { routeTables, subnets } = routing;
  if (choice === 'in-use') return found(tablesInUse(routeTables, subnets));
  if (choice === 'all') return found(routeTables.filter((table) => !isOfGateway(table)));
  const main = routeTables.filter(isMain);
  return chosen(main, main.length > 0 ? [] : ['that is its main table']);
};

/** Finds the route tables of a VPC that a request chooses. A gateway's table is in no choice but by name or tag. */
export const findTables = (routing: Routing, choice: RouteTableChoice): FoundTables => {
  if (typeof choice === 'string') return named(routing, choice);
  if ('tag' in choice) return tagged(routing.routeTables, choice.tag);
  return 'subnets' in choice ? ofSubnets(routing, choice.subnets) : byId(routing, choice);
};
