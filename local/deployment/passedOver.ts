import type { JsonObject } from '../json.ts';
import type { DeploymentContext } from './deploy.ts';

/** A resource type that is not deployed here, and why nothing is missing without it. */
export type PassedOver = {
  reason: string;
  /** The property that holds the resource's name, which is also what `Ref` gives. */
  name?: string;
};

/** Every resource type that is knowingly passed over. Any other without a provider is an error. */
export const passedOverTypes: Readonly<Record<string, PassedOver>> = {
  'AWS::Lambda::Version': { reason: 'a function has only its newest code here' },
  'AWS::CloudWatch::Alarm': { reason: 'there are no metrics here', name: 'AlarmName' },
};

const nameIn = (properties: JsonObject, property: string | undefined) => {
  const name = property && properties[property];
  return typeof name === 'string' ? name : undefined;
};

/** What references to a resource that was passed over give. */
export const standIn = (
  { name }: PassedOver,
  logicalId: string,
  properties: JsonObject,
  { stackName }: DeploymentContext,
) => ({
  ref: nameIn(properties, name) ?? `${stackName}-${logicalId}`.toLowerCase(),
  attributes: {},
});
