import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as quotas from '@aws-sdk/client-service-quotas';
import * as sfn from '@aws-sdk/client-sfn';
import * as sts from '@aws-sdk/client-sts';
import type { Check, Context, ServiceActor } from '../../local/aws/service.ts';
import {
  type Attempt,
  assume,
  attempts,
  byStrangers,
  comeIn,
  crowdedWorld,
  putObjects,
  surroundings,
} from './attempts.ts';
import { bucketPolicy } from './bucketPolicy.ts';
import {
  actionsOf,
  changeStatement,
  nameOf,
  type Placed,
  resourcesOf,
  type Statement,
  shortName,
  statementsOf,
  trust,
  withoutCondition,
  withWider,
} from './deployedRoles.ts';
import { hasResourceLevel } from './resourceLevels.ts';
import { hub, plain, type Sightline, scenarios, stranger } from './scenarios.ts';
import { deploy, distinct, type Use, watch } from './watched.ts';

const tenMinutes = 600_000;
const onboardingRole = 'SightlineOnboarding';
const onboardingRoleArn = `arn:aws:iam::${plain}:role/${onboardingRole}`;
const denials = ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException'];

const accountIds = ({ world }: Sightline) => Object.keys(world.accounts);

const isOfHub = (role: string) => role.startsWith('sightline-dev-');

const arnOf = (role: string) =>
  isOfHub(role) ? `arn:aws:iam::${hub}:role/${role}` : `arn:aws:iam::${plain}:role/${role}`;

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

type Client = { send: (command: object) => Promise<unknown> };

const clientOf = ({ aws }: Sightline, service: Attempt['service'], credentials: Credentials) => {
  const config = {
    region: 'eu-central-1',
    credentials,
    requestHandler: aws.requestHandler,
    maxAttempts: 1,
  };
  return {
    ec2: new ec2.EC2Client(config),
    iam: new iam.IAMClient(config),
    lambda: new lambda.LambdaClient(config),
    quotas: new quotas.ServiceQuotasClient(config),
    s3: new s3.S3Client(config),
    sfn: new sfn.SFNClient(config),
    sts: new sts.STSClient(config),
  }[service] as Client;
};

const stsOf = (sightline: Sightline, roleArn: string) =>
  clientOf(sightline, 'sts', sightline.aws.credentialsFor(roleArn, 'attempt'));

/**
 * How AWS answers an attempt that is made with some credentials: the name of the error, `done` without one.
 * Time goes by before it: a call that is throttled is not judged.
 */
const answerWith = async (
  { sightline, around }: Prepared,
  { service, command }: Attempt,
  credentials: Credentials,
): Promise<string> => {
  jest.advanceTimersByTime(250);
  const answer = await clientOf(sightline, service, credentials)
    .send(command(around))
    .then(
      () => 'done',
      (error: Error) => error.name,
    );
  if (answer === 'RequestLimitExceeded') throw new Error('the attempt was throttled');
  return answer;
};

/** How AWS answers the role that the attempt is of. */
const answerTo = (prepared: Prepared, attempt: Attempt) =>
  answerWith(
    prepared,
    attempt,
    prepared.sightline.aws.credentialsFor(arnOf(attempt.role), 'attempt'),
  );

/** Only a deployment for one VPC can show that the others are out of reach. */
const prepare = async () => {
  const sightline = await deploy(crowdedWorld);
  return { sightline, around: await surroundings(sightline) };
};

type Prepared = Awaited<ReturnType<typeof prepare>>;

const sightlinesRoles = async () => {
  const sightline = await deploy(undefined);
  return [...new Set(statementsOf(sightline.aws, accountIds(sightline)).map(({ role }) => role))];
};

const power = {
  name: 'power',
  trust: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  },
  managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
  inlinePolicies: {},
  tags: {},
};

