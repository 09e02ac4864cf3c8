import type { Role } from '../../local/aws/iam/state.ts';
import type { LocalAws } from '../../local/aws/localAws.ts';

/** A statement of a policy, as it was deployed: without intrinsic functions. */
export type Statement = {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** Where a statement stands. Onboarding roles of several accounts are of one template: so without account. */
export type Place = { role: string; policy: string; index: number };

/** A statement and where it stands. */
export type Placed = Place & { statement: Statement };

/** The policy that says whom a role trusts. */
export const trust = 'trust policy';

const documentsOf = ({ inlinePolicies, trust: { content } }: Role): [string, object][] => [
  [trust, content],
  ...[...inlinePolicies].map(([name, policy]): [string, object] => [name, policy.content]),
];

const statementsIn = (document: object) =>
  [(document as { Statement: Statement | Statement[] }).Statement].flat();

/** Sightline's own roles: those of its functions and its state machine, and the onboarding roles. */
const isSightlines = ({ name }: Role) => /^sightline-dev-|^SightlineOnboarding$/.test(name);

const rolesOf = (aws: LocalAws, accountIds: readonly string[]) =>
  accountIds.flatMap((id) => [...aws.iam.now(id).roles.values()].filter(isSightlines));

/** Every statement of Sightline's roles, its trust policies included. */
export const statementsOf = (aws: LocalAws, accountIds: readonly string[]): Placed[] =>
  rolesOf(aws, accountIds).flatMap((role) =>
    documentsOf(role).flatMap(([policy, document]) =>
      statementsIn(document).map((statement, index) => ({
        role: role.name,
        policy,
        index,
        statement,
      })),
    ),
  );

const isAt = (role: Role, policy: string, place: Place) =>
  role.name === place.role && policy === place.policy;

const changedDocument = (
  document: { content: object },
  place: Place,
  change: (statement: Statement) => Statement | undefined,
) => {
  const statements = statementsIn(document.content).flatMap((statement, index) =>
    index === place.index ? (change(statement) ?? []) : statement,
  );
  const content = { ...document.content, Statement: statements };
  return { content, text: JSON.stringify(content) };
};

/** Changes or drops one statement in every account that has it, effective at once. */
export const changeStatement = (
  aws: LocalAws,
  accountIds: readonly string[],
  place: Place,
  change: (statement: Statement) => Statement | undefined,
): void => {
  for (const accountId of accountIds) {
    const roles = [...aws.iam.now(accountId).roles].map(([name, role]): [string, Role] => {
      const inlinePolicies = [...role.inlinePolicies].map(([policy, document]) =>
        isAt(role, policy, place)
          ? ([policy, changedDocument(document, place, change)] as const)
          : ([policy, document] as const),
      );
      const trustPolicy = isAt(role, trust, place)
        ? changedDocument(role.trust, place, change)
        : role.trust;
      return [name, { ...role, inlinePolicies: new Map(inlinePolicies), trust: trustPolicy }];
    });
    aws.iam.change(accountId, { roles: new Map(roles) });
  }
  aws.iam.settle();
};

/** The actions of a statement. */
export const actionsOf = ({ Action }: Statement): string[] => [Action].flat();

/** The resources of a statement; none in a trust policy. */
export const resourcesOf = ({ Resource = [] }: Statement): string[] => [Resource].flat();

/** The statement without one of its actions; nothing is left of it without its last one. */
export const withoutAction =
  (action: string) =>
  (statement: Statement): Statement | undefined => {
    const rest = actionsOf(statement).filter((one) => one !== action);
    return rest.length > 0 ? { ...statement, Action: rest } : undefined;
  };

/** The statement without one of several resources. */
export const withoutResource =
  (resource: string) =>
  (statement: Statement): Statement => ({
    ...statement,
    Resource: resourcesOf(statement).filter((one) => one !== resource),
  });

/** The statement with one of its resources, by its number, replaced by a wider one. */
export const withWider =
  (widened: number, wider: string) =>
  (statement: Statement): Statement => ({
    ...statement,
    Resource: resourcesOf(statement).map((one, index) => (index === widened ? wider : one)),
  });

/** The statement without one key of its conditions. */
export const withoutCondition =
  (operator: string, key: string) =>
  (statement: Statement): Statement => {
    const { [key]: _, ...keys } = statement.Condition?.[operator] ?? {};
    const { [operator]: __, ...others } = statement.Condition ?? {};
    return {
      ...statement,
      Condition: Object.keys(keys).length > 0 ? { ...others, [operator]: keys } : others,
    };
  };

/** How people name a place: the statement's id, or its number. */
export const nameOf = ({ role, policy, index, statement }: Placed): string =>
  `${shortName(role)}, ${statement.Sid ?? `statement ${index + 1} of ${policy}`}`;

/** A role of the hub without what all their names begin with. */
export const shortName = (role: string): string =>
  role.replace(/^sightline-dev-[a-z0-9-]+?-(?=[a-zA-Z]+$)/, '');
