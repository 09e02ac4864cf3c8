import * as ec2 from '@aws-sdk/client-ec2';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import type { Event } from '../../local/aws/eventBridge.ts';
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
export const elsewhere = '666666666666';
export const stranger = '888888888888';
export const management = '999999999999';

export const hubVpcId = 'vpc-0a11111111111111a';
const hubGroupId = 'sg-0a11111111111111a';
const groupId = 'sg-0b22222222222222b';
export const vpcId = 'vpc-0b22222222222222b';

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
];
