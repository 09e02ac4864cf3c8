import { basename, join } from 'node:path';
import * as z from 'zod';
import { regionalArn } from '../aws/arn.ts';
import type { FunctionDefinition, Lambda } from '../aws/lambda/lambda.ts';
import { Json } from '../json.ts';
import type { DeploymentContext, Providers } from './deploy.ts';

const FunctionProperties = z.strictObject({
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
  TracingConfig: z
    .strictObject({ Mode: z.enum(['Active', 'PassThrough']) })
    .default({ Mode: 'PassThrough' }),
  LoggingConfig: z.looseObject({ LogGroup: z.string().optional() }).default({}),
  DeadLetterConfig: z
    .strictObject({ TargetArn: z.string().regex(/:sqs:/, 'only queues take dead letters here') })
    .optional(),
  // Nothing here is looked up by tag; the machine is what it is; nothing limits concurrency.
  Architectures: Json.optional(),
  Description: Json.optional(),
  ReservedConcurrentExecutions: Json.optional(),
  Tags: Json.optional(),
});
type FunctionProperties = z.infer<typeof FunctionProperties>;

const Permission = z.strictObject({
  Action: z.literal('lambda:InvokeFunction'),
  /** The name or the ARN. */
  FunctionName: z.string(),
  Principal: z.string().endsWith('.amazonaws.com', 'only services are let in by a function here'),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const LogGroup = z.looseObject({ LogGroupName: z.string() });

const definitionOf = (
  arn: string,
  name: string,
  packageDirectory: string,
  { DeadLetterConfig, LoggingConfig, ...rest }: FunctionProperties,
): FunctionDefinition => ({
  name,
  arn,
  roleArn: rest.Role,
  handler: rest.Handler,
  timeoutSeconds: rest.Timeout,
  memoryMb: rest.MemorySize,
  environment: rest.Environment.Variables,
  codePath: join(packageDirectory, basename(rest.Code.S3Key)),
  logGroup: LoggingConfig.LogGroup ?? `/aws/lambda/${name}`,
  traced: rest.TracingConfig.Mode === 'Active',
  deadLetterArn: DeadLetterConfig?.TargetArn,
});

/**
 * Makes a template's functions, their permissions and their log groups. The zip files that the template knows
 * by their keys in the deployment bucket are in `packageDirectory`. Throws a `ZodError` for what it does not know.
 */
export const lambdaProviders = (
  lambda: Lambda,
  { accountId, region }: DeploymentContext,
  packageDirectory: string,
): Providers => {
  const arnOf = (name: string) => regionalArn('lambda', { accountId, region }, `function:${name}`);
  return {
    'AWS::Lambda::Function': (logicalId, properties) => {
      const parsed = FunctionProperties.parse(properties);
      const { FunctionName: name = logicalId } = parsed;
      lambda.createFunction(definitionOf(arnOf(name), name, packageDirectory, parsed));
      return { ref: name, attributes: { Arn: arnOf(name) } };
    },
    'AWS::Lambda::Permission': (logicalId, properties) => {
      const { FunctionName: name, Principal, ...source } = Permission.parse(properties);
      lambda.addPermission(name.startsWith('arn:') ? name : arnOf(name), {
        servicePrincipal: Principal,
        sourceArn: source.SourceArn,
        sourceAccount: source.SourceAccount,
      });
      return { ref: logicalId, attributes: {} };
    },
    'AWS::Logs::LogGroup': (_, properties) => {
      const { LogGroupName: name } = LogGroup.parse(properties);
      lambda.createLogGroup(name);
      return {
        ref: name,
        attributes: { Arn: regionalArn('logs', { accountId, region }, `log-group:${name}:*`) },
      };
    },
  };
};
