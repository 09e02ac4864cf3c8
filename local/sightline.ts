import { IAMClient } from '@aws-sdk/client-iam';
import * as sfnSdk from '@aws-sdk/client-sfn';
import { awsJson } from './aws/awsJson.ts';
import type { LocalAws } from './aws/localAws.ts';
import { createStepFunctions } from './aws/stepFunctions/stepFunctions.ts';
import { type DeploymentContext, deploy } from './deployment/deploy.ts';
import { iamProviders } from './deployment/iam.ts';
import { createLambda, type LambdaRuntime } from './deployment/lambda.ts';
import { stateMachineProvider } from './deployment/stateMachine.ts';
import { readTemplate } from './deployment/template.ts';
import { packageDirectory, packagedTemplate } from './packaged.ts';
import type { World } from './world.ts';

/** The Region that Sightline is deployed in, as serverless.yml has it by default. */
export const hubRegion = 'eu-central-1';

/** The stack's name: the service and the stage of serverless.yml. */
const stackName = 'sightline-dev';

const administratorOf = (aws: LocalAws, accountId: string) =>
  new IAMClient({
    region: hubRegion,
    credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  });

const contextOf = (accountId: string, name: string): DeploymentContext => ({
  accountId,
  region: hubRegion,
  stackName: name,
});

/** Deploys the stacks that the world's accounts have before Sightline comes. */
const deployStacks = async (aws: LocalAws, { accounts }: World) => {
  for (const [accountId, { stacks }] of Object.entries(accounts)) {
    const name = 'sightline-monitored-account';
    const providers = iamProviders({ iam: administratorOf(aws, accountId), stackName: name });
    for (const { template, parameters } of stacks) {
      const context = { ...contextOf(accountId, name), parameters };
      await deploy(readTemplate(template), context, providers);
    }
  }
};

/** The ARN of the onboarding state machine in a hub. */
export const onboardingMachine = (hub: string): string =>
  `arn:aws:states:${hubRegion}:${hub}:stateMachine:${stackName}-onboarding`;

/** Deploys the packaged application in the hub; returns the ARN of its onboarding state machine. */
const deployHub = async (aws: LocalAws, accountId: string, runtime: LambdaRuntime) => {
  const where = { accountId, region: hubRegion };
  const lambda = createLambda({ ...where, packageDirectory, runtime });
  const stepFunctions = createStepFunctions({ ...where, invoke: lambda.invoke });
  const { operations } = stepFunctions;
  aws.register({ signingName: 'states', protocol: awsJson('1.0'), sdk: sfnSdk, operations });
  await deploy(readTemplate(packagedTemplate), contextOf(accountId, stackName), {
    ...iamProviders({ iam: administratorOf(aws, accountId), stackName }),
    'AWS::Lambda::Function': lambda.provider,
    'AWS::StepFunctions::StateMachine': stateMachineProvider(stepFunctions),
  });
  return onboardingMachine(accountId);
};

/**
 * Deploys everything on a local AWS as it would be on AWS: the monitored accounts' stacks, and in the hub
 * the packaged application, whose functions the runtime runs. Returns the state machine's ARN.
 */
export const deploySightline = async (
  aws: LocalAws,
  world: World,
  runtime: LambdaRuntime,
): Promise<string> => {
  await deployStacks(aws, world);
  const stateMachineArn = await deployHub(aws, world.hub, runtime);
  aws.iam.settle();
  return stateMachineArn;
};
