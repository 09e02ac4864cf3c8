import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { isObject, Json, type JsonObject } from '../../json.ts';
import { AwsError } from '../awsError.ts';
import { type DistributedMap, readMap, withoutMapFields } from './distributedMap.ts';

/** What a state is, beyond what the interpreter runs by itself. */
export type StateKind =
  | { type: 'Task'; functionArn: string; timeoutSeconds?: number }
  | { type: 'Task'; starts: 'execution'; timeoutSeconds?: number }
  | { type: 'Map'; map: DistributedMap }
  | { type: 'Parallel'; branches: readonly Branch[] }
  | { type: 'Pass' | 'Wait' | 'Choice' | 'Succeed' | 'Fail' };

/** A state machine, one branch of a Parallel state or a Map state's child workflow, for the interpreter. */
export type Branch = {
  definition: StateMachineDefinition;
  kinds: ReadonlyMap<string, StateKind>;
  /** What `$$.State.Name` becomes for each state. */
  stateNames: Readonly<Record<string, { Name: string }>>;
};

const State = z
  .object({
    Type: z.string(),
    Resource: z.string().optional(),
    TimeoutSeconds: z.number().optional(),
    TimeoutSecondsPath: z.string().optional(),
    Seconds: z.number().optional(),
    Branches: z.array(Json).optional(),
  })
  .catchall(Json);
type State = z.infer<typeof State>;

const Machine = z
  .object({
    StartAt: z.string(),
    States: z.record(z.string(), State),
    TimeoutSeconds: z.number().optional(),
  })
  .catchall(Json);

/** The interpreter's own type is not exported as a schema; its constructor checks the content. */
const Runnable = z.custom<StateMachineDefinition>((value) => Machine.safeParse(value).success);

/** About 24 days: a JavaScript timer that is set for longer goes off at once. */
const longestTimerSeconds = 2_147_483;

const functionArn = /^arn:[^:]+:lambda:[^:]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const startExecution = /^arn:[^:]+:states:::states:startExecution\.sync:2$/;
const notSupported = [
  ...['Assign', 'Arguments', 'Output', 'Credentials', 'HeartbeatSeconds', 'HeartbeatSecondsPath'],
];

const refuse = (message: string): never => {
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${message}'`);
};

/**
 * The interpreter overwrites `$$.Execution` with each branch's own input and start, and does not
 * know `$$.State`: both are read from names of our own in the context it is given.
 */
const withContextPaths = (value: Json, stateKey: string, isPath = false): Json => {
  if (typeof value === 'string') {
    const path = value.replaceAll('$$.Execution', () => '$$.Started');
    return isPath ? path.replaceAll('$$.State.', () => `$$.${stateKey}.`) : value;
  }
  if (Array.isArray(value)) return value.map((item) => withContextPaths(item, stateKey));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      withContextPaths(item, stateKey, /(\.\$|Path|^Variable)$/.test(key)),
    ]),
  );
};

const refuseTheUnsupported = (name: string, state: State) => {
  for (const field of notSupported.filter((each) => each in state)) {
    refuse(`${name}: the local Step Functions does not support ${field}`);
  }
  if ((state['QueryLanguage'] ?? 'JSONPath') !== 'JSONPath') {
    refuse(`${name}: the local Step Functions does not support the QueryLanguage JSONata`);
  }
  if ((state.Seconds ?? 0) > longestTimerSeconds) {
    refuse(`${name}: the local Step Functions cannot wait for more than 24 days`);
  }
};

const taskKind = (name: string, { Resource = '', TimeoutSeconds }: State): StateKind => {
  const timeout = TimeoutSeconds === undefined ? {} : { timeoutSeconds: TimeoutSeconds };
  if (startExecution.test(Resource)) return { type: 'Task', starts: 'execution', ...timeout };
  if (functionArn.test(Resource)) return { type: 'Task', functionArn: Resource, ...timeout };
  return refuse(
    `${name}: the local Step Functions runs Lambda functions by their ARN and startExecution.sync:2, not '${Resource}'`,
  );
};

