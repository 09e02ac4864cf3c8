import { readFileSync, writeFileSync } from 'node:fs';
import {
  actionsOf,
  type Placed,
  resourcesOf,
  shortName,
  statementsOf,
  trust,
} from './deployedRoles.ts';
import { documentedOnly, isDocumentedOnly } from './documentedOnly.ts';
import { detailsOf } from './resourceLevels.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { deploy, type Use, watch } from './watched.ts';

const isStateMachines = (role: string) => /^(onboarding|bulkOnboarding)$/.test(shortName(role));

/** What AWS does by itself under the role of a function: the service that does it, by the service that it uses. */
const byItself: Readonly<Record<string, string>> = {
  logs: 'Lambda',
  sqs: 'Lambda',
  xray: 'Lambda',
};

/** Who uses an action: a step, or a service by itself, whatever step it is at work for. */
const userOf = ({ role, action, by }: Use): string => {
  if (isStateMachines(role)) return 'Step Functions';
  return byItself[action.split(':')[0] ?? ''] ?? by;
};

/** Every function writes its log and its trace, which is one row and not as many as there are functions. */
const rowOf = (use: Use): string =>
  /^(logs|xray):/.test(use.action) && !isStateMachines(use.role)
    ? 'every function'
    : shortName(use.role);

/** Every role with every action that it uses, and which steps use it. */
const tableOf = (uses: readonly Use[]): string => {
  const users = new Map<string, Set<string>>();
  for (const use of uses) {
    const row = `| ${rowOf(use)} | \`${use.action}\` |`;
    users.set(row, (users.get(row) ?? new Set()).add(userOf(use)));
  }
  const rows = [...users].map(([row, by]) => `${row} ${[...by].toSorted().join(', ')} |`);
  return ['| role | action | used by |', '| --- | --- | --- |', ...rows.toSorted()].join('\n');
};

/**
 * A part of SECURITY.md, between its marks; `npm run security` writes it there first.
 */
const shownIn = (part: string, text: string): string => {
  const [begin, end] = [`<!-- ${part} -->\n`, `\n<!-- /${part} -->`];
  const document = readFileSync('SECURITY.md', 'utf8');
  const [before = '', rest = ''] = document.split(begin);
  const [shown = '', ...after] = rest.split(end);
  if (!process.env['WRITE_SECURITY_MD']) return shown;
  writeFileSync('SECURITY.md', [before, begin, text, end, ...after].join(''));
  return text;
};

/** What is allowed on everything, and what AWS says of it. */
const everythingTable = async (placed: readonly Placed[]): Promise<string> => {
  const onEverything = placed.filter(({ statement }) => resourcesOf(statement).includes('*'));
  const actions = onEverything.flatMap(({ statement }) => actionsOf(statement)).toSorted();
  const rows = [...new Set(actions)].map(async (action) => {
    const { accessLevel, description } = await detailsOf(action);
    return `| \`${action}\` | ${accessLevel} | ${description} |`;
  });
  const head = ['| action | kind | what AWS says of it |', '| --- | --- | --- |'];
  return [...head, ...(await Promise.all(rows))].join('\n');
};

/** What no scenario can show to be needed. */
const documentedTable = (): string => {
  const rows = documentedOnly.map(
    ({ role, action, resource, why }) => `| ${role} | \`${action}\` | \`${resource}\` | ${why} |`,
  );
  return ['| role | action | on | what for |', '| --- | --- | --- | --- |', ...rows].join('\n');
};

const isSightlines = (role: string) => /^sightline-dev-|^SightlineOnboarding$/.test(role);

const all: Use[] = [];

describe('with exactly the permissions of the templates', () => {
  it.each(scenarios.map((scenario): [string, Scenario] => [scenario.title, scenario]))(
    'Sightline can do: %s',
    async (_, scenario) => {
      all.push(...(await watch(scenario)));
    },
  );
});

describe('what was used', () => {
  const uses = () => all.filter(({ role }) => isSightlines(role));
  const permissions = (list: readonly { role: string; action: string }[]) =>
    [...new Set(list.map(({ role, action }) => `${role}: ${action}`))].toSorted();

  it('is what the templates allow, role by role and action by action', async () => {
    const { aws, world } = await deploy(undefined);
    const allowed = statementsOf(aws, Object.keys(world.accounts))
      .filter(({ policy }) => policy !== trust)
      .flatMap((place) =>
        actionsOf(place.statement)
          .filter((action) => !isDocumentedOnly(place, action))
          .map((action) => ({ role: place.role, action })),
      );

    expect(permissions(uses())).toEqual(permissions(allowed));
  });

  it('is the table in SECURITY.md', () => {
    const table = tableOf(uses());
    process.stdout.write(`\n${table}\n\n`);

    expect(shownIn('uses', table)).toBe(table);
  });

  it('is all that is allowed, but for what SECURITY.md says that AWS’s documentation asks for', () => {
    expect(shownIn('documented', documentedTable())).toBe(documentedTable());
  });

  it('is allowed on everything only where SECURITY.md says so', async () => {
    const { aws, world } = await deploy(undefined);
    const table = await everythingTable(statementsOf(aws, Object.keys(world.accounts)));

    expect(shownIn('everything', table)).toBe(table);
  });
});
