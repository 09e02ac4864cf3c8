import * as eventsSdk from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import * as s3Sdk from '@aws-sdk/client-s3';
import * as sfnSdk from '@aws-sdk/client-sfn';
import * as snsSdk from '@aws-sdk/client-sns';
import type { LocalService } from './aws/answer.ts';
import { regionalArn } from './aws/arn.ts';
import { awsJson } from './aws/awsJson.ts';
import { awsQuery } from './aws/awsQuery.ts';
import { EventBridge } from './aws/eventBridge.ts';
import { readActions } from './aws/judge.ts';
import { lambdaService } from './aws/lambda/api.ts';
import { type FunctionDefinition, Lambda, type LambdaRuntime } from './aws/lambda/lambda.ts';
import type { LocalAws } from './aws/localAws.ts';
import { createLosses, type Loss } from './aws/losses.ts';
import { restXml } from './aws/restXml.ts';
import { s3Address } from './aws/s3/address.ts';
import { createS3 } from './aws/s3/s3.ts';
import { createSns, type Message } from './aws/sns.ts';
import { createSqs, type QueueMessage } from './aws/sqs.ts';
import { createStepFunctions } from './aws/stepFunctions/stepFunctions.ts';
import { bucketProviders } from './deployment/buckets.ts';
import { type DeploymentContext, deploy } from './deployment/deploy.ts';
import { eventProviders, messageProviders } from './deployment/events.ts';
import { createHttpApi, type HttpApi } from './deployment/httpApi.ts';
import { iamProviders } from './deployment/iam.ts';
import { lambdaProviders } from './deployment/lambda.ts';
import { stateMachineProvider } from './deployment/stateMachine.ts';
import { readTemplate, type Template } from './deployment/template.ts';
import { packageDirectory, packagedTemplate } from './packaged.ts';
import { hubRegionOf, type World } from './world.ts';

/** The stack's name: the service and the stage of serverless.yml. */
const stackName = 'sightline-dev';

type Place = { accountId: string; region: string };

const administratorOf = (aws: LocalAws, { accountId, region }: Place) =>
  new IAMClient({
    region,
    credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  });

const contextOf = (place: Place, name: string): DeploymentContext => ({
  ...place,
  stackName: name,
});

/** Deploys the stacks that the world's accounts have before Sightline comes. */
const deployStacks = async (aws: LocalAws, world: World) => {
  // Mostly all accounts have the same one.
  const templates = new Map<string, Template>();
  for (const [accountId, { stacks }] of Object.entries(world.accounts)) {
    const name = 'sightline-monitored-account';
    const place = { accountId, region: hubRegionOf(world) };
    const providers = iamProviders({ iam: administratorOf(aws, place), stackName: name });
    for (const { template, parameters } of stacks) {
      const context = { ...contextOf(place, name), parameters };
      const known = templates.get(template) ?? readTemplate(template);
      templates.set(template, known);
      await deploy(known, context, providers);
    }
  }
};

/** The ARN of the onboarding state machine in a world's hub. */
export const onboardingMachine = (world: World): string =>
  regionalArn('states', hubOf(world), `stateMachine:${stackName}-onboarding`);

/** The ARN of the state machine for batches in a world's hub. */
export const bulkMachine = (world: World): string =>
  regionalArn('states', hubOf(world), `stateMachine:${stackName}-bulkOnboarding`);

const hubOf = (world: World): Place => ({ accountId: world.hub, region: hubRegionOf(world) });

/** The name of the function that makes verdicts. */
export const preflightFunction = `${stackName}-preflight`;

/** What runs in the hub once Sightline is deployed there. */
export type Sightline = {
  stateMachineArn: string;
  httpApi: HttpApi;
  eventBridge: EventBridge;
  /** What was published to people. */
  messages: readonly Message[];
  /** What came to nothing because a role or a policy does not allow it, and that no error tells of. */
  lost: readonly Loss[];
  /** The events that nobody could deal with, in their queues. */
  deadLetters: readonly QueueMessage[];
  functions: ReadonlyMap<string, FunctionDefinition>;
};

