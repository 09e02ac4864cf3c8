import type { NetworkPlan } from '../execution.ts';
import { isLive } from '../network/peerings.ts';
import { decideRoutes } from '../network/routes.ts';
import { decideRules, ownGroupName } from '../network/rules.ts';
import type { Clients } from './asked.ts';
import type { NetworkFacts } from './changes.ts';
import type { Finding } from './findings.ts';
import { weigh } from './readQuotas.ts';
import { noRoom, peeringNeeds, quotas, routeNeeds, ruleNeeds, type Weighed } from './room.ts';
import { type WantedWay, wantedWays } from './routeCollisions.ts';

/** What the onboarding would add to things that have a quota. */
const needsOf = (network: NetworkPlan, facts: NetworkFacts) => {
  const ways = wantedWays(network, facts);
  const fresh = ({ tables, way }: WantedWay) =>
    decideRoutes(tables, way).filter(({ kind }) => kind === 'create');
  const missing = (groupIds: readonly string[], open: Pick<NetworkPlan, 'ports' | 'sources'>) =>
    groupIds
      .flatMap((id) => decideRules(id, facts.rules, open.ports, open.sources))
      .filter(({ outcome }) => outcome === 'created');
  const { hub, monitored, inHub, securityGroupIds: chosen } = network;
  const groupIds = chosen.length > 0 ? chosen : [facts.ownGroupId ?? ownGroupName];
  return {
    hub: [
      ...(facts.peering ? [] : peeringNeeds(hub, facts.peerings.filter(isLive))),
      ...routeNeeds(hub, ways.hub.tables, fresh(ways.hub)),
      ...(inHub ? ruleNeeds(hub, facts.rules, missing(inHub.securityGroupIds, inHub)) : []),
    ],
    monitored: [
      ...routeNeeds(monitored, ways.monitored.tables, fresh(ways.monitored)),
      ...ruleNeeds(monitored, facts.rules, missing(groupIds, network)),
    ],
  };
};

/** The real quota of rules, where it had to be asked for; whoever adds the rules goes by it. */
const rulesQuota = (weighed: readonly Weighed[]) => {
  const real = weighed.find(({ quota }) => quota.code === quotas.rules.code)?.real;
  return real === undefined ? {} : { rulesPerSecurityGroup: real };
};

/** What there is no room for, and the plan with the quotas that were read for that. */
export const findRoom = async (
  clients: Clients,
  network: NetworkPlan,
  facts: NetworkFacts,
): Promise<{ findings: Finding[]; network: NetworkPlan }> => {
  const needs = needsOf(network, facts);
  const [hub, monitored] = await Promise.all([
    weigh(clients.quotas.hub, needs.hub),
    weigh(clients.quotas.monitored, needs.monitored),
  ]);
  const { inHub } = network;
  const withQuotas: NetworkPlan = {
    ...network,
    ...rulesQuota(monitored),
    ...(inHub && { inHub: { ...inHub, ...rulesQuota(hub) } }),
  };
  return { findings: noRoom([...hub, ...monitored]), network: withQuotas };
};
