import type { RouteTable, SecurityGroupRule, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import type { Side } from '../execution.ts';
import { destinationOf } from '../network/routes.ts';
import { countsFor, defaultRulesPerGroup, families } from '../network/rules.ts';
import { isIpv6, sourceOf } from '../ports.ts';
import { blocks, type Finding } from './findings.ts';

/** A quota of the VPC service, by its code in Service Quotas, with AWS's default. */
export type Quota = { code: string; name: string; default: number };

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
export const quotas = {
  peerings: { code: 'L-7E9ECCDB', name: 'Active VPC peering connections per VPC', default: 50 },
  requests: {
    code: 'L-DC9F7029',
    name: 'Outstanding VPC peering connection requests',
    default: 25,
  },
  routes: { code: 'L-93826ACB', name: 'Routes per route table', default: 500 },
  rules: {
    code: 'L-0EA8095F',
    name: 'Inbound or outbound rules per security group',
    default: defaultRulesPerGroup,
  },
} as const satisfies Record<string, Quota>;

/** What something would hold after the onboarding, and the quota that it must not exceed. */
export type Need = {
  quota: Quota;
  /** Where the quota applies. */
  place: { accountId: string; region: string };
  /** The thing that would be too full. */
  holder: string;
  count: number;
  /** What it holds now. */
  held: number;
};

/** https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html */
const requestExpiresAfterMs = 7 * 24 * 60 * 60 * 1000;

/** So long RequestPeering waits while as many requests are open as may be. */
const requestIsWaitedForMs = 10 * 60 * 1000;

/** Whether a request waits for a person: those of other onboardings are mostly accepted within seconds. */
const isLeftOpen = ({ Status, ExpirationTime }: VpcPeeringConnection, now: number): boolean => {
  const requestedAt = (ExpirationTime?.getTime() ?? 0) - requestExpiresAfterMs;
  return Status?.Code === 'pending-acceptance' && now - requestedAt > requestIsWaitedForMs;
};

/**
 * What a new peering takes: a place beside the active ones of the hub's VPC, and among the requests of its
 * account that have been open for over 10 minutes. Younger ones make room while RequestPeering tries again.
 */
export const peeringNeeds = (
  hub: Side,
  live: readonly VpcPeeringConnection[],
  now = Date.now(),
): Need[] => {
  const ofVpc = live.filter(({ RequesterVpcInfo: one, AccepterVpcInfo: other }) =>
    [one?.VpcId, other?.VpcId].includes(hub.vpcId),
  );
  const requested = live.filter(
    ({ RequesterVpcInfo: requester }) => requester?.OwnerId === hub.accountId,
  );
  const active = ofVpc.filter(({ Status }) =>
    ['active', 'provisioning'].includes(Status?.Code ?? ''),
  ).length;
  const open = requested.filter((one) => isLeftOpen(one, now)).length;
  return [
    {
      quota: quotas.peerings,
      place: hub,
      holder: hub.vpcId,
      count: active + 1,
      held: active,
    },
    {
      quota: quotas.requests,
      place: hub,
      holder: `account ${hub.accountId}`,
      count: open + 1,
      held: open,
    },
  ];
};

/** What new routes take in a table; IPv4 and IPv6 are counted apart. */
export const routeNeeds = (
  side: Side,
  tables: readonly RouteTable[],
  added: readonly { routeTableId: string; destination: string }[],
): Need[] =>
  tables.flatMap(({ RouteTableId: holder = '', Routes = [] }) =>
    families.map((family) => {
      const isOf = (cidr: string) => isIpv6(cidr) === (family === 'IPv6');
      const fresh = added.filter(
        ({ routeTableId, destination }) => routeTableId === holder && isOf(destination),
      );
      const there = Routes.filter((route) => isOf(destinationOf(route) ?? ''));
      const count = fresh.length > 0 ? there.length + fresh.length : 0;
      return { quota: quotas.routes, place: side, holder, count, held: there.length };
    }),
  );

/** What new inbound rules take in a group; IPv4 and IPv6 are counted apart, outbound rules not at all. */
export const ruleNeeds = (
  side: Side,
  rules: readonly SecurityGroupRule[],
  added: readonly { groupId: string; cidr: string }[],
): Need[] =>
  [...new Set(added.map(({ groupId }) => groupId))].flatMap((holder) =>
    families.map((family) => {
      const fresh = added.filter(
        ({ groupId, cidr }) => groupId === holder && countsFor(cidr, family),
      );
      const there = rules.filter(
        (rule) =>
          rule.GroupId === holder &&
          rule.IsEgress === false &&
          countsFor(sourceOf(rule) ?? '', family),
      );
      const count = fresh.length > 0 ? there.length + fresh.length : 0;
      return { quota: quotas.rules, place: side, holder, count, held: there.length };
    }),
  );

/** A need that exceeds the default, with the real quota where the account lets it be read. */
export type Weighed = Need & { real: number | undefined };

/** The needs that are worth asking Service Quotas about: quotas are raised, never lowered. */
export const overDefault = (needs: readonly Need[]): Need[] =>
  needs.filter(({ count, quota }) => count > quota.default);

/** Holding more than the default shows that the quota was raised; how far, AWS alone knows. */
const mayHaveRoom = ({ quota, held, real }: Weighed) => real === undefined && held > quota.default;

/** What there is no room for. */
export const noRoom = (weighed: readonly Weighed[]): Finding[] =>
  weighed
    .filter((one) => one.count > (one.real ?? one.quota.default) && !mayHaveRoom(one))
    .map(({ count, quota, real, holder, place }) =>
      blocks('NoRoom', {
        holder,
        count,
        quota: quota.name,
        limit: real ?? `${quota.default} by default (the real value cannot be read)`,
        code: quota.code,
        accountId: place.accountId,
        region: place.region,
      }),
    );
