import { HttpResponse } from '@smithy/core/transport';
import type { HttpRequest } from '@smithy/types';
import { AwsError } from './awsError.ts';
import { awsJson } from './awsJson.ts';
import { awsQuery } from './awsQuery.ts';
import { readSignature } from './credentials.ts';
import { ec2Query } from './ec2Query.ts';
import type { InProcessHandler } from './inProcessHandler.ts';
import type { LocalAws } from './localAws.ts';
import type { Protocol } from './protocol.ts';

/**
 * What a service answers instead of doing what it was asked to, in the words of EC2 and of the others.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const refusals = {
  throttled: [
    ['RequestLimitExceeded', 503],
    ['Throttling', 400],
  ],
  'error-500': [
    ['InternalError', 500],
    ['InternalFailure', 500],
  ],
  'error-503': [
    ['Unavailable', 503],
    ['ServiceUnavailable', 503],
  ],
  expired: [
    ['RequestExpired', 400],
    ['ExpiredToken', 403],
  ],
  denied: [
    ['UnauthorizedOperation', 403],
    ['AccessDenied', 403],
  ],
} as const;

type Refusal = keyof typeof refusals;

/**
 * What may become of a call besides a refusal:
 * - `reset-before`: the connection breaks before the call has done anything;
 * - `reset-after`: the call has its effect, and the connection breaks before the answer;
 * - `slow`: the call has its effect, and the client has given up when the answer comes;
 * - `stale`: the answer is that of some writes ago, as of a service that is eventually consistent;
 * - `killed`: the call has its effect, and the function dies before it takes its next step;
 * - `hung`: the call has its effect, and the function waits for the answer for ever.
 */
const losses = ['reset-before', 'reset-after', 'slow', 'stale', 'killed', 'hung'] as const;

/** Every way in which AWS, the network or Lambda can spoil a call. */
export const faultKinds = [
  ...(['throttled', 'error-500', 'error-503', 'expired', 'denied'] as const),
  ...losses,
];
export type FaultKind = (typeof faultKinds)[number];

/** What happens to one call, by its number from 1 on, and to the next ones that ask for the very same. */
export type Fault = { call: number; kind: FaultKind; times: number };

/** What a call asks for, and whether it changes something. */
export type CallMade = { service: string; action: string; body: string; isWrite: boolean };

/** Where a call comes from: what a fault can do to the function that makes it. */
export type Invocation = { isOver: boolean; fail: (error: Error) => void };

/** What faults need to know of the functions. */
export type Surroundings = {
  /** The function's invocation in which a call is made. */
  invocation: () => Invocation | undefined;
  /** How long a client waits for an answer. */
  timeoutMs: number;
};

const isRead = /^(Describe|Get|List|AssumeRole)/;

/** Describes a call as it goes out. */
const callOf = ({ method, path, headers, body }: HttpRequest): CallMade => {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const { service } = readSignature({ method, path, headers, body: text });
  const target = headers['x-amz-target']?.split('.').at(-1);
  const action = target ?? /(?:^|&)Action=(\w+)/.exec(text)?.[1] ?? '';
  const isWrite = !isRead.test(action) && !text.includes('DryRun=true');
  return { service, action, body: text, isWrite };
};

const protocolOf = (service: string): Protocol => {
  if (service === 'ec2') return ec2Query('http://ec2.amazonaws.com/doc/2016-11-15/');
  return service === 'iam' || service === 'sts' ? awsQuery('') : awsJson('1.1');
};

const refuse = (kind: Refusal, { service, action }: CallMade): { response: HttpResponse } => {
  const [code, status] = refusals[kind][service === 'ec2' ? 0 : 1];
  const error = new AwsError(code, `${action}: ${kind}, as a fault`, status);
  const { statusCode, headers, body } = protocolOf(service).encodeError(error, 'fault');
  return { response: new HttpResponse({ statusCode, headers, body: Buffer.from(body) }) };
};

/** As NodeHttpHandler reports a connection that breaks before the answer. */
const connectionReset = () =>
  Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });

/** As NodeHttpHandler reports an answer that does not come in time. */
const requestTimeout = (ms: number) =>
  Object.assign(
    new Error(
      `@smithy/node-http-handler - [ERROR] a request has exceeded the configured ${ms} ms requestTimeout.`,
    ),
    { name: 'TimeoutError', code: 'ETIMEDOUT' },
  );

/** As Step Functions reports functions that end without an answer, in turn. */
const deaths: readonly (readonly [name: string, message: string])[] = [
  ['Runtime.ExitError', 'RequestId: fault Error: Runtime exited with error: signal: killed'],
  ['Sandbox.Timedout', 'RequestId: fault Error: Task timed out after 60.00 seconds'],
  [
    'Lambda.Unknown',
    'The cause could not be determined because Lambda did not return an error type.',
  ],
];

const deathAt = (call: number): Error => {
  const [name = '', message = ''] = deaths[call % deaths.length] ?? [];
  return Object.assign(new Error(message), { name });
};

type Answer = { response: HttpResponse };

/** What the client gets to see of a call: its answer, an error, or nothing for ever. */
type Ending = () => Promise<Answer>;

const nothing: Ending = () => new Promise(() => undefined);
const broken: Ending = () => Promise.reject(connectionReset());
const tooLate =
  (ms: number): Ending =>
  () =>
    new Promise((_, reject) => setTimeout(() => reject(requestTimeout(ms)), ms));

