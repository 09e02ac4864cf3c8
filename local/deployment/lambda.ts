import { basename, join } from 'node:path';
import * as z from 'zod';
import { Json } from '../json.ts';
import type { Provider } from './deploy.ts';
import { lambdaError } from './lambdaError.ts';

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
};

/**
 * What runs functions. It answers with the function's result as JSON carries it, and throws the
 * function's error with its type as the error's `name`. A test may call TypeScript handlers directly.
 */
export type LambdaRuntime = {
  invoke: (definition: FunctionDefinition, event: unknown) => Promise<unknown>;
};

export type LambdaOptions = {
  accountId: string;
  region: string;
  /** Where the zip files are that the template knows by their keys in the deployment bucket. */
  packageDirectory: string;
  runtime: LambdaRuntime;
};

const Properties = z.strictObject({
  FunctionName: z.string().optional(),
  Handler: z.string(),
  Role: z.string(),
  Runtime: z.string().regex(/^nodejs/, 'only Node.js functions run here'),
  Code: z.looseObject({ S3Key: z.string() }),
  Environment: z
    .strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  // Nothing here is traced or looked up by tag; the machine is what it is; nothing limits concurrency.
  Architectures: Json.optional(),
  // Whoever calls a function asynchronously keeps its dead letters.
  DeadLetterConfig: Json.optional(),
  Description: Json.optional(),
  LoggingConfig: Json.optional(),
  ReservedConcurrentExecutions: Json.optional(),
  Tags: Json.optional(),
  TracingConfig: Json.optional(),
});

const withoutQualifier = (arn: string) => arn.split(':').slice(0, 7).join(':');

/**
 * Lambda of one account and Region: the provider for a template's functions, and their invocation.
 *
 * @example
 * const lambda = createLambda({ accountId, region, packageDirectory: '.serverless', runtime });
 * const stepFunctions = createStepFunctions({ accountId, region, invoke: lambda.invoke });
 * await deploy(template, context, { 'AWS::Lambda::Function': lambda.provider });
 */
export const createLambda = ({ accountId, region, packageDirectory, runtime }: LambdaOptions) => {
  const functions = new Map<string, FunctionDefinition>();
  const provider: Provider = (logicalId, properties) => {
    const { FunctionName: name = logicalId, ...rest } = Properties.parse(properties);
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    functions.set(arn, {
      name,
      arn,
      roleArn: rest.Role,
      handler: rest.Handler,
      timeoutSeconds: rest.Timeout,
      memoryMb: rest.MemorySize,
      environment: rest.Environment.Variables,
      codePath: join(packageDirectory, basename(rest.Code.S3Key)),
    });
    return { ref: name, attributes: { Arn: arn } };
  };
  return {
    provider,
    functions,
    /** Throws `Lambda.ResourceNotFoundException` for an unknown function, else what the function throws. */
    invoke: async (functionArn: string, event: unknown): Promise<unknown> => {
      const definition = functions.get(withoutQualifier(functionArn));
      if (definition) return runtime.invoke(definition, event);
      throw lambdaError({
        errorType: 'Lambda.ResourceNotFoundException',
        errorMessage: `Function not found: ${functionArn}`,
      });
    },
  };
};
