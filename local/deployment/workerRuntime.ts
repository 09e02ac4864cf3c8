import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { FunctionDefinition, LambdaRuntime } from '../aws/lambda/lambda.ts';
import { Sandbox } from './lambdaSandbox.ts';

/** A role session's credentials. */
export type RoleCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration?: Date | undefined;
};

export type WorkerRuntimeOptions = {
  region: string;
  /** Where the functions find AWS. */
  endpointUrl: string;
  /** What functions are told other than by the template. */
  environment?: Record<string, string>;
  /** Assumes a function's execution role, as the Lambda service does. */
  credentialsOf: (definition: FunctionDefinition) => Promise<RoleCredentials>;
  /** Gets each line that a function writes to stdout or stderr. */
  log: (line: { functionName: string; text: string }) => void;
};

type Warm = { sandbox: Sandbox; until: number };

const extract = async (zipPath: string): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'sightline-function-'));
  for (const [name, content] of Object.entries(unzipSync(await readFile(zipPath)))) {
    if (name.endsWith('/')) continue;
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return directory;
};

const environmentOf = (
  { name, handler, memoryMb, environment }: FunctionDefinition,
  directory: string,
  { accessKeyId, secretAccessKey, sessionToken }: RoleCredentials,
  { region, endpointUrl, environment: other }: WorkerRuntimeOptions,
) => ({
  ...environment,
  ...other,
  _HANDLER: handler,
  LAMBDA_TASK_ROOT: directory,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${memoryMb}`,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
  AWS_ENDPOINT_URL: endpointUrl,
});

/** Runs packaged functions in worker threads, each with its own environment and credentials. */
class WorkerRuntime implements LambdaRuntime {
  readonly #options: WorkerRuntimeOptions;
  readonly #directories = new Map<string, Promise<string>>();
  readonly #warm = new Map<string, Warm[]>();
  readonly #all = new Set<Sandbox>();

  constructor(options: WorkerRuntimeOptions) {
    this.#options = options;
  }

  async invoke(definition: FunctionDefinition, event: unknown): Promise<unknown> {
    const warm = this.#takeWarm(definition) ?? (await this.#start(definition));
    try {
      return await warm.sandbox.invoke(event);
    } finally {
      if (warm.sandbox.usable) this.#idle(definition).push(warm);
      else this.#all.delete(warm.sandbox);
    }
  }

  /** Ends every worker and removes the unpacked code. */
  async close() {
    await Promise.all([...this.#all].map((sandbox) => sandbox.terminate()));
    const directories = await Promise.all(this.#directories.values());
    await Promise.all(directories.map((path) => rm(path, { recursive: true, force: true })));
    this.#all.clear();
    this.#warm.clear();
    this.#directories.clear();
  }

  #idle({ arn }: FunctionDefinition): Warm[] {
    const idle = this.#warm.get(arn) ?? [];
    this.#warm.set(arn, idle);
    return idle;
  }

  /** A worker keeps the credentials it was started with, so it must not outlive them. */
  #takeWarm(definition: FunctionDefinition): Warm | undefined {
    const idle = this.#idle(definition);
    const ends = Date.now() + definition.timeoutSeconds * 1000;
    for (let warm = idle.pop(); warm; warm = idle.pop()) {
      if (warm.sandbox.usable && warm.until > ends) return warm;
      this.#all.delete(warm.sandbox);
      void warm.sandbox.terminate();
    }
    return undefined;
  }

  async #start(definition: FunctionDefinition): Promise<Warm> {
    const [directory, credentials] = await Promise.all([
      this.#directory(definition.codePath),
      this.#options.credentialsOf(definition),
    ]);
    const sandbox = new Sandbox({
      definition,
      directory,
      env: environmentOf(definition, directory, credentials, this.#options),
      log: (text) => this.#options.log({ functionName: definition.name, text }),
    });
    this.#all.add(sandbox);
    return { sandbox, until: credentials.expiration?.getTime() ?? Infinity };
  }

  #directory(zipPath: string): Promise<string> {
    const directory = this.#directories.get(zipPath) ?? extract(zipPath);
    this.#directories.set(zipPath, directory);
    return directory;
  }
}

/**
 * A Lambda runtime for packaged functions: one warm worker thread per function, more when it is
 * invoked several times at once. `close()` it in the end.
 */
export const createWorkerRuntime = (options: WorkerRuntimeOptions) => new WorkerRuntime(options);
