import {
  actionsOf,
  changeStatement,
  nameOf,
  type Placed,
  resourcesOf,
  type Statement,
  statementsOf,
  trust,
  withoutAction,
  withoutResource,
} from './deployedRoles.ts';
import { documentedOnly, permissionIn, permissionName } from './documentedOnly.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { deploy, type Use, watch } from './watched.ts';

/** Each scenario with what it uses, the quickest first. */
const watched: { scenario: Scenario; uses: Use[]; milliseconds: number }[] = [];

beforeAll(async () => {
  for (const scenario of scenarios) {
    const begin = performance.now();
    const uses = await watch(scenario);
    watched.push({ scenario, uses, milliseconds: performance.now() - begin });
  }
  watched.sort((one, other) => one.milliseconds - other.milliseconds);
});

/** Runs a scenario after a change to the deployed roles; true if it fails then. */
const failsWith = async (
  { world, run }: Scenario,
  change: (sightline: Awaited<ReturnType<typeof deploy>>) => void,
) => {
  const sightline = await deploy(world);
  change(sightline);
  return run(sightline).then(
    () => false,
    () => true,
  );
};

/** Whether one of the scenarios that use an action of a role fails once a statement is changed. */
const isMissed = async (
  used: { role: string; action: string },
  place: Placed,
  change: (statement: Statement) => Statement | undefined,
): Promise<boolean> => {
  for (const { scenario, uses } of watched) {
    if (!uses.some(({ role, action }) => role === used.role && action === used.action)) continue;
    const failed = await failsWith(scenario, ({ aws, world }) =>
      changeStatement(aws, Object.keys(world.accounts), place, change),
    );
    if (failed) return true;
  }
  return false;
};

/** The places of all deployments; statements of the same role and policy stand in the same order. */
const allPlaces = async (): Promise<Placed[]> => {
  const places = new Map<string, Placed>();
  for (const { world } of scenarios) {
    const { aws, world: accounts } = await deploy(world);
    for (const place of statementsOf(aws, Object.keys(accounts.accounts))) {
      if (place.policy !== trust) places.set(nameOf(place), place);
    }
  }
  return [...places.values()];
};

/** The roles by which the onboarding role lets the hub in, and the statement that lists them. */
const principals = async () => {
  const { aws, world } = await deploy(undefined);
  const [place] = statementsOf(aws, Object.keys(world.accounts)).filter(
    ({ role, policy }) => role === 'SightlineOnboarding' && policy === trust,
  );
  const arns = [place?.statement.Condition?.['ArnEquals']?.['aws:PrincipalArn'] ?? []].flat();
  return { place: place!, arns };
};

const withoutPrincipal =
  (arn: string) =>
  (statement: Statement): Statement => {
    const { ArnEquals = {}, ...others } = statement.Condition ?? {};
    const rest = [ArnEquals['aws:PrincipalArn'] ?? []].flat().filter((one) => one !== arn);
    return { ...statement, Condition: { ...others, ArnEquals: { 'aws:PrincipalArn': rest } } };
  };

const tenMinutes = 600_000;

it(
  'every action of every statement is missed by some scenario, but for those that only AWS’s documentation asks for',
  async () => {
    const notMissed: string[] = [];
    let count = 0;
    for (const place of await allPlaces()) {
      for (const action of actionsOf(place.statement)) {
        count += 1;
        const missed = await isMissed({ role: place.role, action }, place, withoutAction(action));
        if (!missed) notMissed.push(permissionName(permissionIn(place, action)));
      }
    }
    process.stdout.write(`${count} permissions were taken away one at a time\n`);

    expect(notMissed.toSorted()).toEqual(documentedOnly.map(permissionName).toSorted());
    expect(count).toBeGreaterThan(150);
  },
  tenMinutes,
);

it(
  'every place in the bucket that a statement names besides others is missed by some scenario',
  async () => {
    const notMissed: string[] = [];
    let count = 0;
    for (const place of await allPlaces()) {
      const resources = resourcesOf(place.statement).filter((one) => one.includes(':s3:::'));
      const [action = ''] = actionsOf(place.statement);
      if (resources.length < 2) continue;
      for (const resource of resources) {
        count += 1;
        const missed = await isMissed(
          { role: place.role, action },
          place,
          withoutResource(resource),
        );
        if (!missed) notMissed.push(`${nameOf(place)}: ${resource}`);
      }
    }

    expect(notMissed).toEqual([]);
    expect(count).toBe(6);
  },
  tenMinutes,
);

it(
  'every role that the onboarding role trusts is missed by some scenario',
  async () => {
    const { place, arns } = await principals();
    const notMissed: string[] = [];
    for (const arn of arns) {
      const used = { role: arn.split('/').at(-1) ?? '', action: 'sts:AssumeRole' };
      if (!(await isMissed(used, place, withoutPrincipal(arn)))) notMissed.push(arn);
    }

    expect(arns).toHaveLength(7);
    expect(notMissed).toEqual([]);
  },
  tenMinutes,
);
