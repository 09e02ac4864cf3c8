import assert from 'node:assert/strict';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  RedriveExecutionCommand,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { apiOf } from './api.ts';
import type { Emulator } from './emulator.ts';
import { ended, put } from './hub.ts';
import { type Deployed, functionRole, hub, management, stateMachineArn } from './sightline.ts';
import { cloudFormation, createStack, outputsOf } from './stacks.ts';

/** Something that the emulator does not do as AWS does, and what is done about it here. */
export type Gap = {
  gap: string;
  instead: string;
  /** Whether it is still so. */
  isThere: (deployed: Deployed) => Promise<boolean>;
};

/** `!Equals [!Join ["", […]], ""]` is how a template finds that a list is empty. */
const joinInCondition = {
  Conditions: { Empty: { 'Fn::Equals': [{ 'Fn::Join': ['', ['']] }, ''] } },
  Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
  Outputs: { Empty: { Value: { 'Fn::If': ['Empty', 'yes', 'no'] } } },
};

const outputsOfNew = async (emulator: Emulator, name: string, template: object) => {
  const client = cloudFormation(emulator, hub);
  assert.equal(await createStack(client, name, JSON.stringify(template)), 'CREATE_COMPLETE');
  return outputsOf(client, name);
};

const hasNoJoin = async ({ emulator }: Deployed) =>
  (await outputsOfNew(emulator, 'joining', joinInCondition))['Empty'] !== 'yes';

const aFunction = (code: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    ...{ Runtime: 'nodejs24.x', Handler: 'index.handler', Role: functionRole('preflight') },
    Code: { ZipFile: code },
  },
});

const throwing = {
  Resources: {
    Throwing: aFunction(
      "exports.handler = async () => { throw Object.assign(new Error(), { name: 'Named' }); };",
    ),
  },
  Outputs: { Name: { Value: { Ref: 'Throwing' } } },
};

const losesNames = async ({ emulator }: Deployed) => {
  const outputs = await outputsOfNew(emulator, 'throwing', throwing);
  const lambda = new LambdaClient(emulator.administratorOf(hub));
  const { Payload = new Uint8Array() } = await lambda.send(
    new InvokeCommand({ FunctionName: outputs['Name'] ?? '' }),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload).toString());
  return z.object({ errorType: z.string() }).parse(answer).errorType !== 'Named';
};

const ApiId = { Ref: 'Api' };
const echoing = {
  Resources: {
    Echoing: aFunction('exports.handler = async (event) => event;'),
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'echoing', ProtocolType: 'HTTP' },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId, StageName: '$default', AutoDeploy: true },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ...{ ApiId, IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' },
        IntegrationUri: { 'Fn::GetAtt': ['Echoing', 'Arn'] },
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ...{ ApiId, RouteKey: 'GET /echo' },
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
  },
  Outputs: { ApiId: { Value: ApiId } },
};

const saysNull = async ({ emulator }: Deployed) => {
  const outputs = await outputsOfNew(emulator, 'echoing', echoing);
  const api = apiOf(emulator, hub, outputs['ApiId'] ?? '');
  const { body } = await api.callUnsigned({ method: 'GET', path: '/echo' });
  assert.equal(body['version'], '2.0', JSON.stringify(body));
  return Object.values(body).includes(null);
};

/** The role is one that no service may assume but Lambda, and that may not invoke a function. */
const calling = {
  Resources: {
    Called: aFunction('exports.handler = async (event) => event;'),
    Calling: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: functionRole('listOnboardings'),
        Definition: {
          StartAt: 'Call',
          States: {
            Call: { Type: 'Task', Resource: { 'Fn::GetAtt': ['Called', 'Arn'] }, End: true },
          },
        },
      },
    },
  },
  Outputs: { Arn: { Value: { Ref: 'Calling' } } },
};

const callsWithoutPermission = async ({ emulator, sfn }: Deployed) => {
  const { Arn: stateMachineArn } = await outputsOfNew(emulator, 'calling', calling);
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: '{}' }),
  );
  return (await ended(sfn, executionArn)).status === 'SUCCEEDED';
};

/** Another account than the hub's, in the same Region. */
const stranger = { ...management, region: hub.region };

/** The emulator delivers before it answers PutEvents, and logs what it cannot deliver. */
const doesNotForward = async ({ emulator, accountEvents }: Deployed) => {
  const events = new EventBridgeClient(emulator.administratorOf(stranger));
  const Name = 'forwarding';
  const Arn = `arn:aws:events:${hub.region}:${hub.accountId}:event-bus/${accountEvents}`;
  const EventPattern = JSON.stringify({ source: [Name] });
  await events.send(new PutRuleCommand({ Name, EventPattern }));
  const RoleArn = `arn:aws:iam::${stranger.accountId}:role/${Name}`;
  await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'hub', Arn, RoleArn }] }));
  await put(events, 'default', Name, { 'detail-type': Name, detail: {} });
  return /event bus .* not found/.test(emulator.log());
};

const cannotRedrive = async ({ sfn }: Deployed) => {
  const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:none`;
  try {
    await sfn.send(new RedriveExecutionCommand({ executionArn }));
  } catch (error) {
    if (error instanceof SFNServiceException) return error.name !== 'ExecutionDoesNotExist';
    throw error;
  }
  return false;
};

/**
 * Everything that is done in another way than on AWS because the emulator cannot, or that is not shown.
 * Each is looked into, and an entry that is not needed any more is an error.
 */
export const gaps: readonly Gap[] = [
  {
    gap: 'conditions know no Fn::Join',
    instead: 'the conditions of templates/monitored-account.yml compare the list itself',
    isThere: hasNoJoin,
  },
  {
    gap: 'the Node.js runtime does not tell the names of errors',
    instead: 'the functions run on Node.js as custom runtime, tests/deploy/bootstrap.cjs',
    isThere: losesNames,
  },
  {
    gap: 'an HTTP request has null for what it does not have',
    instead: 'tests/deploy/bootstrap.cjs leaves that out',
    isThere: saysNull,
  },
  {
    gap: 'Step Functions invokes functions whatever its role allows',
    instead: 'the role of the state machine is not shown to be enough',
    isThere: callsWithoutPermission,
  },
  {
    gap: 'EventBridge sends nothing to an event bus of another account',
    instead:
      'events are put on the bus in the hub, to which the management account would send them',
    isThere: doesNotForward,
  },
  {
    gap: 'there is no RedriveExecution',
    instead: 'going on from the failed step is not shown',
    isThere: cannotRedrive,
  },
];
