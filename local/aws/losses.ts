import type { Judge } from './judge.ts';
import type { Actor, Check } from './service.ts';

/** Something that came to nothing because IAM did not allow it, and that nobody got an error for. */
export type Loss = {
  /** The function, the state machine or the rule that it was of. */
  name: string;
  what: 'logs' | 'traces' | 'dead letter';
  /** The action that was not allowed. */
  action: string;
};

/** Does what is lost if IAM does not allow it. Returns whether it was done. */
export type Attempt = (
  actor: Actor,
  check: Check,
  loss: Pick<Loss, 'name' | 'what'>,
) => Promise<boolean>;

/** What services lose. On AWS it is at most a metric that tells of it. */
export const createLosses = (judge: Judge): { lost: readonly Loss[]; attempt: Attempt } => {
  const lost: Loss[] = [];
  const attempt: Attempt = async (actor, check, loss) => {
    const { allowed } = await judge(actor, check);
    if (!allowed) lost.push({ ...loss, action: check.action });
    return allowed;
  };
  return { lost, attempt };
};
