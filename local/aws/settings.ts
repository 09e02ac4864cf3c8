import type { Call } from './service.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

/** A token bucket: it holds `bucket` calls and regains `refill` of them each second. */
export type Bucket = { bucket: number; refill: number };

/** How the local AWS behaves in time. Every duration is in milliseconds. */
export type LocalSettings = {
  /** From CreateVpcPeeringConnection to the request being visible and `pending-acceptance` on both sides. */
  peeringVisibleAfterMs: number;
  /** From AcceptVpcPeeringConnection to `active`. */
  peeringProvisioningMs: number;
  pendingPeeringExpiresAfterMs: number;
  failedPeeringVisibleMs: number;
  expiredPeeringVisibleMs: number;
  /** To the side that rejected or deleted it; the other side sees it for `endedPeeringVisibleToOtherSideMs`. */
  endedPeeringVisibleToActorMs: number;
  endedPeeringVisibleToOtherSideMs: number;
  /** From a change of a role, its trust or its policies until STS and the services know of it. */
  iamPropagationMs: number;
  /** EC2's token buckets, per account, Region and API. */
  throttling: { mutating: Bucket; createTags: Bucket; describe: Bucket };
};

/** A call that has been understood and is about to be answered. */
export type AskedCall = Call & {
  /** Whether it changes something when it succeeds. */
  mutating: boolean;
  /** Whether it only asks whether it would be allowed. */
  dryRun: boolean;
};

/** What is waited for on the way. By default nothing is, and no timer runs. */
export type Waits = {
  /** Before a call has its effect, if it has one, and is answered. */
  call?: (call: AskedCall) => Promise<void>;
  /**
   * Before a state does its work, with how many state transitions there were in its branch since the last
   * wait: its own, a retry's, and those of Choice, Wait and Pass states, which cannot be made to wait.
   */
  transitions?: (count: number) => Promise<void>;
};

/** Life times as AWS documents them; delays short enough for a demonstration. */
export const defaultSettings: LocalSettings = {
  peeringVisibleAfterMs: 0.3 * second,
  peeringProvisioningMs: 0.8 * second,
  pendingPeeringExpiresAfterMs: 7 * day,
  failedPeeringVisibleMs: 2 * hour,
  expiredPeeringVisibleMs: 2 * day,
  endedPeeringVisibleToActorMs: 2 * hour,
  endedPeeringVisibleToOtherSideMs: 2 * day,
  iamPropagationMs: 1.5 * second,
  throttling: {
    mutating: { bucket: 50, refill: 5 },
    createTags: { bucket: 100, refill: 10 },
    describe: { bucket: 100, refill: 20 },
  },
};
