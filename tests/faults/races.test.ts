import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { explain } from '../../shared/errors.ts';
import { administrator } from '../scenarios/owners.ts';
import { prepare } from './onboardings.ts';
import { hub, plain, type Scenario, scenarios } from './scenarios.ts';

const home = 'eu-central-1';
const roleName = 'cross-role';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

type Sightline = Awaited<ReturnType<typeof prepare>>;

const ec2Of = (sightline: Sightline, accountId: string) =>
  new ec2.EC2Client(administrator(sightline, accountId));
const iamOf = (sightline: Sightline, accountId: string) =>
  new iam.IAMClient(administrator(sightline, accountId));

const things = ({ aws }: Sightline, accountId: string) =>
  aws.ec2.state.snapshot(accountId)[accountId]![home]!;

const livePeerings = (sightline: Sightline) =>
  things(sightline, hub).peerings.filter(({ Status }) => Status?.Code !== 'deleted');
const ownGroup = (sightline: Sightline) =>
  things(sightline, plain).securityGroups.find(
    ({ GroupName }) => GroupName === 'sightline-monitoring',
  );
const ownRules = (sightline: Sightline) =>
  things(sightline, plain).securityGroupRules.filter(
    ({ GroupId, IsEgress }) => !IsEgress && GroupId === ownGroup(sightline)?.GroupId,
  );

/** The hub's table that is in use, and the block that is routed first. */
const wanted = (sightline: Sightline) => {
  const isServers = ({ Tags = [] }: ec2.RouteTable) =>
    Tags.some(({ Value }) => Value === 'servers');
  const RouteTableId = things(sightline, hub).routeTables.find(isServers)?.RouteTableId;
  return { RouteTableId, DestinationCidrBlock: '10.20.0.0/16' };
};

