import type { World } from '../../world.ts';
import type { LocalSettings } from '../settings.ts';
import { loadWorld } from './fromWorld.ts';
import { instanceOperations } from './instances.ts';
import { internetGatewayOperations } from './internetGateways.ts';
import { networkAclEntryOperations } from './networkAclEntries.ts';
import { networkAclOperations } from './networkAcls.ts';
import { peeringAnswerOperations } from './peeringAnswers.ts';
import { peeringOptionsOperations } from './peeringOptions.ts';
import { peeringOperations } from './peerings.ts';
import { defaultQuotas } from './quotas.ts';
import { regionOperations } from './regions.ts';
import { routeOperations } from './routes.ts';
import { routeTableOperations } from './routeTables.ts';
import { securityGroupRuleOperations } from './securityGroupRules.ts';
import { securityGroupOperations } from './securityGroups.ts';
import { snapshotOf } from './snapshot.ts';
import { createState } from './state.ts';
import { subnetOperations } from './subnets.ts';
import { tagOperations } from './tags.ts';
import { vpcAttributeOperations } from './vpcAttributes.ts';
import { vpcBlockOperations } from './vpcBlocks.ts';
import { vpcOperations } from './vpcs.ts';

/**
 * EC2 for all accounts and Regions of a world: one state, of which a call sees its own account and Region.
 * Time is `Date.now()`, looked at when a call comes; nothing runs between calls.
 *
 * @example
 * const { operations, state } = createEc2(readWorld('local/world.yml'), defaultSettings);
 * operations.DescribeVpcs.run({}, call).Vpcs;
 * state.snapshot('111111111111');
 */
export const createEc2 = (world: World, settings: LocalSettings, quotas = defaultQuotas) => {
  const state = createState(settings, quotas);
  loadWorld(state, world);
  return {
    operations: {
      ...vpcOperations(state),
      ...vpcBlockOperations(state),
      ...vpcAttributeOperations(state),
      ...subnetOperations(state),
      ...routeTableOperations(state),
      ...routeOperations(state),
      ...securityGroupOperations(state),
      ...securityGroupRuleOperations(state),
      ...peeringOperations(state),
      ...peeringAnswerOperations(state),
      ...peeringOptionsOperations(state),
      ...networkAclOperations(state),
      ...networkAclEntryOperations(state),
      ...internetGatewayOperations(),
      ...instanceOperations(),
      ...regionOperations(),
      ...tagOperations(state),
    },
    state: {
      snapshot: (accountId?: string) => snapshotOf(state, accountId),
      capture: state.capture,
    },
  };
};

/** What `createEc2` makes. Its `operations` are a `Record<string, Operation>` with their types kept. */
export type Ec2 = ReturnType<typeof createEc2>;
