import type { Attempt } from './losses.ts';
import type { Actor } from './service.ts';

/**
 * Traces something that has a name, which takes some actions of X-Ray. A service uses all of them all the
 * time, and without one of them there is no trace or a part of one.
 */
export const trace = async (
  attempt: Attempt,
  actor: Actor,
  name: string,
  actions: readonly string[],
): Promise<void> => {
  for (const action of actions) {
    // X-Ray has no narrower resource than everything for them.
    await attempt(actor, { action: `xray:${action}`, resource: '*' }, { name, what: 'traces' });
  }
};