/** What an owner does by hand; where there is nothing to do it with, nothing. */
const byHand = {
  'routes the block elsewhere': async (sightline: Sightline) => {
    const client = ec2Of(sightline, hub);
    const route = { ...wanted(sightline), TransitGatewayId: 'tgw-0123456789abcdef0' };
    const table = things(sightline, hub).routeTables.find(
      ({ RouteTableId }) => RouteTableId === route.RouteTableId,
    );
    const isThere = table?.Routes?.some(
      ({ DestinationCidrBlock }) => DestinationCidrBlock === route.DestinationCidrBlock,
    );
    if (isThere) await client.send(new ec2.ReplaceRouteCommand(route));
    else await client.send(new ec2.CreateRouteCommand(route));
  },
  'routes the block into the peering': async (sightline: Sightline) => {
    const [peering] = livePeerings(sightline);
    if (!peering) return;
    const { VpcPeeringConnectionId } = peering;
    await ec2Of(sightline, hub).send(
      new ec2.CreateRouteCommand({ ...wanted(sightline), VpcPeeringConnectionId }),
    );
  },
  'deletes the route': async (sightline: Sightline) => {
    await ec2Of(sightline, hub).send(new ec2.DeleteRouteCommand(wanted(sightline)));
  },
  'deletes the peering': async (sightline: Sightline) => {
    for (const { VpcPeeringConnectionId } of livePeerings(sightline)) {
      await ec2Of(sightline, hub).send(
        new ec2.DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }),
      );
    }
  },
  'rejects the peering': async (sightline: Sightline) => {
    for (const { VpcPeeringConnectionId } of livePeerings(sightline)) {
      await ec2Of(sightline, plain).send(
        new ec2.RejectVpcPeeringConnectionCommand({ VpcPeeringConnectionId }),
      );
    }
  },
  'removes a rule': async (sightline: Sightline) => {
    const [rule] = ownRules(sightline);
    if (!rule) throw new Error('there is no rule yet');
    await ec2Of(sightline, plain).send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: rule.GroupId!,
        SecurityGroupRuleIds: [rule.SecurityGroupRuleId!],
      }),
    );
  },
  'removes a rule of the hub’s group': async (sightline: Sightline) => {
    const rule = things(sightline, hub).securityGroupRules.find(
      ({ IsEgress, Description }) => !IsEgress && Description?.startsWith('sightline'),
    );
    if (!rule) throw new Error('there is no rule yet');
    await ec2Of(sightline, hub).send(
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: rule.GroupId!,
        SecurityGroupRuleIds: [rule.SecurityGroupRuleId!],
      }),
    );
  },
  'deletes the group': async (sightline: Sightline) => {
    const { GroupId } = ownGroup(sightline) ?? {};
    await ec2Of(sightline, plain).send(new ec2.DeleteSecurityGroupCommand({ GroupId }));
  },
  'deletes the role': async (sightline: Sightline) => {
    const client = iamOf(sightline, plain);
    await client.send(new iam.DetachRolePolicyCommand({ RoleName: roleName, PolicyArn: readOnly }));
    await client.send(new iam.DeleteRoleCommand({ RoleName: roleName }));
  },
  'lets the role trust others': async (sightline: Sightline) => {
    const Principal = { AWS: 'arn:aws:iam::888888888888:root' };
    const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
    await iamOf(sightline, plain).send(
      new iam.UpdateAssumeRolePolicyCommand({
        RoleName: roleName,
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
  },
};
type Act = keyof typeof byHand;

/** Whether the act found something to do; what an owner cannot do yet is refused by AWS. */
const does = async (sightline: Sightline, act: Act): Promise<boolean> => {
  try {
    await byHand[act](sightline);
    return true;
  } catch {
    return false;
  }
};

const settled = async (scenario: Scenario) => {
  const sightline = await prepare(scenario);
  sightline.begin([]);
  await sightline.finish(sightline.start());
  return { sightline, undisturbed: sightline.leftBehind() };
};

let prepared: Record<'plain' | 'agents', Awaited<ReturnType<typeof settled>>>;
beforeAll(async () => {
  prepared = { plain: await settled(scenarios.plain), agents: await settled(scenarios.agents) };
});

/** Onboards while somebody acts before a state's function is called for the first time. */
const onboardWhile = async (act: Act, state: string, world: 'plain' | 'agents' = 'plain') => {
  const { sightline, undisturbed } = prepared[world];
  let acted: boolean | undefined;
  const before = async (now: string) => {
    if (now === state && acted === undefined) acted = await does(sightline, act);
  };
  sightline.begin([], { before });
  const executionArn = sightline.start();
  const execution = await sightline.finish(executionArn);
  const again = async () => sightline.finish(sightline.start());
  const isUndisturbed = () => sightline.leftBehind() === undisturbed;
  return { sightline, execution, executionArn, acted, again, isUndisturbed };
};

const remedyOf = ({ error = '', cause = '' }: DescribeExecutionOutput) => {
  const { errorMessage = cause } = cause.startsWith('{') ? JSON.parse(cause) : {};
  return explain(error, errorMessage).remedy;
};

/** One live peering, through which every route leads that Sightline made; and every rule once. */
const expectWhole = (sightline: Sightline) => {
  const [peering, ...others] = livePeerings(sightline);
  expect(others).toEqual([]);
  expect(peering?.Status?.Code).toBe('active');
  const routes = [hub, plain].flatMap((id) =>
    things(sightline, id).routeTables.flatMap(({ Routes = [] }) =>
      Routes.filter(({ VpcPeeringConnectionId: id }) => id !== undefined),
    ),
  );
  expect(routes).toHaveLength(4);
  for (const route of routes) {
    expect(route).toMatchObject({
      State: 'active',
      VpcPeeringConnectionId: peering?.VpcPeeringConnectionId,
    });
  }
  expect(ownRules(sightline)).toHaveLength(2);
};

const beforeRoutes = ['Preflight', 'RequestPeering', 'WaitForAcceptance', 'AddRoutesInHub'];
const afterActive = [
  ...['AddRoutesInHub', 'AddRoutesInMonitoredAccount', 'OpenSecurityGroups', 'SetDnsResolution'],
];

describe('while an onboarding runs, somebody', () => {
  it.each([...beforeRoutes, 'AcceptPeering', 'EnsureRole'])(
    'routes the block elsewhere before %s: a conflict that says what to do, after which it goes on',
    async (state) => {
      const { sightline, execution, executionArn, isUndisturbed } = await onboardWhile(
        'routes the block elsewhere',
        state,
      );

      expect(execution).toMatchObject({ status: 'FAILED', error: 'RouteConflict' });
      expect(remedyOf(execution)).toContain('aws ec2 delete-route');
      await byHand['deletes the route'](sightline);
      await sightline.redrive(executionArn);
      expect(await sightline.finish(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
      expect(isUndisturbed()).toBe(true);
    },
  );

  it('routes the block elsewhere at the end: not ready, and the next onboarding names the conflict', async () => {
    const { execution, again } = await onboardWhile(
      'routes the block elsewhere',
      'ConfirmReadiness',
    );

    expect(execution).toMatchObject({ status: 'FAILED', error: 'NotReady' });
    expect(await again()).toMatchObject({ status: 'FAILED', error: 'RouteConflict' });
  });

  it.each(['AcceptPeering', ...afterActive, 'ConfirmReadiness'])(
    'routes the block into the peering before %s: as good as if Sightline had done it',
    async (state) => {
      const { execution, isUndisturbed } = await onboardWhile(
        'routes the block into the peering',
        state,
      );

      expect(execution.status).toBe('SUCCEEDED');
      expect(isUndisturbed()).toBe(true);
    },
  );

  it.each(['AcceptPeering', ...afterActive, 'ConfirmReadiness'])(
    'deletes the peering before %s: it fails clearly, and the next onboarding makes a new one with all its routes',
    async (state) => {
      const { sightline, execution, acted, again } = await onboardWhile(
        'deletes the peering',
        state,
      );

      expect(acted).toBe(true);
      // A route into a peering that is gone is refused, and one that was made is a blackhole.
      const errors =
        /^(NotReady|PeeringDeleted|OperationNotPermitted|InvalidVpcPeeringConnectionID.NotFound)$/;
      expect(execution).toMatchObject({ status: 'FAILED', error: expect.stringMatching(errors) });
      expect(remedyOf(execution)).toMatch(/start the onboarding again/i);
      expect(await again()).toMatchObject({ status: 'SUCCEEDED' });
      expectWhole(sightline);
    },
  );

  it.each(['AddRoutesInHub', 'AddRoutesInMonitoredAccount', 'OpenSecurityGroups'])(
    'deletes the peering before %s, where nobody asks for names: a route into nowhere is refused',
    async (state) => {
      const { execution, again } = await onboardWhile('deletes the peering', state, 'agents');

      expect(execution).toMatchObject({
        status: 'FAILED',
        error: 'InvalidVpcPeeringConnectionID.NotFound',
      });
      expect(remedyOf(execution)).toMatch(/start the onboarding again/i);
      expect(await again()).toMatchObject({ status: 'SUCCEEDED' });
    },
  );

  it('rejects the peering: it says who can agree to it, and does not ask again by itself', async () => {
    const { sightline, execution, executionArn } = await onboardWhile(
      'rejects the peering',
      'AcceptPeering',
    );

    expect(execution).toMatchObject({ status: 'FAILED', error: 'PeeringRejected' });
    expect(remedyOf(execution)).toContain('start the onboarding again');
    await sightline.redrive(executionArn);
    expect(await sightline.finish(executionArn)).toMatchObject({ error: 'PeeringRejected' });
  });

  it.each(['deletes the route', 'removes a rule', 'deletes the group'] as const)(
    '%s before the end: not ready, and the next onboarding puts it back',
    async (act) => {
      const { sightline, execution, acted, again } = await onboardWhile(act, 'ConfirmReadiness');

      expect(acted).toBe(true);
      expect(execution).toMatchObject({ status: 'FAILED', error: 'NotReady' });
      expect(await again()).toMatchObject({ status: 'SUCCEEDED' });
      expectWhole(sightline);
    },
  );

  it('removes a rule of the hub’s group before the end: that is put back too', async () => {
    const { execution, acted, again } = await onboardWhile(
      'removes a rule of the hub’s group',
      'ConfirmReadiness',
      'agents',
    );

    expect(acted).toBe(true);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'NotReady' });
    expect(remedyOf(execution)).toContain('puts back what is missing');
    expect(await again()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it.each(['VerifyRole', 'AddRoutesInHub', 'ConfirmReadiness'])(
    'deletes the role before %s: it fails, and the next onboarding makes it again',
    async (state) => {
      const { execution, acted, again, isUndisturbed } = await onboardWhile(
        'deletes the role',
        state,
      );

      expect(acted).toBe(true);
      // Once STS knows of it, it looks as if IAM were late.
      const error = state === 'AddRoutesInHub' ? 'RoleNotAssumable' : 'NoSuchEntityException';
      expect(execution).toMatchObject({ status: 'FAILED', error });
      expect(remedyOf(execution)).toContain('start the onboarding again');
      expect(await again()).toMatchObject({ status: 'SUCCEEDED' });
      expect(isUndisturbed()).toBe(true);
    },
  );

  it.each(['VerifyRole', 'AddRoutesInHub', 'ConfirmReadiness'])(
    'lets the role trust others before %s: no readiness, then or later, and the trust policy stays as it is',
    async (state) => {
      const { sightline, execution, again } = await onboardWhile(
        'lets the role trust others',
        state,
      );

      // Once STS knows of it, the hub cannot assume the role, which trusts only others now.
      const error = state === 'AddRoutesInHub' ? 'RoleNotAssumable' : 'RoleTrustsOthers';
      expect(execution).toMatchObject({ status: 'FAILED', error });
      expect(remedyOf(execution)).toMatch(/aws iam update-assume-role-policy|trust policy/);
      expect(await again()).toMatchObject({ status: 'FAILED', error: 'RoleConflict' });
      const role = sightline.aws.iam.now(plain).roles.get(roleName);
      expect(role?.trust.text).toContain('888888888888');
    },
  );
});

/** Numbers from 0 to a limit, from a seed: how long calls take. */
const latencies = (seed: number, mostMs: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * mostMs);
  };
};

describe('two onboardings of one account at once', () => {
  const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

  it.each(['plain', 'agents'] as const)(
    'do not disturb each other in the %s world, however long each call takes: nothing is doubled',
    async (world) => {
      const { sightline, undisturbed } = prepared[world];
      for (const seed of seeds) {
        sightline.begin([], { latency: latencies(seed, 400) });
        const both = [sightline.start(), sightline.start()];
        for (const executionArn of both) {
          const execution = await sightline.finish(executionArn);
          if (execution.status === 'SUCCEEDED') continue;
          await sightline.redrive(executionArn);
          const { status } = await sightline.finish(executionArn);
          expect({ seed, status, error: execution.error }).toMatchObject({ status: 'SUCCEEDED' });
        }
        expect({ seed, same: sightline.leftBehind() === undisturbed }).toEqual({
          seed,
          same: true,
        });
      }
    },
  );

  it('one of which is redriven when the other begins end as one does', async () => {
    const { sightline, undisturbed } = prepared.plain;
    let redriven = 0;
    for (const call of [3, 5, 10, 15, 20, 24, 28, 32, 36, 40]) {
      sightline.begin([{ call, kind: 'denied', times: 1 }], { latency: latencies(call, 400) });
      const failed = sightline.start();
      const { status } = await sightline.finish(failed);
      // Some calls may be denied to no harm.
      if (status !== 'FAILED') continue;
      redriven += 1;
      await sightline.redrive(failed);
      const other = sightline.start();
      for (const executionArn of [failed, other]) {
        expect(await sightline.finish(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
      }
      expect(sightline.leftBehind()).toBe(undisturbed);
    }
    expect(redriven).toBeGreaterThan(6);
  });
});
