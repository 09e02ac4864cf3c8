import * as ec2 from '@aws-sdk/client-ec2';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sfn from '@aws-sdk/client-sfn';
import type { Event } from '../../local/aws/eventBridge.ts';
import { bulkMachine } from '../../local/sightline.ts';
import type { World } from '../../local/world.ts';
import { anEvent } from '../events/events.ts';
import type { deployed } from '../local/harness.ts';

/** Sightline on a local AWS. */
export type Sightline = Awaited<ReturnType<typeof deployed>>;

/** Something that Sightline has to be able to do; it throws where it is not done. */
export type Scenario = {
  title: string;
  world?: (world: World) => void;
  run: (sightline: Sightline) => Promise<void>;
};

export const hub = '111111111111';
export const plain = '222222222222';
const other = '333333333333';
export const elsewhere = '666666666666';
export const stranger = '888888888888';
export const management = '999999999999';

export const hubVpcId = 'vpc-0a11111111111111a';
export const batchBucket = 'sightline-dev-batchbucket';
const hubGroupId = 'sg-0a11111111111111a';
const groupId = 'sg-0b22222222222222b';
export const vpcId = 'vpc-0b22222222222222b';
const tableId = 'rtb-0b22222222222222b';
const hubBlock = '10.0.0.0/16';

/** A policy of the monitored account's own, which the packaged deployment allows besides AWS's. */
export const ownPolicyArn = `arn:aws:iam::${plain}:policy/Monitoring`;

/** Clients of an account's administrator. */
export const administratorOf = ({ aws }: Sightline, accountId: string, region = 'eu-central-1') => {
  const config = {
    region,
    credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
    maxAttempts: 1,
  };
  return {
    ec2: new ec2.EC2Client(config),
    iam: new iam.IAMClient(config),
    events: new events.EventBridgeClient(config),
    s3: new s3.S3Client(config),
  };
};

/** Sets parameters of the monitored account's stack. */
const withParameters =
  (accountId: string, parameters: Record<string, string>) =>
  ({ accounts }: World) => {
    for (const stack of accounts[accountId]!.stacks) Object.assign(stack.parameters, parameters);
  };

const withDnsHostnames = ({ accounts }: World) => {
  for (const id of [hub, plain]) {
    for (const vpc of accounts[id]!.regions['eu-central-1']!.vpcs) vpc.dnsHostnames = true;
  }
};

/** A VPC's first security group, with an id, and with as many rules as a quota that was never raised allows. */
const withCrowdedGroup =
  (accountId: string, id: string) =>
  ({ accounts }: World) => {
    const [group] = accounts[accountId]!.regions['eu-central-1']!.vpcs[0]!.securityGroups;
    const ports = Array.from({ length: 60 }, (_, index) => 2000 + index);
    group!.id = id;
    group!.ingress = ports.map((port) => ({
      protocol: 'tcp',
      from: port,
      to: port,
      cidr: '192.0.2.0/24',
    }));
  };

const check = (holds: boolean, what: string) => {
  if (!holds) throw new Error(`not so: ${what}`);
};

const onboard = async (sightline: Sightline, request: object) => {
  const onboarding = await sightline.onboard(request);
  check(
    onboarding.status === 'SUCCEEDED',
    `it succeeds, not ${JSON.stringify(onboarding.failure)}`,
  );
  return onboarding;
};

/** Lets everything come to its end, and nothing be lost on the way: logs, traces, dead letters. */
const settle = async (sightline: Sightline) => {
  await sightline.finish();
  const lost = sightline.lost.map((loss) => JSON.stringify(loss));
  check(lost.length === 0, `nothing is lost: ${[...new Set(lost)].join(', ')}`);
};

const requestFromTheirSide = async (sightline: Sightline) => {
  await administratorOf(sightline, plain).ec2.send(
    new ec2.CreateVpcPeeringConnectionCommand({
      VpcId: vpcId,
      PeerVpcId: hubVpcId,
      PeerOwnerId: hub,
    }),
  );
  jest.advanceTimersByTime(1000);
};