/** How many writes an answer is behind, and how old they may be: AWS tells of no limit. */
const writesBehind = 3;
const oldestMs = 30_000;

/** What was there before each of the last writes. */
const createPast = (aws: LocalAws) => {
  const versions: { at: number; restore: () => void }[] = [];
  return {
    remember: () => {
      versions.push({ at: Date.now(), restore: aws.capture() });
      if (versions.length > writesBehind) versions.shift();
    },
    /** Does something in the state of some writes ago, and comes back to the present. */
    visit: async <Result>(act: () => Promise<Result>): Promise<Result> => {
      const recent = versions.filter(({ at }) => Date.now() - at < oldestMs);
      const comeBack = aws.capture();
      recent.slice(-writesBehind)[0]?.restore();
      const result = await act();
      comeBack();
      return result;
    },
  };
};

/** Which fault strikes which call; one that lasts strikes whoever asks for the same again. */
const createSchedule = (faults: readonly Fault[]) => {
  const lasting: { asked: string; kind: FaultKind; left: number }[] = [];
  return (number: number, { service, body }: CallMade): FaultKind | undefined => {
    const asked = `${service} ${body}`;
    const fault = faults.find(({ call }) => call === number);
    if (fault) lasting.push({ asked, kind: fault.kind, left: fault.times });
    const striking = lasting.find((one) => one.asked === asked && one.left > 0);
    if (striking) striking.left -= 1;
    return striking?.kind;
  };
};

type Performer = (request: HttpRequest, call: CallMade) => Promise<Answer>;

/** Lets the local AWS answer: from its present state, or as `stale` from its past. */
const createPerformers = (aws: LocalAws, next: InProcessHandler, isPastAskedFor: boolean) => {
  const past = createPast(aws);
  const perform: Performer = (request, call) => {
    if (isPastAskedFor && call.isWrite) past.remember();
    return next.handle(request);
  };
  /** A write has its effect in the present, unless it cannot see yet what it is about. */
  const performStale: Performer = async (request, call) => {
    const answer = await past.visit(() => next.handle(request));
    if (!call.isWrite) return answer;
    const isBlind = /NotFound|NoSuchEntity/.test(String(answer.response.body));
    return isBlind ? answer : perform(request, call);
  };
  return { perform, performStale };
};

/** What a client sees of a call that has had its effect. */
const endingAfter = (kind: FaultKind, { timeoutMs }: Surroundings): Ending => {
  if (kind === 'reset-after') return broken;
  return kind === 'slow' ? tooLate(timeoutMs) : nothing;
};

const answering = (answer: Answer): Ending => {
  return () => Promise.resolve(answer);
};

/** Spoils a call that has been seen as the so-manyeth. */
const createSpoiler =
  ({ perform, performStale }: ReturnType<typeof createPerformers>, around: Surroundings) =>
  async (kind: FaultKind, request: HttpRequest, call: CallMade, number: number) => {
    if (isRefusal(kind)) return answering(refuse(kind, call));
    if (kind === 'reset-before') return broken;
    if (kind === 'stale') return answering(await performStale(request, call));
    await perform(request, call);
    if (kind === 'killed') around.invocation()?.fail(deathAt(number));
    return endingAfter(kind, around);
  };

/**
 * An AWS between the functions and the local one that spoils some of their calls. It answers one call after
 * the other in the order in which they come, so that the same run has the same numbers.
 *
 * @example
 * const faults = createFaults(aws, aws.requestHandler, [{ call: 12, kind: 'reset-after', times: 1 }], around);
 * transport.requestHandler = faults.requestHandler;
 */
export const createFaults = (
  aws: LocalAws,
  next: InProcessHandler,
  faults: readonly Fault[],
  around: Surroundings,
) => {
  const calls: CallMade[] = [];
  let [forgotten, struck] = [0, 0];
  const strikes = createSchedule(faults);
  const isPastAskedFor = faults.some(({ kind }) => kind === 'stale');
  const performers = createPerformers(aws, next, isPastAskedFor);
  const spoil = createSpoiler(performers, around);

  const take = async (request: HttpRequest): Promise<Ending> => {
    // What a dead function still had on its way does not happen any more.
    if (around.invocation()?.isOver) return nothing;
    const call = callOf(request);
    const number = forgotten + calls.push(call);
    const kind = strikes(number, call);
    if (!kind) return answering(await performers.perform(request, call));
    struck += 1;
    return spoil(kind, request, call, number);
  };
  /** How many calls were spoiled so far. */
  const strikesSoFar = () => struck;
  /** Keeps no more of the calls so far than their number. */
  const forget = () => {
    forgotten += calls.splice(0).length;
  };
  const requestHandler = { ...next, handle: oneByOne(take) };
  return { requestHandler, calls, struck: strikesSoFar, forget };
};

/** Takes each call when those before it have been taken; their endings may come in any order. */
const oneByOne = (take: (request: HttpRequest) => Promise<Ending>) => {
  let before: Promise<unknown> = Promise.resolve();
  return async (request: HttpRequest): Promise<Answer> => {
    const taken = before.then(() => take(request));
    before = taken.catch(() => undefined);
    return (await taken)();
  };
};

const isRefusal = (kind: FaultKind): kind is Refusal => Object.hasOwn(refusals, kind);
