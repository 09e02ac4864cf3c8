import { AwsError } from './awsError.ts';
import type { Call } from './service.ts';
import type { Bucket, LocalSettings } from './settings.ts';

/** Takes a token for a call, or throws `RequestLimitExceeded` when the bucket is empty. */
export type Throttle = (call: Call, mutating: boolean) => void;

/**
 * EC2's request limits: a token bucket for each account, Region and API. The other services are not limited.
 * A bucket is refilled when it is looked at, from the time that has passed; there are no timers.
 */
export const createThrottle = (
  settings: LocalSettings,
  levels = new Map<string, Level>(),
): Throttle => {
  return (call, mutating) => {
    if (call.service !== 'ec2') return;
    const bucket = bucketFor(call.action, mutating, settings.throttling);
    const key = `${call.caller.accountId} ${call.region} ${call.action}`;
    const tokens = refilled(bucket, levels.get(key), Date.now());
    if (tokens < 1) throw new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
    levels.set(key, { tokens: tokens - 1, at: Date.now() });
  };
};

/** How full a bucket was, and when. */
export type Level = { tokens: number; at: number };

const bucketFor = (
  action: string,
  mutating: boolean,
  buckets: LocalSettings['throttling'],
): Bucket => {
  if (action === 'CreateTags') return buckets.createTags;
  return mutating ? buckets.mutating : buckets.describe;
};

const refilled = ({ bucket, refill }: Bucket, level: Level | undefined, now: number): number => {
  if (level === undefined) return bucket;
  return Math.min(bucket, level.tokens + ((now - level.at) / 1000) * refill);
};
