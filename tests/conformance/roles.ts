import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { type Clients, hub } from './aws.ts';
import { idOf, unique } from './check.ts';

/** A policy of these statements. */
export const policy = (...Statement: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

/** A policy that allows these actions on everything. */
export const allowing = (...Action: string[]): string =>
  policy({ Effect: 'Allow', Action, Resource: '*' });

/** A trust policy for a principal, with conditions if there are any. */
export const trusting = (AWS: string, Condition?: object): string =>
  policy({
    Effect: 'Allow',
    Principal: { AWS },
    Action: 'sts:AssumeRole',
    ...(Condition && { Condition }),
  });

/** The ARN of the hub as a whole. */
export const hubRoot = `arn:aws:iam::${hub}:root`;

export const readOnlyAccess = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
export const viewOnlyAccess = 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess';

/** An ARN of a policy that nobody has. */
export const unknownPolicy = 'arn:aws:iam::aws:policy/NobodyHasThis';

/** Makes a role that trusts the hub, if nothing else is said. Its name and its ARN. */
export const roleIn = async ({ iam }: Clients, input: Partial<CreateRoleCommandInput> = {}) => {
  const RoleName = input.RoleName ?? unique('role');
  const { Role } = await iam.send(
    new CreateRoleCommand({ AssumeRolePolicyDocument: trusting(hubRoot), ...input, RoleName }),
  );
  return { name: RoleName, arn: idOf(Role?.Arn) };
};

/** A role as IAM shows it. */
export const readRole = async ({ iam }: Clients, RoleName: string) =>
  (await iam.send(new GetRoleCommand({ RoleName }))).Role;

/** A managed policy as IAM shows it. */
export const readPolicy = async ({ iam }: Clients, PolicyArn: string) =>
  (await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy;

export const attach = ({ iam }: Clients, RoleName: string, PolicyArn: string) =>
  iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));

export const detach = ({ iam }: Clients, RoleName: string, PolicyArn: string) =>
  iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));

/** The managed policies of a role, by ARN. */
export const attachedTo = async ({ iam }: Clients, RoleName: string) => {
  const { AttachedPolicies = [] } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName }),
  );
  return AttachedPolicies.map(({ PolicyArn }) => PolicyArn);
};

/** Writes a policy into a role. */
export const putInto = ({ iam }: Clients, RoleName: string, PolicyDocument: string) =>
  iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }));

/** Makes a managed policy. Its ARN. */
export const policyIn = async ({ iam }: Clients, PolicyDocument: string) => {
  const input = { PolicyName: unique('policy'), PolicyDocument };
  return idOf((await iam.send(new CreatePolicyCommand(input))).Policy?.Arn);
};
