import type { FunctionDefinition } from '../../local/aws/lambda/lambda.ts';
import { createLocalAws, type LocalAws } from '../../local/aws/localAws.ts';
import { serve } from '../../local/aws/server.ts';
import { createWorkerRuntime, type RoleCredentials } from '../../local/deployment/workerRuntime.ts';
import { worldFile } from '../../local/instance.ts';
import { type Ending, onboard } from '../../local/onboard.ts';
import { deploySightline } from '../../local/sightline.ts';
import { hubRegionOf, readWorld, type World } from '../../local/world.ts';
import { type Aws, type Clients, clientsOf } from '../conformance/aws.ts';
import { motoTarget } from './motoAws.ts';
import { makeNetwork, type Network } from './networks.ts';
import { copyRoles } from './roles.ts';
import { startMoto } from './server.ts';

/** Sightline deployed where accounts can be onboarded, and the way to see what that does to them. */
export type Bench = {
  administrator: (accountId: string) => Clients;
  /** Makes the VPC that local/world.yml gives an account. */
  makeNetwork: (accountId: string) => Promise<Network>;
  onboard: (request: { accountId: string }) => Promise<Ending>;
  /** The calls so far that were to change something, as `CreateRoute`. */
  writes: () => Promise<string[]>;
  close: () => Promise<void>;
};

/** Which AWS the functions find, and as whom. */
type Surroundings = {
  environment: Readonly<Record<string, string>>;
  credentialsOf: (definition: FunctionDefinition) => RoleCredentials;
};

/** Ends what has been opened, the last first, also where a bench could not be finished. */
const createEndings = () => {
  const endings: (() => Promise<void>)[] = [];
  const end = async () => {
    for (const one of endings.toReversed()) await one();
  };
  return {
    add: (one: () => Promise<void>) => endings.push(one),
    end,
    endingOnError: async <Result>(open: () => Promise<Result>): Promise<Result> => {
      try {
        return await open();
      } catch (error) {
        await end();
        throw error;
      }
    },
  };
};
type Endings = ReturnType<typeof createEndings>;

/** The accounts have their roles from the beginning, and nothing in EC2. */
const withoutNetworks = (world: World): World => ({
  ...world,
  accounts: Object.fromEntries(
    Object.entries(world.accounts).map(([id, account]) => [id, { ...account, regions: {} }]),
  ),
});

const startLocal = async (world: World, { add }: Endings) => {
  const aws = createLocalAws(withoutNetworks(world));
  const { url, close } = await serve(aws, { port: 0 });
  add(close);
  return { aws, url };
};

/** The packaged functions and the state machine in the local program; the functions' surroundings are given. */
const deploy = async (
  { aws, url }: { aws: LocalAws; url: string },
  world: World,
  around: Surroundings,
  { add }: Endings,
) => {
  const runtime = createWorkerRuntime({
    region: hubRegionOf(world),
    endpointUrl: url,
    credentialsOf: async (definition) => around.credentialsOf(definition),
    log: () => undefined,
  });
  add(() => runtime.close());
  const sightline = await deploySightline(aws, world, {
    invoke: (definition, event) => {
      const environment = { ...definition.environment, ...around.environment };
      return runtime.invoke({ ...definition, environment }, event);
    },
  });
  add(() => sightline.eventBridge.idle());
  return sightline;
};

const benchAt = (
  aws: Pick<Aws, 'endpoint' | 'administrator'>,
  world: World,
  at: { endpoint: string; stateMachineArn: string },
) => {
  const region = hubRegionOf(world);
  const administrator = (accountId: string) => clientsOf(aws, aws.administrator(accountId), region);
  return {
    administrator,
    makeNetwork: (accountId: string) =>
      makeNetwork(administrator(accountId), world, accountId, region),
    onboard: (request: { accountId: string }) => onboard(at, request, () => undefined),
  };
};

/** Everything on one local AWS. */
export const localBench = (): Promise<Bench> => {
  const endings = createEndings();
  return endings.endingOnError(async () => {
    const world = readWorld(worldFile);
    const { aws, url } = await startLocal(world, endings);
    const around: Surroundings = {
      environment: {},
      credentialsOf: ({ roleArn, name }) => aws.credentialsFor(roleArn, name),
    };
    const { stateMachineArn } = await deploy({ aws, url }, world, around, endings);
    const administrator = (id: string) => ({ accessKeyId: id, secretAccessKey: 'local' });
    const writes = () =>
      aws.calls.mutations().filter(({ service }) => ['ec2', 'iam'].includes(service));
    return {
      ...benchAt({ endpoint: url, administrator }, world, { endpoint: url, stateMachineArn }),
      writes: async () => writes().map(({ action }) => action),
      close: endings.end,
    };
  });
};

/** The functions that steps run; the one that announces outcomes has to do with the hub's other services. */
const isStep = ({ name }: FunctionDefinition) => !name.endsWith('-announceOutcome');

const sessionsOf = async (functions: Iterable<FunctionDefinition>, moto: Aws) => {
  const sessions = new Map<string, RoleCredentials>();
  for (const { name, roleArn } of [...functions].filter(isStep)) {
    sessions.set(name, { sessionToken: '', ...(await moto.sessionOf(roleArn)) });
  }
  return sessions;
};

/**
 * The state machine and Lambda on a local AWS, and EC2, IAM, STS and Service Quotas of the accounts in a moto
 * of its own, which enforces the policies of all roles as far as it can follow them.
 */
export const motoBench = (accountIds: readonly string[]): Promise<Bench> => {
  const endings = createEndings();
  return endings.endingOnError(async () => {
    const world = readWorld(worldFile);
    const moto = await startMoto();
    endings.add(moto.close);
    const { aws, url } = await startLocal(world, endings);
    const target = await motoTarget(moto, accountIds);
    let sessions: ReadonlyMap<string, RoleCredentials> = new Map();
    const around: Surroundings = {
      environment: {
        AWS_ENDPOINT_URL_EC2: moto.url,
        AWS_ENDPOINT_URL_IAM: moto.url,
        AWS_ENDPOINT_URL_STS: moto.url,
        AWS_ENDPOINT_URL_SERVICE_QUOTAS: moto.url,
      },
      credentialsOf: ({ roleArn, name }) => sessions.get(name) ?? aws.credentialsFor(roleArn, name),
    };
    const { stateMachineArn, functions } = await deploy({ aws, url }, world, around, endings);
    const bench = benchAt(target, world, { endpoint: url, stateMachineArn });
    for (const id of accountIds) await copyRoles(aws.iam, id, bench.administrator(id).iam);
    sessions = await sessionsOf(functions.values(), target);
    await moto.record();
    return { ...bench, writes: moto.writes, close: endings.end };
  });
};
