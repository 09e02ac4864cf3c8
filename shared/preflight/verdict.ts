import * as z from 'zod/mini';
import type { Plan } from '../execution.ts';
import { Change } from './changes.ts';
import { type Finding, ToldFinding, tell } from './findings.ts';

/** What an onboarding would do, without doing it, and what stands in its way. */
export const Verdict = z.object({
  accountId: z.string(),
  /** Whether nothing stands in the way. */
  possible: z.boolean(),
  findings: z.array(ToldFinding),
  /** What an onboarding would make, adopt and leave; each `create` is one call. */
  changes: z.array(Change),
  did: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

/** Puts together a verdict; nothing is changed where something stands in the way. */
export const buildVerdict = ({
  plan,
  changes,
  findings,
}: {
  plan: Plan;
  changes: Change[];
  findings: readonly Finding[];
}): Verdict => {
  const possible = !findings.some(({ severity }) => severity === 'blocks');
  return {
    accountId: plan.accountId,
    possible,
    findings: findings.map(tell),
    changes: possible ? changes : [],
    did: plan.did,
  };
};
