import type { Call } from './service.ts';

/** One call as it was answered. `error` is the code of the answer when it was not a success. */
export type CallRecord = {
  time: string;
  accountId: string;
  principalArn: string;
  /** The session, by whose name the other account's log says who did it. */
  callerArn: string;
  service: string;
  action: string;
  region: string;
  mutating: boolean;
  error?: string;
};

/**
 * The calls since the start, in the order of the answers; the oldest are dropped when there are too many.
 * Calls of unknown callers are not in it.
 */
export type CallLog = {
  record: (call: Call, mutating: boolean, error?: string) => void;
  /** The number of calls so far, dropped ones included: where the next call will be. */
  readonly position: number;
  /** The calls from a position on, or from the oldest that is kept. */
  since: (index?: number) => readonly CallRecord[];
  /** The calls that changed something: the mutating ones that succeeded. */
  mutations: (index?: number) => readonly CallRecord[];
};

/** An empty log, which keeps at least so many of the newest calls and at most twice as many. */
export const createCallLog = (kept = 20_000): CallLog => {
  const records: CallRecord[] = [];
  let dropped = 0;
  const since = (index = 0) => records.slice(Math.max(0, index - dropped));
  return {
    record: (call, mutating, error) => {
      records.push(recordOf(call, mutating, error));
      if (records.length >= 2 * kept) dropped += records.splice(0, kept).length;
    },
    get position() {
      return dropped + records.length;
    },
    since,
    mutations: (index) => since(index).filter((call) => call.mutating && !call.error),
  };
};

const recordOf = (call: Call, mutating: boolean, error: string | undefined): CallRecord => ({
  time: new Date().toISOString(),
  accountId: call.caller.accountId,
  principalArn: call.caller.principalArn,
  callerArn: call.caller.arn,
  service: call.service,
  action: call.action,
  region: call.region,
  mutating,
  ...(error === undefined ? {} : { error }),
});
