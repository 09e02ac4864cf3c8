import { accessChecks } from './access.ts';
import type { Check } from './check.ts';
import { iamChecks } from './iam.ts';
import { peeringChecks } from './peerings.ts';
import { routeChecks } from './routes.ts';
import { securityGroupChecks } from './securityGroups.ts';
import { vpcChecks } from './vpcs.ts';

/** Everything in EC2, IAM, STS and Service Quotas that Sightline relies on, each thing by a name of its own. */
export const suite: readonly Check[] = [
  ...peeringChecks,
  ...routeChecks,
  ...securityGroupChecks,
  ...vpcChecks,
  ...iamChecks,
  ...accessChecks,
];
