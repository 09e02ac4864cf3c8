import type { SecurityGroupRule, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import type { NetworkPlan, Peering, Routes, SecurityGroups, Side } from '../execution.ts';
import { accepterOf } from '../network/peerings.ts';
import { tellRoutes, wantedRoutes } from '../network/routes.ts';
import { decideRules, ownGroupName, tellGroups } from '../network/rules.ts';
import type { NetworkState } from '../readiness/readiness.ts';
import type { Prepared } from '../report.ts';
import { isMarkedFor, isOurs, onboardingOf } from '../tags.ts';
import type { NetworkFacts } from './changes.ts';

/** A network in which all that an onboarding would make is there. */
export type FoundNetwork = {
  network: NetworkPlan;
  peering: VpcPeeringConnection;
  state: NetworkState;
  facts: NetworkFacts;
  /** The rules that Sightline has marked in the hub, where an onboarding may have opened groups there. */
  markedInHub: readonly SecurityGroupRule[];
  /** Whether the hub can have no other VPC that monitors the account. */
  isOnlyVpc: boolean;
};

const peeringFound = ({ network, peering }: FoundNetwork): Peering => ({
  id: peering.VpcPeeringConnectionId ?? '',
  outcome: 'already',
  ours: isOurs(peering.Tags),
  accepter: accepterOf(peering, network.hub),
  status: 'active',
  looks: 0,
  lookAgainInSeconds: 0,
  requests: 1,
  did: 'is there',
});

const routesFound = (own: Side, other: Side): Routes =>
  tellRoutes(wantedRoutes(own, other).map((route) => ({ ...route, outcome: 'already' })));

const groupsFound = ({ network, facts, markedInHub, isOnlyVpc }: FoundNetwork): SecurityGroups => {
  const { ownGroupId, rules } = facts;
  const { inHub, monitored } = network;
  const isChosen = network.securityGroupIds.length > 0;
  const open = (
    groupIds: readonly string[],
    { ports, sources }: Pick<NetworkPlan, 'ports' | 'sources'>,
  ) => ({
    groups: groupIds.map((groupId) => ({
      groupId,
      name: groupId === ownGroupId && !isChosen ? ownGroupName : groupId,
      outcome: 'already' as const,
    })),
    rules: groupIds.flatMap((groupId) => decideRules(groupId, rules, ports, sources)),
  });
  const groupIds = isChosen ? network.securityGroupIds : [ownGroupId ?? ''];
  const onboarding = onboardingOf(monitored);
  const marked = new Map(
    [...rules, ...markedInHub]
      .filter(({ Tags }) => isMarkedFor(Tags, onboarding))
      .map((rule) => [rule.SecurityGroupRuleId, rule]),
  );
  return tellGroups(
    // All that was asked for may be agents that call in.
    open(network.ports.length > 0 ? groupIds : [], network),
    inHub && open(inHub.securityGroupIds, inHub),
    [...marked.values()],
    { hub: network.hub, isOnlyVpc },
  );
};

/** What the steps of an onboarding would say of a network in which all is there already. */
export const networkAsFound = (found: FoundNetwork) =>
  ({
    peering: peeringFound(found),
    configured: {
      routesInHub: routesFound(found.network.hub, found.network.monitored),
      routesInMonitoredAccount: routesFound(found.network.monitored, found.network.hub),
      securityGroups: groupsFound(found),
    },
  }) satisfies Prepared;
