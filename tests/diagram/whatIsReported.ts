import type { Drawable } from '../../shared/picture/drawing.ts';
import { formatPort } from '../../shared/ports.ts';

/** Everything of a report that has to be found in its picture: ids, blocks, ports, accounts, names. */
export const idsOf = ({ accountId, network, role }: Drawable): string[] => {
  const sides = network ? [network.hub, network.monitored] : [];
  const groups = network ? [...network.securityGroups, ...(network.hubSecurityGroups ?? [])] : [];
  const ids = [
    accountId,
    ...sides.flatMap(({ accountId: id, region, vpcId, cidrs, routes }) => [
      id,
      region,
      vpcId,
      ...cidrs,
      ...routes.flatMap(({ routeTableId, destination }) => [routeTableId, destination]),
    ]),
    ...(network ? [network.peering.id, network.peering.status] : []),
    ...groups.flatMap(({ groupId, rules }) => [
      groupId,
      ...rules.flatMap(({ port, cidr }) => [port.name, formatPort(port), cidr]),
    ]),
    ...(network?.ways ?? []).flatMap(({ subnets, ports }) => [
      ...subnets.flatMap(({ subnetId, cidr }) => [subnetId, cidr]),
      ...ports.flatMap((port) => [port.name, formatPort(port)]),
    ]),
    ...(role ? [role.arn.split('/').slice(1).join('/')] : []),
  ];
  return [...new Set(ids)];
};