const mapKind = (name: string, state: State, stateKey: string): StateKind => {
  const raw = Json.parse(state);
  try {
    const processor = isObject(raw) ? raw['ItemProcessor'] : undefined;
    const own = withContextPaths(raw, stateKey);
    const map = readMap(name, isObject(own) ? own : {}, () => compileMachine(processor ?? {}));
    return { type: 'Map', map };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const problem = z.prettifyError(error).replaceAll(/\s+/g, ' ');
    return refuse(`${name}: the local Step Functions does not support this Map state: ${problem}`);
  }
};

const kindOf = (name: string, state: State, stateKey: string): StateKind => {
  switch (state.Type) {
    case 'Task':
      return taskKind(name, state);
    case 'Parallel':
      return { type: 'Parallel', branches: (state.Branches ?? []).map(compileMachine) };
    case 'Map':
      return mapKind(name, state, stateKey);
    case 'Pass':
    case 'Wait':
    case 'Choice':
    case 'Succeed':
    case 'Fail':
      return { type: state.Type };
    default:
      return refuse(`${name}: the local Step Functions has no states of type ${state.Type}`);
  }
};

/** The interpreter ends a Task after 60 s unless told otherwise; AWS practically never does. */
const timeoutOf = (state: State): JsonObject =>
  state.TimeoutSecondsPath === undefined
    ? { TimeoutSeconds: Math.min(state.TimeoutSeconds ?? Infinity, longestTimerSeconds) }
    : {};

/**
 * The interpreter forwards the events of a Parallel state's branches late, and loses those that
 * come after the end. So a Parallel state is run as a Task whose handler runs its branches, each
 * as a machine of its own; all fields that the two types share mean the same. So it is with a Map state.
 */
const runnableState = (state: State, kind: StateKind, stateKey: string): Json => {
  const { Branches, ...rest } = state;
  const own = withContextPaths(Json.parse(rest), stateKey);
  if (!isObject(own)) return own;
  if (kind.type === 'Task') return { ...own, ...timeoutOf(state) };
  if (kind.type !== 'Parallel' && kind.type !== 'Map') return own;
  const shared = withoutMapFields(own);
  return { ...shared, Type: 'Task', Resource: 'branches', TimeoutSeconds: longestTimerSeconds };
};

const compileMachine = (raw: Json): Branch => {
  const { TimeoutSeconds, ...machine } = Machine.parse(raw);
  const states = Object.entries(machine.States).map(([name, state], index) => {
    refuseTheUnsupported(name, state);
    const key = `State${index}`;
    const kind = kindOf(name, state, key);
    return { name, key, kind, runnable: runnableState(state, kind, key) };
  });
  return {
    definition: Runnable.parse({
      ...machine,
      States: Object.fromEntries(states.map(({ name, runnable }) => [name, runnable])),
      ...(TimeoutSeconds === undefined
        ? {}
        : { TimeoutSeconds: Math.min(TimeoutSeconds, longestTimerSeconds) }),
    }),
    kinds: new Map(states.map(({ name, kind }) => [name, kind])),
    stateNames: Object.fromEntries(states.map(({ name, key }) => [key, { Name: name }])),
  };
};

const parseText = (text: string): Json => {
  try {
    return Json.parse(JSON.parse(text));
  } catch {
    return refuse('it is not JSON');
  }
};

const validate = (raw: Json) => {
  try {
    return new StateMachine(Runnable.parse(raw));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
};

/**
 * Reads an Amazon States Language definition (JSON, JSONPath).
 * Throws `InvalidDefinition` for a wrong one, and for whatever the local Step Functions cannot run.
 */
export const compileDefinition = (text: string): Branch => {
  const raw = parseText(text);
  const compiled = compileMachine(raw);
  validate(raw);
  return compiled;
};
