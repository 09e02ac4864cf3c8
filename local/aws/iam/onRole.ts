import type { Tag } from '@aws-sdk/client-iam';
import { roleArn } from '../arn.ts';
import type { Call, Check, Context, Operation } from '../service.ts';
import { noSuchEntity, refuseName } from './errors.ts';
import { accountIn, type IamState, type Role } from './state.ts';

type OfRole = { RoleName: string };

/** An operation that shows something of one role. */
export const showingRole = <Input extends OfRole, Output>(
  iam: IamState,
  show: (role: Role, input: Input) => Output,
): Operation<Input, Output> => ({
  mutating: false,
  checks: (input, call) => [roleCheck(iam, call, input.RoleName)],
  run: (input, call) => show(existingRole(iam, call, input.RoleName), input),
});

/** An operation that makes another role of one role. `context` are the condition keys it has besides the role's. */
export const changingRole = <Input extends OfRole>(
  iam: IamState,
  change: (role: Role, input: Input) => Role,
  context: (input: Input) => Context = () => ({}),
): Operation<Input, object> => ({
  mutating: true,
  checks: (input, call) => [roleCheck(iam, call, input.RoleName, context(input))],
  run: (input, call) => {
    saveRole(iam, call, change(existingRole(iam, call, input.RoleName), input));
    return {};
  },
});

/** The permission to do what the call asks to a role, by the role's ARN, tags and boundary. */
export const roleCheck = (
  iam: IamState,
  call: Call,
  name: string,
  context: Context = {},
): Check => {
  refuseName('roleName', name, 64);
  const { accountId } = call.caller;
  const role = iam.now(accountId).roles.get(name);
  return {
    action: `iam:${call.action}`,
    resource: role?.arn ?? roleArn(accountIn(iam, call), '/', name),
    context: { ...resourceTags(role), ...boundaryKey(role?.boundary), ...context },
  };
};

/** The condition keys that tell the tags of a role. */
export const resourceTags = (role: Role | undefined): Context =>
  Object.fromEntries(
    [...(role?.tags ?? [])].flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ]),
  );

/** The condition key that tells the permissions boundary of a role, or the one it is to have. */
export const boundaryKey = (policyArn: string | undefined): Context =>
  policyArn === undefined ? {} : { 'iam:PermissionsBoundary': policyArn };

/** The condition keys that tell which tags a request brings. */
export const requestTags = (tags: readonly Tag[] = []): Context => ({
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
  ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(({ Key }) => Key ?? '') } : {}),
});

/** The role as the IAM API shows it. Throws `NoSuchEntity`. */
export const existingRole = (iam: IamState, call: Call, name: string): Role => {
  const role = iam.now(call.caller.accountId).roles.get(name);
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
};

/** Puts a role in the place of the one with its name. */
export const saveRole = (iam: IamState, call: Call, role: Role): void => {
  const { accountId } = call.caller;
  const roles = new Map(iam.now(accountId).roles).set(role.name, role);
  iam.change(accountId, { roles });
};
