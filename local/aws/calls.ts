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

/** Every call since the start, in the order of the answers. Calls of unknown callers are not in it. */
export type CallLog = {
  record: (call: Call, mutating: boolean, error?: string) => void;
  /** The calls from a position on; a caller marks a position by the number of calls so far. */
  since: (index?: number) => readonly CallRecord[];
  /** The calls that changed something: the mutating ones that succeeded. */
  mutations: (index?: number) => readonly CallRecord[];
};

/** An empty log. */
export const createCallLog = (): CallLog => {
  const records: CallRecord[] = [];
  const since = (index = 0) => records.slice(index);
  return {
    record: (call, mutating, error) => records.push(recordOf(call, mutating, error)),
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
