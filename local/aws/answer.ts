import { randomUUID } from 'node:crypto';
import type { StaticOperationSchema } from '@smithy/types';
import { authorize } from './authorize.ts';
import { AwsError } from './awsError.ts';
import { awsJson } from './awsJson.ts';
import { awsQuery } from './awsQuery.ts';
import type { CallLog } from './calls.ts';
import { type Credentials, readSignature } from './credentials.ts';
import type { Judge } from './judge.ts';
import type { Protocol } from './protocol.ts';
import { operationSchema } from './schemas.ts';
import type { Call, Operation } from './service.ts';
import type { AskedCall, Waits } from './settings.ts';
import type { Throttle } from './throttle.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** A service that the local AWS plays. */
export type LocalService = {
  /** The name in the credential scope of a signed request, and before the colon of an action: `ec2`, `states`. */
  signingName: string;
  protocol: Protocol;
  /** The module of the SDK client, whose schemas describe the operations. */
  sdk: object;
  operations: Readonly<Record<string, Operation>>;
};

/** What a call passes on its way. */
export type Core = {
  services: ReadonlyMap<string, LocalService>;
  credentials: Credentials;
  throttle: Throttle;
  judge: Judge;
  calls: CallLog;
  waits: Waits;
};

/** Answers a request; an error becomes an answer too, in the words and the format of the called service. */
export const answer = async (core: Core, request: WireRequest): Promise<WireResponse> => {
  const requestId = randomUUID();
  let protocol = request.headers['content-type']?.includes('json') ? awsJson('1.1') : awsQuery('');
  try {
    const signature = readSignature(request);
    const service = core.services.get(signature.service);
    if (!service) throw notKnown(protocol, signature.service);
    protocol = service.protocol;
    const caller = core.credentials.callerOf(signature, protocol.kind);
    const action = protocol.actionOf(request) ?? '(no action)';
    const call = { service: service.signingName, action, region: signature.region, caller };
    return await recorded(core, service, call, request, requestId);
  } catch (error) {
    return protocol.encodeError(asAwsError(error), requestId);
  }
};

const recorded = async (
  core: Core,
  service: LocalService,
  call: Call,
  request: WireRequest,
  requestId: string,
): Promise<WireResponse> => {
  const mutating = service.operations[call.action]?.mutating ?? false;
  try {
    const response = await perform(core, service, call, request, requestId);
    core.calls.record(call, mutating);
    return response;
  } catch (error) {
    const failure = asAwsError(error);
    core.calls.record(call, mutating, failure.name);
    throw failure;
  }
};

/** The way of a call whose caller is known. */
const perform = async (
  core: Core,
  service: LocalService,
  call: Call,
  request: WireRequest,
  requestId: string,
): Promise<WireResponse> => {
  const { protocol } = service;
  const { operation, schema } = operationOf(service, call);
  const input = asDecoded(await protocol.decode(schema, request));
  if (core.waits.call) await core.waits.call(asked(call, operation, input));
  core.throttle(call, operation.mutating);
  for (const check of operation.checks(input, call)) {
    await authorize(core.judge, protocol.kind, call, check);
  }
  if (isDryRun(input)) throw wouldHaveSucceeded();
  const output = await operation.run(input, call);
  return protocol.encode(schema, output, requestId);
};

/**
 * The one place where types end: the input was read by the operation's own schema, which the SDK made from
 * the same model as the type that the operation gives its input. The compiler cannot know that.
 */
const asDecoded = (input: object): never => input as never;

const operationOf = (
  service: LocalService,
  call: Call,
): { operation: Operation; schema: StaticOperationSchema } => {
  const operation = service.operations[call.action];
  const schema = operationSchema(service.sdk, call.action);
  if (!operation || !schema) throw notKnown(service.protocol, `${call.service}:${call.action}`);
  return { operation, schema };
};

const notKnown = ({ kind }: Protocol, what: string): AwsError => {
  if (kind === 'restXml') {
    return new AwsError('NotImplemented', `the local AWS does not know ${what}`, 501);
  }
  const code = kind === 'json' ? 'UnknownOperationException' : 'InvalidAction';
  return new AwsError(code, `the local AWS does not know ${what}`);
};

const asked = (call: Call, { mutating }: Operation, input: object): AskedCall => ({
  ...call,
  mutating,
  dryRun: isDryRun(input),
});

/** EC2's way to ask "may I?": a permitted call does nothing and fails with `DryRunOperation`. */
const isDryRun = (input: object): boolean => 'DryRun' in input && input.DryRun === true;

const wouldHaveSucceeded = () =>
  new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);

/** What is not an answer of AWS is a mistake in the local AWS, and its stack is worth seeing. */
const asAwsError = (error: unknown): AwsError => {
  if (error instanceof AwsError) return error;
  console.error(error);
  return new AwsError('InternalFailure', String(error), 500);
};
