import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { worldFile } from '../../local/instance.ts';
import { onboardingMachine } from '../../local/sightline.ts';
import { hubRegionOf, readWorld } from '../../local/world.ts';
import { type Api, apiOf } from './api.ts';
import { say } from './checks.ts';
import type { Emulator, Place } from './emulator.ts';
import { leftOut } from './leftOut.ts';
import type { NetworkAws } from './localAws.ts';
import { copyRoles } from './roles.ts';
import {
  cloudFormation,
  createStack,
  deployApplication,
  outputsOf,
  resourcesOf,
  type Template,
} from './stacks.ts';
import { type Subscriber, subscribe } from './subscriber.ts';

/** The accounts that the emulator and the local AWS share. */
export const world = readWorld(worldFile);

/** Where Sightline is deployed. */
export const hub: Place = { accountId: world.hub, region: hubRegionOf(world) };

/** Where Organizations tells of new accounts. */
export const management: Place = { accountId: '999999999999', region: 'us-east-1' };

/** The name of Sightline's stack: its service and stage. */
export const stackName = 'sightline-dev';

/** The onboarding state machine, by the name that serverless.yml gives it. */
export const stateMachineArn = onboardingMachine(world);

/** The ARN of a function's role, by the function's name in serverless.yml. */
export const functionRole = (name: string): string =>
  `arn:aws:iam::${hub.accountId}:role/${stackName}-${hub.region}-${name}`;

/** Sightline as it is deployed on the emulator. */
export type Deployed = {
  emulator: Emulator;
  aws: NetworkAws;
  /** The packaged template, with what was left out. */
  template: Template;
  api: Api;
  sfn: SFNClient;
  events: EventBridgeClient;
  /** The name of the bus for events of new accounts. */
  accountEvents: string;
  subscriber: Subscriber;
};

/** A template without Fn::Join in its conditions, by which it finds that a list is empty: see gaps.ts. */
const withoutJoin = (template: string) =>
  template.replaceAll(/!Equals \[!Join \["", (!Ref \w+)\], ""\]/g, '!Equals [$1, ""]');

/** Makes a stack of a template in an account, and its roles in the local AWS too. */
const deployTemplate = async (
  emulator: Emulator,
  aws: NetworkAws,
  template: string,
  place: Place,
  parameters: Readonly<Record<string, string>>,
) => {
  const client = cloudFormation(emulator, place);
  const body = withoutJoin(readFileSync(template, 'utf8'));
  const status = await createStack(client, 'sightline', body, parameters);
  assert.equal(status, 'CREATE_COMPLETE', `${template} in account ${place.accountId}`);
  const resources = await resourcesOf(client, 'sightline');
  await copyRoles(emulator, aws, place, resources);
  say(`             ${template} in account ${place.accountId}: ${resources.length} resources`);
};

const deployOtherAccounts = async (emulator: Emulator, aws: NetworkAws, busArn: string) => {
  for (const [accountId, { stacks }] of Object.entries(world.accounts)) {
    const place = { accountId, region: hub.region };
    for (const { template, parameters } of stacks) {
      await deployTemplate(emulator, aws, template, place, parameters);
    }
  }
  const parameters = { HubEventBusArn: busArn };
  await deployTemplate(emulator, aws, 'templates/management-account.yml', management, parameters);
};

const deployHub = async (emulator: Emulator, aws: NetworkAws) => {
  for (const { logicalId, reason } of leftOut)
    say(`             left out: ${logicalId}, for ${reason}`);
  const template = await deployApplication(emulator, hub);
  const resources = await resourcesOf(cloudFormation(emulator, hub), stackName);
  await copyRoles(emulator, aws, hub, resources);
  say(`             serverless.yml in account ${hub.accountId}: ${resources.length} resources`);
  return template;
};

/**
 * Deploys Sightline in the hub with `serverless deploy`, and the templates of the other accounts, on the
 * emulator's CloudFormation. Throws where a template cannot be deployed.
 */
export const deploySightline = async (emulator: Emulator, aws: NetworkAws): Promise<Deployed> => {
  const template = await deployHub(emulator, aws);
  const outputs = await outputsOf(cloudFormation(emulator, hub), stackName);
  const { HttpApiId = '', AccountEventsBusArn = '', AnnouncementsTopicArn = '' } = outputs;
  await deployOtherAccounts(emulator, aws, AccountEventsBusArn);
  aws.iam.settle();
  const administrator = emulator.administratorOf(hub);
  return {
    ...{ emulator, aws, template },
    api: apiOf(emulator, hub, HttpApiId),
    sfn: new SFNClient(administrator),
    events: new EventBridgeClient(administrator),
    accountEvents: AccountEventsBusArn.split('/').at(-1) ?? '',
    subscriber: await subscribe(emulator, hub, AnnouncementsTopicArn),
  };
};
