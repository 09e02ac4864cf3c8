import type { Drawable } from '../../shared/drawing.ts';
import { formatPort } from '../../shared/ports.ts';

/** Everything of a report that has to be found in its picture: ids, blocks, ports, accounts, names. */
export const idsOf = ({ accountId, network, role }: Drawable): string[] => {
  const sides = network ? [network.hub, network.monitored] : [];
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
    ...(network?.securityGroups ?? []).flatMap(({ groupId, rules }) => [
      groupId,
      ...rules.flatMap(({ port, cidr }) => [port.name, formatPort(port), cidr]),
    ]),
    ...(network?.ways ?? []).flatMap(({ subnetId, cidr, port }) => [
      subnetId,
      cidr,
      formatPort(port),
    ]),
    ...(role ? [role.arn.split('/').slice(1).join('/')] : []),
  ];
  return [...new Set(ids)];
};