/** The services of the hub that the packaged application needs besides EC2, IAM and STS. */
const hubServices = (aws: LocalAws, where: Place, runtime: LambdaRuntime) => {
  const { judge } = aws;
  const { lost, attempt } = createLosses(judge);
  const sqs = createSqs({ ...where, attempt });
  const lambda = new Lambda({ ...where, runtime, judge, attempt, sqs });
  const eventBridge = new EventBridge({ ...where, lambda, sqs });
  const sns = createSns(where);
  const s3 = createS3({ ...where, judge });
  const stepFunctions = createStepFunctions({
    ...where,
    attempt,
    judge,
    objects: s3.objects,
    waits: aws.waits,
    invoke: (functionArn, payload, actor) => lambda.invoke(actor, functionArn, payload),
    onStatusChange: (detail) =>
      eventBridge.emit('aws.states', statusChange, [detail.executionArn], detail),
  });
  const services: LocalService[] = [
    lambdaService(lambda, where),
    service('states', awsJson('1.0'), sfnSdk, stepFunctions.operations),
    service('events', awsJson('1.1'), eventsSdk, eventBridge.operations),
    service('sns', awsQuery('http://sns.amazonaws.com/doc/2010-03-31/'), snsSdk, sns.operations),
    service('s3', restXml(s3Namespace, s3Address), s3Sdk, s3.operations),
  ];
  for (const one of services) aws.register(one);
  const httpApi = createHttpApi({ ...where, lambda });
  return { lambda, eventBridge, sns, sqs, s3, stepFunctions, httpApi, lost };
};

const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

const statusChange = 'Step Functions Execution Status Change';

const service = (
  signingName: string,
  protocol: LocalService['protocol'],
  sdk: object,
  operations: LocalService['operations'],
): LocalService => ({ signingName, protocol, sdk, operations });

/** Deploys the packaged application in the hub. */
const deployHub = async (
  aws: LocalAws,
  world: World,
  runtime: LambdaRuntime,
  template: string,
): Promise<Sightline> => {
  const hub = hubOf(world);
  const services = hubServices(aws, hub, runtime);
  const { lambda, eventBridge, sns, sqs, s3, stepFunctions, httpApi, lost } = services;
  const context = contextOf(hub, stackName);
  await deploy(readTemplate(template), context, {
    ...iamProviders({ iam: administratorOf(aws, hub), stackName }),
    ...eventProviders(eventBridge),
    ...messageProviders(sns, sqs),
    ...bucketProviders(s3, context),
    ...lambdaProviders(lambda, context, packageDirectory),
    ...httpApi.providers,
    'AWS::StepFunctions::StateMachine': stateMachineProvider(stepFunctions),
  });
  const stateMachineArn = onboardingMachine(world);
  return {
    ...{ stateMachineArn, httpApi, eventBridge, lost },
    messages: sns.messages,
    deadLetters: sqs.messages,
    functions: lambda.functions,
  };
};

/** A check on each of the services that other services use; the functions themselves use the rest. */
const serviceChecks = (hub: Place) => {
  const arn = (service: string, resource: string) => regionalArn(service, hub, resource);
  return [
    { action: 'lambda:InvokeFunction', resource: arn('lambda', 'function:any') },
    { action: 'states:StartExecution', resource: arn('states', 'stateMachine:any') },
    { action: 'events:PutRule', resource: arn('events', 'rule/any') },
    { action: 's3:GetObject', resource: 'arn:aws:s3:::any/any' },
    { action: 'logs:PutLogEvents', resource: arn('logs', 'log-group:any:log-stream:any') },
    { action: 'sqs:SendMessage', resource: arn('sqs', 'any') },
    { action: 'xray:PutTraceSegments', resource: '*' },
  ];
};

/**
 * Deploys everything on a local AWS as it would be on AWS: the monitored accounts' stacks, and in the hub
 * the packaged application, whose functions the runtime runs.
 */
export const deploySightline = async (
  aws: LocalAws,
  world: World,
  runtime: LambdaRuntime,
  template = packagedTemplate,
): Promise<Sightline> => {
  await readActions(serviceChecks(hubOf(world)));
  await deployStacks(aws, world);
  const sightline = await deployHub(aws, world, runtime, template);
  aws.iam.settle();
  return sightline;
};
