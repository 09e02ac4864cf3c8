import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { Json } from '../../local/json.ts';
import { inCopy, runServerless } from '../../local/packaged.ts';
import type { Emulator, Place } from './emulator.ts';
import { wholeTemplate } from './forEmulator.ts';
import { until } from './until.ts';

const Template = z.looseObject({
  Parameters: z.record(z.string(), Json).default({}),
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })),
});
/** A template as far as it is looked at. */
export type Template = z.infer<typeof Template>;

const lastPlugin = '  - serverless-step-functions\n';

/** Adds the plugin of the tests to the others in serverless.yml. */
const addPlugin = (file: string) => {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(lastPlugin)) throw new Error(`${file} has no plugin “${lastPlugin.trim()}”`);
  const added = `${lastPlugin}  - ./tests/deploy/forEmulator.ts\n`;
  writeFileSync(file, text.replace(lastPlugin, added));
};

/**
 * Deploys the application with `serverless deploy`, but for what the emulator cannot take. Answers the
 * whole template. Throws with what the Serverless Framework printed if it fails.
 */
export const deployApplication = (emulator: Emulator, hub: Place): Promise<Template> =>
  inCopy(async (copy) => {
    addPlugin(join(copy, 'serverless.yml'));
    const { endpoint, region, credentials } = emulator.administratorOf(hub);
    await runServerless(copy, ['deploy', '--region', region], {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      // Milliseconds between two looks at the stack, where AWS would need 5 seconds.
      SLS_AWS_MONITORING_FREQUENCY: '500',
    });
    return Template.parse(JSON.parse(readFileSync(join(copy, wholeTemplate), 'utf8')));
  });

/** CloudFormation of the emulator, for an account's administrator. */
export const cloudFormation = (emulator: Emulator, place: Place): CloudFormationClient =>
  new CloudFormationClient(emulator.administratorOf(place));

/** Makes a stack and answers its status once nothing moves any more. */
export const createStack = async (
  client: CloudFormationClient,
  StackName: string,
  TemplateBody: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Parameters, Capabilities }));
  return until(`the stack ${StackName} is made`, 60, async () => {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    const status = Stacks?.[0]?.StackStatus;
    return status?.endsWith('_IN_PROGRESS') ? undefined : status;
  });
};

/** A stack's outputs by their names. */
export const outputsOf = async (
  client: CloudFormationClient,
  StackName: string,
): Promise<Readonly<Record<string, string>>> => {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  const outputs = Stacks?.[0]?.Outputs ?? [];
  return Object.fromEntries(
    outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
};

/** A resource of a stack. */
export type StackResource = { logicalId: string; type: string; name: string; status: string };

/** A stack's resources, as CloudFormation lists them. */
export const resourcesOf = async (
  client: CloudFormationClient,
  StackName: string,
): Promise<StackResource[]> => {
  const resources: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName })) {
    for (const one of page.StackResourceSummaries ?? []) {
      resources.push({
        logicalId: one.LogicalResourceId ?? '',
        type: one.ResourceType ?? '',
        name: one.PhysicalResourceId ?? '',
        status: one.ResourceStatus ?? '',
      });
    }
  }
  return resources;
};

/** Puts a word in the place of every reference to another resource of the template. */
const standingAlone = (value: Json, others: readonly string[]): Json =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) => {
      const reference = z
        .union([
          z.strictObject({ Ref: z.enum(others) }),
          z.strictObject({ 'Fn::GetAtt': z.tuple([z.enum(others), z.string()]) }),
        ])
        .safeParse(part);
      return reference.success ? 'another' : part;
    }),
  );

/**
 * Tries to make a resource of the template in a stack of its own. Answers why CloudFormation refuses, or
 * nothing where it does not.
 */
export const refusalOf = async (
  client: CloudFormationClient,
  { Parameters, Resources }: Template,
  logicalId: string,
): Promise<string | undefined> => {
  const resource = standingAlone(Json.parse(Resources[logicalId]), Object.keys(Resources));
  const StackName = `alone-${logicalId}`;
  const body = JSON.stringify({ Parameters, Resources: { [logicalId]: resource } });
  if ((await createStack(client, StackName, body)) === 'CREATE_COMPLETE') return undefined;
  for await (const page of paginateDescribeStackEvents({ client }, { StackName })) {
    const failed = page.StackEvents?.find(
      ({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED',
    );
    if (failed) return failed.ResourceStatusReason ?? '';
  }
  return '';
};
