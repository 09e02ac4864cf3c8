import { randomUUID } from 'node:crypto';
import { callerUnder } from '../credentials.ts';
import type { Judge } from '../judge.ts';
import type { Attempt } from '../losses.ts';
import type { Actor } from '../service.ts';
import type { Sqs } from '../sqs.ts';
import { createFunctionPolicies, type Permission } from './functionPolicies.ts';
import { InvocationRefused } from './invocationRefused.ts';
import { createTelemetry } from './telemetry.ts';

/** A Lambda function as its template describes it. */
export type FunctionDefinition = {
  name: string;
  arn: string;
  roleArn: string;
  /** File without extension, a dot, the exported name: `functions/preflight.handler`. */
  handler: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Readonly<Record<string, string>>;
  /** The zip file with the function's code. */
  codePath: string;
  logGroup: string;
  /** Whether X-Ray traces it. */
  traced: boolean;
  /** The queue for events that it could not deal with. */
  deadLetterArn?: string | undefined;
};

/**
 * What runs functions. It answers with the function's result as JSON carries it, and throws the
 * function's error with its type as the error's `name`. A test may call TypeScript handlers directly.
 */
export type LambdaRuntime = {
  invoke: (definition: FunctionDefinition, event: unknown) => Promise<unknown>;
};

/** One account and Region's Lambda. */
export type LambdaOptions = {
  accountId: string;
  region: string;
  runtime: LambdaRuntime;
  judge: Judge;
  attempt: Attempt;
  sqs: Pick<Sqs, 'sendDeadLetter'>;
};

/**
 * How often a function gets an event that nobody waits for. AWS waits one minute and then two; here nothing
 * waits. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
const attempts = 3;

const withoutQualifier = (arn: string) => arn.split(':').slice(0, 7).join(':');

/**
 * Lambda: functions, and their invocation by whoever IAM or the function's own policy lets.
 *
 * @example
 * const lambda = new Lambda({ accountId, region, runtime, judge: aws.judge, attempt, sqs });
 * await deploy(template, context, lambdaProviders(lambda, context, '.serverless'));
 * await lambda.invoke({ caller: callerUnder(roleArn, 'session'), region }, functionArn, event);
 */
export class Lambda {
  readonly functions = new Map<string, FunctionDefinition>();
  readonly #options: LambdaOptions;
  readonly #policies = createFunctionPolicies();
  readonly #telemetry: ReturnType<typeof createTelemetry>;

  constructor(options: LambdaOptions) {
    this.#options = options;
    this.#telemetry = createTelemetry(options);
  }

  createFunction(definition: FunctionDefinition) {
    this.functions.set(definition.arn, definition);
  }

  addPermission(functionArn: string, permission: Permission) {
    this.#policies.add(functionArn, permission);
  }

  /** A log group that is made otherwise than by the first line of a function's log. */
  createLogGroup(name: string) {
    this.#telemetry.createLogGroup(name);
  }

  /** Runs a function. Throws `InvocationRefused`, else what the function throws. */
  async invoke(actor: Actor, functionArn: string, event: unknown): Promise<unknown> {
    return this.#run(await this.#admit(actor, functionArn), event);
  }

  /**
   * Gives a function an event that nobody waits for, again if it fails, and at last to its dead-letter queue.
   * Ends when all that is over. Throws `InvocationRefused`, and nothing that the function throws.
   */
  async invokeAsync(actor: Actor, functionArn: string, event: unknown): Promise<void> {
    const definition = await this.#admit(actor, functionArn);
    let failure: unknown;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        await this.#run(definition, event);
        return;
      } catch (error) {
        failure = error;
      }
    }
    await this.#giveUp(definition, event, failure);
  }

  async #admit(actor: Actor, functionArn: string): Promise<FunctionDefinition> {
    const arn = withoutQualifier(functionArn);
    const policy = this.#policies.policyOf(arn);
    const verdict = await this.#options.judge(actor, {
      action: 'lambda:InvokeFunction',
      resource: functionArn,
      ...(policy && { policy }),
    });
    if (!verdict.allowed) throw new InvocationRefused('AccessDeniedException', verdict.message);
    const definition = this.functions.get(arn);
    if (definition) return definition;
    throw new InvocationRefused('ResourceNotFoundException', `Function not found: ${functionArn}`);
  }

  async #run(definition: FunctionDefinition, event: unknown): Promise<unknown> {
    try {
      return await this.#options.runtime.invoke(definition, event);
    } finally {
      await this.#telemetry.write(this.#under(definition), definition);
    }
  }

  /** With the message attributes of https://docs.aws.amazon.com/lambda/latest/dg/dlq.html */
  async #giveUp(definition: FunctionDefinition, event: unknown, failure: unknown) {
    if (!definition.deadLetterArn) return;
    const why = failure instanceof Error ? failure.message : String(failure);
    await this.#options.sqs.sendDeadLetter(this.#under(definition), definition.name, {
      queueArn: definition.deadLetterArn,
      body: JSON.stringify(event),
      attributes: {
        RequestID: randomUUID(),
        // Of the invocation: it took place.
        ErrorCode: '200',
        ErrorMessage: why.slice(0, 1024),
      },
    });
  }

  /** Lambda names the session like the function. */
  #under({ roleArn, name }: FunctionDefinition): Actor {
    return { caller: callerUnder(roleArn, name), region: this.#options.region };
  }
}
