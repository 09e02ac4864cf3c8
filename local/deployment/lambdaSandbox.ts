import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { FunctionDefinition } from '../aws/lambda/lambda.ts';
import { lambdaError } from './lambdaError.ts';
import type { Invocation, WorkerStart } from './lambdaWorker.ts';

export type SandboxOptions = {
  definition: FunctionDefinition;
  directory: string;
  env: Readonly<Record<string, string>>;
  log: (line: string) => void;
};

const Answer = z.union([
  z.object({ result: z.string() }),
  z.object({
    failure: z.object({
      errorType: z.string(),
      errorMessage: z.string(),
      trace: z.array(z.string()).optional(),
    }),
  }),
]);

const workerFile = fileURLToPath(new URL('./lambdaWorker.ts', import.meta.url));

/** One worker thread with one function in it, which it runs for one event at a time. */
export class Sandbox {
  /** False once the function was killed or has ended its process: the next event needs a new one. */
  usable = true;
  readonly #definition: FunctionDefinition;
  readonly #worker: Worker;
  readonly #ready: Promise<unknown>;

  constructor({ definition, directory, env, log }: SandboxOptions) {
    const workerData: WorkerStart = { directory, handler: definition.handler };
    this.#definition = definition;
    this.#worker = new Worker(workerFile, { workerData, env, stdout: true, stderr: true });
    this.#ready = this.#first((signal) => [
      once(this.#worker, 'message', { signal }),
      this.#exit('init', signal),
    ]);
    const follow = (input: Readable) => createInterface({ input }).on('line', log);
    follow(this.#worker.stdout);
    follow(this.#worker.stderr);
    // An error between two invocations is nobody's answer; the next one gets a new sandbox.
    this.#worker.on('error', (error) => log(String(error)));
    this.#worker.on('exit', () => {
      this.usable = false;
    });
  }

  /** Throws the function's error, `Sandbox.Timedout` or `Runtime.ExitError`. */
  async invoke(event: unknown): Promise<unknown> {
    await this.#ready;
    const answer = Answer.parse(await this.#ask(JSON.stringify(event ?? null)));
    if ('failure' in answer) throw lambdaError(answer.failure);
    return JSON.parse(answer.result);
  }

  async terminate() {
    this.usable = false;
    await this.#worker.terminate();
  }

  async #ask(event: string): Promise<unknown> {
    const requestId = randomUUID();
    const answer = this.#first((signal) => [
      once(this.#worker, 'message', { signal }),
      this.#exit(requestId, signal),
      this.#timeout(requestId, signal),
    ]);
    this.#worker.postMessage(this.#invocation(event, requestId));
    const [message] = await answer;
    return message;
  }

  /** The first of several outcomes; one that is not a message is the sandbox's end. */
  async #first(outcomes: (signal: AbortSignal) => Promise<unknown[]>[]): Promise<unknown[]> {
    const over = new AbortController();
    try {
      return await Promise.race(outcomes(over.signal));
    } catch (error) {
      await this.terminate();
      throw error;
    } finally {
      over.abort();
    }
  }

  #invocation(event: string, requestId: string): Invocation {
    const { name, arn, memoryMb, timeoutSeconds } = this.#definition;
    return {
      event,
      requestId,
      deadline: Date.now() + timeoutSeconds * 1000,
      functionName: name,
      functionArn: arn,
      memoryMb,
    };
  }

  async #exit(requestId: string, signal: AbortSignal): Promise<never> {
    const [code] = await once(this.#worker, 'exit', { signal });
    throw lambdaError({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status ${code}`,
    });
  }

  async #timeout(requestId: string, signal: AbortSignal): Promise<never> {
    const { timeoutSeconds } = this.#definition;
    await setTimeout(timeoutSeconds * 1000, undefined, { signal });
    throw lambdaError({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
    });
  }
}
