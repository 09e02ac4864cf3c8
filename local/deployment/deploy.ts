import { partitionOf, regionalArn, urlSuffixOf } from '../aws/arn.ts';
import type { Json, JsonObject } from '../json.ts';
import { isTrue, resolve, type Scope } from './intrinsics.ts';
import { parameterValues } from './parameters.ts';
import { passedOverTypes, standIn } from './passedOver.ts';
import type { Resource, Template } from './template.ts';

/** Where a stack is deployed, and with what. */
export type DeploymentContext = {
  accountId: string;
  region: string;
  stackName: string;
  parameters?: Readonly<Record<string, string>>;
};

/** What `Ref` and `Fn::GetAtt` of a resource give. */
export type Deployed = { ref: string; attributes: Readonly<Record<string, Json>> };

/** Makes a resource of one type. `properties` have no intrinsic function left. */
export type Provider = (logicalId: string, properties: JsonObject) => Deployed | Promise<Deployed>;
export type Providers = Readonly<Record<string, Provider>>;

export type Deployment = {
  resources: Readonly<Record<string, Deployed & { type: string }>>;
  outputs: Readonly<Record<string, Json>>;
  /** Resources that are not made here, each with the reason. */
  passedOver: readonly { logicalId: string; type: string; reason: string }[];
};

/** Thrown by a reference to a resource that has to come first. */
class NotDeployedYet extends Error {
  override readonly name = 'NotDeployedYet';
  readonly logicalId: string;

  constructor(logicalId: string) {
    super(`${logicalId} is not deployed yet`);
    this.logicalId = logicalId;
  }
}

const pseudoParameters = ({ accountId, region, stackName }: DeploymentContext) => ({
  'AWS::AccountId': accountId,
  'AWS::Region': region,
  'AWS::Partition': partitionOf(region),
  'AWS::StackName': stackName,
  'AWS::StackId': regionalArn(
    'cloudformation',
    { accountId, region },
    `stack/${stackName}/00000000-0000-0000-0000-000000000000`,
  ),
  'AWS::URLSuffix': urlSuffixOf(region),
  'AWS::NoValue': undefined,
});

/** One deployment of a template. Resources are made one after another, each after what it refers to. */
class Stack {
  readonly deployed = new Map<string, Deployed & { type: string }>();
  readonly passedOver: Deployment['passedOver'][number][] = [];
  readonly #template: Template;
  readonly #context: DeploymentContext;
  readonly #providers: Providers;
  readonly #values: Record<string, Json | undefined>;
  readonly #scope: Scope;

  constructor(template: Template, context: DeploymentContext, providers: Providers) {
    this.#template = template;
    this.#context = context;
    this.#providers = providers;
    this.#values = {
      ...pseudoParameters(context),
      ...parameterValues(template, context.parameters ?? {}),
    };
    this.#scope = {
      reference: (name) =>
        Object.hasOwn(this.#values, name) ? this.#values[name] : this.#resource(name).ref,
      attribute: (logicalId, name) => this.#attribute(logicalId, name),
      condition: (name) => this.condition(name),
      mappings: template.Mappings,
    };
  }

  /** Whether the named condition holds; without a name there is nothing to hold. */
  condition(name: string | undefined): boolean {
    if (name === undefined) return true;
    const condition = this.#template.Conditions[name];
    if (condition === undefined) throw new Error(`the template has no condition ${name}`);
    return isTrue(condition, this.#scope);
  }

  /** Makes a resource after those that it needs; `waiting` are those that wait for it. */
  async deploy(logicalId: string, waiting: readonly string[] = []) {
    const resource = this.#template.Resources[logicalId];
    if (this.deployed.has(logicalId) || !resource || !this.condition(resource.Condition)) return;
    const chain = [...waiting, logicalId];
    if (waiting.includes(logicalId)) throw new Error(`a cycle: ${chain.join(' → ')}`);
    for (const needed of resource.DependsOn) await this.deploy(needed, chain);
    const properties = await this.resolved(resource.Properties, chain);
    const made = await this.#make(logicalId, resource, properties);
    this.deployed.set(logicalId, { ...made, type: resource.Type });
  }

  /** Resolves the values, and makes resources for as long as one is missing for that. */
  async resolved(values: JsonObject, waiting: readonly string[]): Promise<JsonObject> {
    try {
      return Object.fromEntries(
        Object.entries(values).flatMap(([name, value]) => {
          const found = resolve(value, this.#scope);
          return found === undefined ? [] : [[name, found]];
        }),
      );
    } catch (error) {
      if (!(error instanceof NotDeployedYet)) {
        throw new Error(`${waiting.at(-1)}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
      await this.deploy(error.logicalId, waiting);
      return this.resolved(values, waiting);
    }
  }

  #make(logicalId: string, { Type }: Resource, properties: JsonObject) {
    const provider = this.#providers[Type];
    if (provider) return provider(logicalId, properties);
    const passedOver = passedOverTypes[Type];
    if (!passedOver) throw new Error(`${logicalId}: the resource type ${Type} is not supported`);
    this.passedOver.push({ logicalId, type: Type, reason: passedOver.reason });
    return standIn(passedOver, logicalId, properties, this.#context);
  }

  #resource(logicalId: string): Deployed & { type: string } {
    const deployed = this.deployed.get(logicalId);
    if (deployed) return deployed;
    const resource = this.#template.Resources[logicalId];
    if (!resource) throw new Error(`nothing in the template is called ${logicalId}`);
    if (this.condition(resource.Condition)) throw new NotDeployedYet(logicalId);
    throw new Error(
      `${logicalId} is referred to, but its condition ${resource.Condition} is false`,
    );
  }

  #attribute(logicalId: string, name: string): Json {
    const { type, attributes } = this.#resource(logicalId);
    const value = attributes[name];
    if (value === undefined) {
      throw new Error(`${logicalId}: the attribute ${name} of ${type} is not supported`);
    }
    return value;
  }
}

/**
 * Deploys a CloudFormation template through the providers of its resource types. Throws for
 * whatever it does not know: a parameter, an intrinsic function, a resource type, an attribute.
 *
 * @example
 * await deploy(readTemplate(path), { accountId, region, stackName: 'sightline-dev' }, {
 *   ...iamProviders({ iam, accountId, stackName }),
 *   'AWS::SNS::Topic': (logicalId, { TopicName }) => ({ ref: …, attributes: {} }),
 * });
 */
export const deploy = async (
  template: Template,
  context: DeploymentContext,
  providers: Providers,
): Promise<Deployment> => {
  const stack = new Stack(template, context, providers);
  for (const logicalId of Object.keys(template.Resources)) await stack.deploy(logicalId);
  const outputs = Object.entries(template.Outputs)
    .filter(([, { Condition }]) => stack.condition(Condition))
    .map(([name, { Value }]) => [name, Value]);
  return {
    resources: Object.fromEntries(stack.deployed),
    outputs: await stack.resolved(Object.fromEntries(outputs), ['Outputs']),
    passedOver: stack.passedOver,
  };
};