/** The owner of the monitored VPC accepts what waits for that. */
const acceptByHand = async (sightline: Sightline) => {
  const { ec2: client } = administratorOf(sightline, plain);
  const filter = { Name: 'status-code', Values: ['pending-acceptance'] };
  const query = new ec2.DescribeVpcPeeringConnectionsCommand({ Filters: [filter] });
  for (const { VpcPeeringConnectionId } of (await client.send(query)).VpcPeeringConnections ?? [])
    await client.send(new ec2.AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
};

const createOwnPolicy = (sightline: Sightline) =>
  administratorOf(sightline, plain).iam.send(
    new iam.CreatePolicyCommand({
      PolicyName: 'Monitoring',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['cloudwatch:GetMetricData', 'ec2:Describe*'], Resource: '*' },
        ],
      }),
    }),
  );

const announceNewAccount = (sightline: Sightline) => {
  const { detail, source, ...event } = anEvent('create-account-result.succeeded', {
    createAccountStatus: { accountId: plain },
  }) as never as Event;
  return administratorOf(sightline, management).events.send(
    new events.PutEventsCommand({
      Entries: [
        {
          EventBusName: `arn:aws:events:eu-central-1:${hub}:event-bus/sightline-dev-account-events`,
          Source: source,
          DetailType: event['detail-type'],
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
};

/** The monitored VPC's way back to the hub leads elsewhere. */
const withConflictingRoute = ({ accounts }: World) => {
  const [table] = accounts[plain]!.regions['eu-central-1']!.vpcs[0]!.routeTables;
  table!.id = tableId;
  table!.routes.push({ destination: hubBlock, target: 'nat-0b22222222222222b' });
};

const deleteConflictingRoute = (sightline: Sightline) =>
  administratorOf(sightline, plain).ec2.send(
    new ec2.DeleteRouteCommand({ RouteTableId: tableId, DestinationCidrBlock: hubBlock }),
  );

/** Puts an object into the batches' bucket, as the hub's administrator. */
export const putObject = (sightline: Sightline, Key: string, Body: string) =>
  administratorOf(sightline, hub).s3.send(
    new s3.PutObjectCommand({ Bucket: batchBucket, Key, Body }),
  );

const startBatch = async (sightline: Sightline, body: unknown, headers = {}): Promise<string> => {
  const started = await sightline.api('POST', '/onboardings/batch', body, headers);
  check(started.status === 202, `it is started, not ${started.status}`);
  return `/onboardings/batch/${started.body.id}`;
};

const lookAtBatch = async (sightline: Sightline, path: string) => {
  const { status, body } = await sightline.api('GET', path);
  check(status === 200, `the batch can be looked at, not ${status}`);
  return body;
};

/** Looks again and again, which lets everything go on that needs no time. */
const until = async <Seen>(
  look: () => Promise<Seen>,
  holds: (seen: Seen) => boolean,
  what: string,
): Promise<void> => {
  for (let looks = 0; looks < 200; looks++) {
    if (holds(await look())) return;
  }
  check(false, what);
};

const batchOf = (sightline: Sightline, path: string) => ({
  executionArn: `${bulkMachine(sightline.world).replace(':stateMachine:', ':execution:')}:${path.split('/').at(-1)}`,
});

/** How each onboarding that was started has ended, in the order of the alphabet. */
const onboardingsOf = async ({ client, stateMachineArn }: Sightline): Promise<string> => {
  const { executions = [] } = await client.send(new sfn.ListExecutionsCommand({ stateMachineArn }));
  return executions
    .map(({ status }) => status)
    .toSorted()
    .join(' ');
};

const apiOnly = (accountId: string) => ({ accountId, access: ['api'] });

/** Whatever Sightline does in some deployment: each scenario uses permissions that no other one uses. */
export const scenarios: readonly Scenario[] = [
  {
    title: 'API access only, with a role that Sightline makes',
    run: async (sightline) => {
      const { report } = await onboard(sightline, { accountId: plain, access: ['api'] });
      check(report?.role?.outcome === 'created', 'the role is made');
      await settle(sightline);
      check(sightline.messages.length === 1, 'the outcome is announced');
    },
  },
  {
    title:
      'API access only, with a role that the template made and the network closed to Sightline',
    world: withParameters(plain, { MonitoringRole: 'template', NetworkAccess: 'no' }),
    run: async (sightline) => {
      const { report } = await onboard(sightline, { accountId: plain, access: ['api'] });
      check(report?.role?.outcome === 'already', 'the role is there');
      await settle(sightline);
    },
  },
  {
    title: 'a role with a policy of the account’s own',
    world: withParameters(plain, { MonitoringPolicyArns: ownPolicyArn }),
    run: async (sightline) => {
      await createOwnPolicy(sightline);
      jest.advanceTimersByTime(60_000);
      const role = { policyArns: [ownPolicyArn] };
      await onboard(sightline, { accountId: plain, access: ['api'], role });
      await settle(sightline);
    },
  },
  {
    title: 'network and API, with names that resolve over the peering',
    world: withDnsHostnames,
    run: async (sightline) => {
      const { report } = await onboard(sightline, { accountId: plain, dnsResolution: true });
      check(report?.network?.dnsResolution.outcome === 'updated', 'names resolve');
      await settle(sightline);
    },
  },
  {
    title: 'a second time, when all is there already',
    run: async (sightline) => {
      await onboard(sightline, { accountId: plain });
      const { steps, writes } = await onboard(sightline, { accountId: plain });
      check(writes.length === 0, 'nothing is changed');
      check(steps.map(({ state }) => state).join() === 'Preflight', 'Preflight sees it by itself');
      await settle(sightline);
    },
  },
  {
    title: 'accepted by hand an hour later, when the role is proven once more',
    run: async (sightline) => {
      setTimeout(() => void acceptByHand(sightline), 3_600_000);
      const { report } = await onboard(sightline, { accountId: plain, acceptance: 'manual' });
      check(report?.network?.peering.status === 'active', 'the peering is active');
      await settle(sightline);
    },
  },
  {
    title: 'only one VPC open to Sightline, and the peering requested from there',
    world: (world) => {
      withDnsHostnames(world);
      withParameters(plain, { VpcId: vpcId })(world);
    },
    run: async (sightline) => {
      await requestFromTheirSide(sightline);
      const { report } = await onboard(sightline, { accountId: plain, dnsResolution: true });
      check(report?.network?.peering.ours === false, 'their peering is adopted');
      check(report?.network?.dnsResolution.outcome === 'updated', 'names resolve');
      await settle(sightline);
    },
  },
  {
    title: 'another Region, with a security group of Sightline’s own',
    run: async (sightline) => {
      const request = { accountId: elsewhere, region: 'us-east-1' };
      const { report } = await onboard(sightline, request);
      check(report?.network?.securityGroups[0]?.outcome === 'created', 'the group is made');
      await settle(sightline);
    },
  },
  {
    title: 'blackholes that a deleted peering has left, replaced',
    run: async (sightline) => {
      const { report } = await onboard(sightline, { accountId: plain });
      await administratorOf(sightline, plain).ec2.send(
        new ec2.DeleteVpcPeeringConnectionCommand({
          VpcPeeringConnectionId: report?.network?.peering.id,
        }),
      );
      const again = await onboard(sightline, { accountId: plain });
      check(again.writes.includes('ec2:ReplaceRoute'), 'blackholes are replaced');
      await settle(sightline);
    },
  },
  {
    title: 'agents that call in, and the hub’s servers let in by their security group',
    world: ({ accounts }) => {
      const [vpc] = accounts[hub]!.regions['eu-central-1']!.vpcs;
      vpc!.securityGroups[0]!.id = hubGroupId;
    },
    run: async (sightline) => {
      const { report } = await onboard(sightline, {
        accountId: plain,
        ports: ['zabbix-agent', 'zabbix-agent-active'],
        sources: [hubGroupId],
        hubSecurityGroups: [hubGroupId],
      });
      const [opened] = report?.network?.hubSecurityGroups ?? [];
      check(opened?.rules[0]?.outcome === 'created', 'the hub is opened');
      await settle(sightline);
    },
  },
  {
    title:
      'groups that hold as many rules as AWS’s default allows, on both sides, and a quota that was raised',
    world: (world) => {
      withCrowdedGroup(hub, hubGroupId)(world);
      withCrowdedGroup(plain, groupId)(world);
    },
    run: async (sightline) => {
      sightline.aws.quotas.rulesPerSecurityGroup = 100;
      const { report } = await onboard(sightline, {
        accountId: plain,
        access: ['network'],
        ports: ['zabbix-agent', 'zabbix-agent-active'],
        securityGroups: [groupId],
        hubSecurityGroups: [hubGroupId],
      });
      const opened = [report?.network?.securityGroups, report?.network?.hubSecurityGroups];
      for (const [group] of opened.map((groups) => groups ?? [])) {
        check(group?.rules[0]?.outcome === 'created', 'there is room beyond the default');
      }
      await settle(sightline);
    },
  },
  {
    title: 'over HTTP: a dry run, which starts nothing',
    run: async (sightline) => {
      const request = { accountId: plain };
      const dry = await sightline.api('POST', '/onboardings?dryRun=true', request);
      check(dry.status === 200, `it is answered, not ${dry.status}`);
      check(dry.body.possible, `nothing stands in the way: ${JSON.stringify(dry.body.findings)}`);
      await settle(sightline);
      check(!sightline.invocations.includes('RequestPeering'), 'nothing is started');
    },
  },
  {
    title: 'over HTTP: start, list, look, redrive',
    run: async (sightline) => {
      sightline.disturb('EnsureRole', 'before');
      const request = { accountId: plain, access: ['api'] };
      const started = await sightline.api('POST', '/onboardings', request);
      check(started.status === 202, `it is started, not ${started.status}`);
      const other = await sightline.api('POST', '/onboardings', { accountId: plain });
      check(other.status === 409, `a different one meanwhile is refused, not ${other.status}`);
      await sightline.finish();
      const path = `/onboardings/${started.body.id}`;
      const failed = await sightline.api('GET', path);
      check(failed.body.status === 'FAILED', `it fails once: ${failed.status}`);
      const list = await sightline.api('GET', '/onboardings');
      check(list.status === 200, `they are listed, not ${list.status}`);
      const redriven = await sightline.api('POST', `${path}/redrive`);
      check(redriven.status === 202, `it is redriven, not ${redriven.status}`);
      await settle(sightline);
      const { body } = await sightline.api('GET', path);
      check(body.status === 'SUCCEEDED', `it succeeds, not ${JSON.stringify(body)}`);
    },
  },
  {
    title: 'by the event of a new account, with announcements to people and programs',
    run: async (sightline) => {
      await announceNewAccount(sightline);
      await settle(sightline);
      check(sightline.messages.length === 1, 'the outcome is announced');
      check(
        sightline.invocations.includes('ConfirmReadiness'),
        'the new account is onboarded to the end',
      );
    },
  },
  {
    title: 'dead letters of functions that cannot do their work',
    run: async (sightline) => {
      sightline.disturb('OnboardNewAccount', 'before', 9);
      await announceNewAccount(sightline);
      await settle(sightline);
      sightline.disturb('AnnounceOutcome', 'before', 9);
      await onboard(sightline, { accountId: plain, access: ['api'] });
      await settle(sightline);
      check(sightline.deadLetters.length === 2, 'both events are kept');
    },
  },
  {
    title: 'a batch whose accounts are in the body: progress, one that fails, mended and redriven',
    world: withConflictingRoute,
    run: async (sightline) => {
      const path = await startBatch(sightline, [{ accountId: plain }, apiOnly(other)]);
      await until(
        () => lookAtBatch(sightline, path),
        ({ status, progress, results }) =>
          status === 'RUNNING' && progress?.running === 2 && results === undefined,
        'two accounts are being onboarded',
      );
      await sightline.finish();
      const { status, failure, results } = await lookAtBatch(sightline, path);
      check(status === 'FAILED' && failure.name === 'AccountsNotReady', `one fails: ${status}`);
      check(results.notReady[0]?.error === 'RouteConflict', 'it is told why');
      await deleteConflictingRoute(sightline);
      const redriven = await sightline.api('POST', `${path}/redrive`);
      check(redriven.status === 202, `it is redriven, not ${redriven.status}`);
      await settle(sightline);
      const mended = await lookAtBatch(sightline, path);
      check(mended.status === 'SUCCEEDED', `it succeeds, not ${JSON.stringify(mended)}`);
      check(mended.results.ready + mended.results.already === 2, 'both are ready');
      check(mended.progress.total === 1, 'only the one that had failed was tried again');
      check((await onboardingsOf(sightline)) === 'FAILED SUCCEEDED SUCCEEDED', 'in three attempts');
      const subjects = sightline.messages.map(({ subject }) => subject).join('; ');
      check(/is not ready: Acc.*; .*all 2 acc.* are ready$/.test(subjects), `told: ${subjects}`);
    },
  },
  {
    title: 'a batch of a list in S3, which is missing at first, with keys and without',
    run: async (sightline) => {
      const list = { list: `s3://${batchBucket}/lists/accounts.csv` };
      const refused = await sightline.api('POST', '/onboardings/batch', list);
      const [problem] = refused.body.problems ?? [];
      check(refused.status === 400, `a list that is not there is refused, not ${refused.status}`);
      check(problem?.message.includes('there is no'), `it says so: ${JSON.stringify(problem)}`);
      await putObject(sightline, 'lists/accounts.csv', `accountId,access\n${other},api\n`);
      const path = await startBatch(sightline, list);
      check((await startBatch(sightline, list)) === path, 'the same that runs is found');
      await sightline.finish();
      const key = { 'idempotency-key': 'once' };
      const keyed = await startBatch(sightline, list, key);
      check(keyed !== path, 'a key starts another one');
      await sightline.finish();
      check((await startBatch(sightline, list, key)) === keyed, 'a key starts one only');
      await settle(sightline);
      const { status, results } = await lookAtBatch(sightline, keyed);
      check(status === 'SUCCEEDED' && results.already === 1, `nothing is left to do: ${status}`);
    },
  },
  {
    title: 'a batch that is stopped while it runs, and redriven from the console',
    run: async (sightline) => {
      const { client } = sightline;
      const path = await startBatch(sightline, [apiOnly(plain), apiOnly(other)]);
      const all = () => onboardingsOf(sightline);
      await until(all, (found) => found === 'RUNNING RUNNING', 'both accounts are onboarded');
      await client.send(new sfn.StopExecutionCommand(batchOf(sightline, path)));
      await until(all, (found) => found === 'ABORTED ABORTED', 'their onboardings are stopped too');
      check((await lookAtBatch(sightline, path)).status === 'ABORTED', 'the batch is stopped');
      await client.send(new sfn.RedriveExecutionCommand(batchOf(sightline, path)));
      await settle(sightline);
      const { status, results } = await lookAtBatch(sightline, path);
      check(status === 'SUCCEEDED', `it succeeds, not ${status}`);
      check(results.ready + results.already === 2, 'both are ready');
      const { mapRuns = [] } = await client.send(
        new sfn.ListMapRunsCommand(batchOf(sightline, path)),
      );
      const run = await client.send(
        new sfn.DescribeMapRunCommand({ mapRunArn: mapRuns[0]?.mapRunArn }),
      );
      check(mapRuns.length === 1 && run.redriveCount === 1, 'its Map Run is redriven');
      check((await all()) === 'ABORTED ABORTED SUCCEEDED SUCCEEDED', 'with new onboardings');
    },
  },
];
