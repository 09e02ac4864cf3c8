import { policyOperations } from './policies.ts';
import {
  attachedPolicyOperations,
  boundaryOperations,
  inlinePolicyOperations,
} from './rolePolicies.ts';
import { roleOperations } from './roles.ts';
import type { IamState } from './state.ts';

/** Every operation of IAM that the local AWS knows. */
export const iamOperations = (iam: IamState) => ({
  ...roleOperations(iam),
  ...attachedPolicyOperations(iam),
  ...inlinePolicyOperations(iam),
  ...boundaryOperations(iam),
  ...policyOperations(iam),
});