describe('who may assume the onboarding role', () => {
  it('is each function that works in the monitored account, and no other role of Sightline', async () => {
    const sightline = await deploy(undefined);
    const letIn: string[] = [];
    for (const role of (await sightlinesRoles()).filter(isOfHub)) {
      const client = stsOf(sightline, arnOf(role));
      await client.send(assume(onboardingRoleArn)).then(
        () => letIn.push(shortName(role)),
        (error: Error) => expect(error.name).toBe('AccessDenied'),
      );
    }

    expect(letIn.toSorted()).toEqual(comeIn);
  });

  it.each([
    ['of the hub', hub],
    ['of another account', stranger],
  ])('is not a role %s that may assume every role', async (_, accountId) => {
    const sightline = await deploy(({ accounts }) => accounts[accountId]!.roles.push(power));
    const client = stsOf(sightline, `arn:aws:iam::${accountId}:role/power`);

    await expect(client.send(assume(onboardingRoleArn))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it.each([
    ['a wrong external id', 'sightline-222222222222'],
    ['no external id', undefined],
  ])('is nobody with %s', async (_, ExternalId) => {
    const sightline = await deploy(undefined);
    const client = stsOf(sightline, arnOf('sightline-dev-eu-central-1-preflight'));
    const RoleArn = onboardingRoleArn;

    await expect(
      client.send(new sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'attempt', ExternalId })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(client.send(assume(onboardingRoleArn))).resolves.toHaveProperty('Credentials');
  });
});

describe('who may assume the role of a state machine', () => {
  const machineArn = (name: string, accountId: string) =>
    `arn:aws:states:eu-central-1:${accountId}:stateMachine:sightline-dev-${name}`;

  const mayAssume = async ({ aws }: Sightline, machine: string, actor: ServiceActor) => {
    const { arn, trust: trusted } = aws.iam
      .now(hub)
      .roles.get(`sightline-dev-eu-central-1-${machine}`)!;
    const policy = trusted.content;
    const check = { action: 'sts:AssumeRole', resource: arn, policy, resourceAccountId: hub };
    return (await aws.judge(actor, { ...check, context: {} })).allowed;
  };

  const servicePrincipal = 'states.amazonaws.com';

  it.each([
    ['onboarding', 'bulkOnboarding'],
    ['bulkOnboarding', 'onboarding'],
  ])('is Step Functions for %s, and neither for %s nor any other service', async (own, other) => {
    const sightline = await deploy(undefined);
    const sourceArn = machineArn(own, hub);
    const others: ServiceActor[] = [
      { servicePrincipal, sourceArn: machineArn(other, hub) },
      { servicePrincipal, sourceArn: machineArn(own, stranger) },
      { servicePrincipal: 'lambda.amazonaws.com', sourceArn },
    ];
    const may = () => Promise.all(others.map((actor) => mayAssume(sightline, own, actor)));

    expect(await mayAssume(sightline, own, { servicePrincipal, sourceArn })).toBe(true);
    expect(await may()).toEqual([false, false, false]);
    for (const place of statementsOf(sightline.aws, [hub])) {
      if (shortName(place.role) !== own || place.policy !== trust) continue;
      change(sightline, place, withoutCondition('ArnEquals', 'aws:SourceArn'));
    }
    expect(await may()).toEqual([true, false, false]);
  });

  it('is Step Functions also for the children of a batch’s Distributed Map', async () => {
    const sourceArn = `${machineArn('bulkOnboarding', hub)}/OnboardAccounts`;
    const actor = { servicePrincipal, sourceArn };

    expect(await mayAssume(await deploy(undefined), 'bulkOnboarding', actor)).toBe(true);
  });
});

describe('what is denied', () => {
  let prepared: Prepared;
  beforeAll(async () => {
    prepared = await prepare();
  });

  it.each(attempts.map((attempt) => [shortName(attempt.role), attempt.title, attempt] as const))(
    '%s may not: %s',
    async (_, __, attempt) => {
      expect(denials).toContain(await answerTo(prepared, attempt));
    },
  );

  it('is denied for want of permission alone: an administrator may do all of it to EC2', async () => {
    const administrator = (accountId: string) => ({
      accessKeyId: accountId,
      secretAccessKey: 'local',
    });
    for (const attempt of attempts.filter(({ service }) => service === 'ec2')) {
      const credentials = administrator(isOfHub(attempt.role) ? hub : plain);
      const answer = await answerWith(prepared, attempt, credentials);

      expect([attempt.title, answer]).toEqual([attempt.title, 'DryRunOperation']);
    }
  });
});

describe('the bucket of the batches', () => {
  /** What Sightline's roles did with the bucket and the objects in it, each once. */
  const usesOfBucket = async () => {
    const uses = new Map<string, Use>();
    for (const scenario of scenarios.filter(({ title }) => title.startsWith('a batch'))) {
      for (const use of await watch(scenario)) {
        if (use.resource.startsWith('arn:aws:s3:::')) {
          uses.set([use.role, use.action, use.resource].join(' '), use);
        }
      }
    }
    return [...uses.values()];
  };

  const judgeWith = async (sightline: Sightline, use: Use, secure: string, policy: object) => {
    const { action, resource } = use;
    const context = { ...use.context, 'aws:SecureTransport': secure };
    const check = { action, resource, context, policy, resourceAccountId: hub };
    return (await judge(sightline, use.role, check)).allowed;
  };

  it('is used over TLS only: every call that is made is denied without it, by its policy alone', async () => {
    const sightline = await deploy(undefined);
    const policy = await bucketPolicy();
    const uses = await usesOfBucket();
    const judged = async (secure: string, by: object) =>
      new Set(await Promise.all(uses.map((use) => judgeWith(sightline, use, secure, by))));

    expect(distinct(uses, 'action')).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
    expect(await judged('true', policy)).toEqual(new Set([true]));
    expect(await judged('false', policy)).toEqual(new Set([false]));
    expect(await judged('false', { Version: '2012-10-17', Statement: [] })).toEqual(
      new Set([true]),
    );
  });

  it.each(byStrangers)(
    'is closed to a role of another account that may do everything there: %s',
    async (_, command) => {
      const sightline = await deploy((world) => {
        for (const id of [hub, stranger]) world.accounts[id]!.roles.push(power);
      });
      await putObjects(sightline);
      const answer = (accountId: string) => {
        const arn = `arn:aws:iam::${accountId}:role/power`;
        const client = clientOf(sightline, 's3', sightline.aws.credentialsFor(arn, 'attempt'));
        return client.send(command).then(
          () => 'done',
          (error: Error) => error.name,
        );
      };

      expect(await answer(stranger)).toBe('AccessDenied');
      expect(await answer(hub)).toBe('done');
    },
  );
});

describe('one function doing another’s work', () => {
  it('is denied, whatever that is', async () => {
    const uses: Use[] = [];
    for (const scenario of scenarios) uses.push(...(await watch(scenario)));
    const ofHub = uses.filter(({ role }) => isOfHub(role));
    const sightline = await deploy(undefined);
    const may: string[] = [];
    for (const role of distinct(ofHub, 'role')) {
      const own = distinct(
        ofHub.filter((use) => use.role === role),
        'action',
      );
      for (const action of distinct(ofHub, 'action').filter((one) => !own.includes(one))) {
        for (const { resource, context } of ofHub.filter((use) => use.action === action)) {
          const { allowed } = await judge(sightline, role, { action, resource, context });
          if (allowed) may.push(`${shortName(role)} may ${action} on ${resource}`);
        }
      }
    }

    expect(may).toEqual([]);
    expect(distinct(ofHub, 'action').length).toBeGreaterThan(20);
  });
});

/** Changes a statement of Sightline's roles wherever it is deployed. */
const change = (sightline: Sightline, place: Placed, to: (statement: Statement) => Statement) =>
  changeStatement(sightline.aws, accountIds(sightline), place, to);

const judge = ({ aws }: Sightline, role: string, check: Check) => {
  const { caller } = aws.credentialsFor(arnOf(role), 'attempt');
  return aws.judge({ caller, region: 'eu-central-1' }, check);
};

/** The bucket in the ARN of objects in it. */
const bucketIn = (resource: string): string | undefined =>
  /^arn:aws:s3:::[^/]+(?=\/)/.exec(resource)?.[0];

/** A resource like the one that a statement names, and yet another one. */
const elsewhere = (resource: string): string =>
  bucketIn(resource) === undefined
    ? resource
        .replace(/^(arn:aws:ec2):[^:]*:\d+:/, '$1:ap-south-1:333333333333:')
        .replace(/^(arn:aws:servicequotas:.*:)vpc\//, '$1ec2/')
        .replace(/([\w+=,.@-]+)(:log-stream:\*|:\*|\*)?$/, 'another-$1$2')
    : resource.replace(/^arn:aws:s3:::/, '$&another-');

/** Resources that a statement does not name: another one, and of objects another one in the same bucket. */
const besides = (resource: string): string[] => {
  const bucket = bucketIn(resource);
  const others = [elsewhere(resource), ...(bucket ? [`${bucket}/another`] : [])];
  return others.map((other) => other.replaceAll('*', 'x'));
};

/** What a resource may be loosened to: everything, and of objects all that are in the bucket. */
const widerThan = (resource: string): string[] => {
  const bucket = bucketIn(resource);
  return ['*', ...(bucket ? [`${bucket}/*`] : [])];
};

/** The condition keys with values that fulfil a statement's conditions. */
const fulfilling = ({ Condition = {} }: Statement): Context =>
  Object.fromEntries(
    Object.values(Condition)
      .flatMap((keys) => Object.entries(keys))
      .map(([key, value]) => {
        const values = [value].flat().map((one) => one.replaceAll('*', 'x'));
        return [key, key === 'aws:TagKeys' ? values : (values[0] ?? '')];
      }),
  );

/** A mutation of a statement, and what it is called. */
type Mutation = { place: Placed; title: string; mutate: (statement: Statement) => Statement };

const wideningsOf = (place: Placed): Mutation[] =>
  resourcesOf(place.statement).flatMap((resource, index) =>
    widerThan(resource)
      .filter((wider) => wider !== resource)
      .map((wider) => ({
        place,
        title: `${nameOf(place)}: ${resource} widened to ${wider}`,
        mutate: withWider(index, wider),
      })),
  );

const looseningsOf = (place: Placed): Mutation[] =>
  Object.entries(place.statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.keys(keys).map((key) => ({
      place,
      title: `${nameOf(place)}: without the condition on ${key}`,
      mutate: withoutCondition(operator, key),
    })),
  );

/** The actions that a statement with a resource of `*` could name a resource for. */
const tooWide = async ({ statement }: Placed): Promise<string[]> => {
  if (!resourcesOf(statement).includes('*')) return [];
  const actions = await Promise.all(
    actionsOf(statement).map(async (action) => ((await hasResourceLevel(action)) ? action : [])),
  );
  return actions.flat();
};

describe('a resource of *', () => {
  it('stands only where AWS has no resource level', async () => {
    const { aws, world } = await deploy(undefined);
    const found = await Promise.all(
      statementsOf(aws, Object.keys(world.accounts)).map(async (place) =>
        (await tooWide(place)).map((action) => `${nameOf(place)}: ${action}`),
      ),
    );

    expect(found.flat()).toEqual([]);
  });
});

describe('a mutated template', () => {
  /** What a changed statement lets happen that must not; nothing where it lets nothing happen. */
  const letThrough = async (prepared: Prepared, place: Placed): Promise<string | undefined> => {
    for (const attempt of attempts.filter(({ role }) => role === place.role)) {
      const answer = await answerTo(prepared, attempt);
      if (!denials.includes(answer)) return attempt.title;
    }
    for (const resource of resourcesOf(place.statement).flatMap(besides)) {
      for (const action of actionsOf(place.statement)) {
        const check = { action, resource, context: fulfilling(place.statement) };
        const { allowed } = await judge(prepared.sightline, place.role, check);
        if (allowed) return `${action} on ${resource}`;
      }
    }
    return undefined;
  };

  /** The same with a statement mutated, and as it was again afterwards. */
  const caughtBy = async (
    prepared: Prepared,
    { place, mutate }: Mutation,
  ): Promise<string | undefined> => {
    const { aws } = prepared.sightline;
    const before = accountIds(prepared.sightline).map((id) => [id, aws.iam.now(id)] as const);
    change(prepared.sightline, place, mutate);
    const caught = await letThrough(prepared, place);
    for (const [id, iamBefore] of before) aws.iam.change(id, iamBefore);
    aws.iam.settle();
    return caught;
  };

  const mutations = async () => {
    const { aws, world } = await deploy(crowdedWorld);
    const places = new Map(
      statementsOf(aws, Object.keys(world.accounts))
        .filter(({ policy }) => policy !== trust)
        // Resources of every account are changed; the attempts are made in this one.
        .toReversed()
        .map((place) => [nameOf(place), place]),
    );
    return [...places.values()].flatMap((place) => [...wideningsOf(place), ...looseningsOf(place)]);
  };

  it('has to be mutated: as they are, the statements let nothing of that happen', async () => {
    const prepared = await prepare();
    const places = new Set((await mutations()).map(({ place }) => place));
    const through: string[] = [];
    for (const place of places) {
      const what = await letThrough(prepared, place);
      if (what !== undefined) through.push(`${nameOf(place)}: ${what}`);
    }

    expect(through).toEqual([]);
    expect(places.size).toBeGreaterThan(50);
  });

  it(
    'lets something happen that has to be denied, for every resource widened and every condition dropped',
    async () => {
      const all = await mutations();
      const prepared = await prepare();
      const notCaught: string[] = [];
      for (const mutation of all) {
        if (!(await caughtBy(prepared, mutation))) notCaught.push(mutation.title);
      }
      process.stdout.write(`${all.length} resources and conditions were loosened one at a time\n`);

      expect(notCaught).toEqual([]);
      expect(all.length).toBeGreaterThan(150);
    },
    tenMinutes,
  );

  it.each([
    ['as it is', '', '', { role: false, externalId: false }],
    ['without a condition', 'ArnEquals', 'aws:PrincipalArn', { role: true, externalId: false }],
    ['without a condition', 'StringEquals', 'sts:ExternalId', { role: false, externalId: true }],
  ])(
    'lets others in by a trust policy that is %s (%s %s), and only then',
    async (_, operator, key, expected) => {
      const sightline = await deploy(({ accounts }) => accounts[hub]!.roles.push(power));
      const places = statementsOf(sightline.aws, accountIds(sightline));
      for (const place of places) {
        const ofOnboardingRole = place.role === onboardingRole && place.policy === trust;
        if (ofOnboardingRole) change(sightline, place, withoutCondition(operator, key));
        // The hub's own policies insist on the external id too; here the trust policy is looked at alone.
        else if (isOfHub(place.role) && place.policy !== trust) {
          change(sightline, place, withoutCondition('StringEquals', 'sts:ExternalId'));
        }
      }
      const isLetIn = (role: string, externalId?: string) =>
        stsOf(sightline, `arn:aws:iam::${hub}:role/${role}`)
          .send(assume(onboardingRoleArn, externalId))
          .then(
            () => true,
            () => false,
          );

      expect({
        role: await isLetIn('power'),
        externalId: await isLetIn('sightline-dev-eu-central-1-preflight', 'sightline-2'),
      }).toEqual(expected);
    },
  );
});
