import type {
  AttachedPermissionsBoundary,
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRoleRequest,
  GetRoleRequest,
  ListRolesRequest,
  ListRolesResponse,
  ListRoleTagsRequest,
  Role as RoleAnswer,
  TagRoleRequest,
  UntagRoleRequest,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleRequest,
} from '@aws-sdk/client-iam';
import type { NoUndefined } from '@smithy/types';
import { accountOf, roleArn, rootArn } from '../arn.ts';
import type { Call, Operation } from '../service.ts';
import { attachablePolicy } from './attachablePolicy.ts';
import {
  alreadyExists,
  deleteConflict,
  limitExceeded,
  refuseName,
  refusePath,
  validationError,
} from './errors.ts';
import {
  boundaryKey,
  changingRole,
  existingRole,
  requestTags,
  roleCheck,
  saveRole,
  showingRole,
} from './onRole.ts';
import { page } from './page.ts';
import { type PolicyDocument, parseTrust } from './policyDocument.ts';
import { accountIn, findRole, type IamState, newId, type Role } from './state.ts';
import { tagList, withTags } from './tags.ts';

/** IAM's operations on roles themselves. */
export const roleOperations = (iam: IamState) => ({
  CreateRole: createRole(iam),
  GetRole: showingRole<NoUndefined<GetRoleRequest>, object>(iam, (role) => ({ Role: shown(role) })),
  ListRoles: listRoles(iam),
  DeleteRole: deleteRole(iam),
  UpdateRole: changingRole<NoUndefined<UpdateRoleRequest>>(iam, updated),
  UpdateAssumeRolePolicy: changingRole<NoUndefined<UpdateAssumeRolePolicyRequest>>(
    iam,
    (role, { PolicyDocument }) => ({ ...role, trust: trustFrom(iam, PolicyDocument) }),
  ),
  TagRole: changingRole<NoUndefined<TagRoleRequest>>(
    iam,
    (role, { Tags }) => ({ ...role, tags: withTags(role.tags, Tags) }),
    ({ Tags }) => requestTags(Tags),
  ),
  UntagRole: changingRole<NoUndefined<UntagRoleRequest>>(
    iam,
    (role, { TagKeys }) => ({
      ...role,
      tags: new Map([...role.tags].filter(([key]) => !TagKeys.includes(key))),
    }),
    ({ TagKeys }) => ({ 'aws:TagKeys': TagKeys }),
  ),
  ListRoleTags: showingRole<NoUndefined<ListRoleTagsRequest>, object>(iam, (role, input) => {
    const [Tags, rest] = page(tagList(role.tags), input);
    return { Tags, ...rest };
  }),
});

type CreateRole = NoUndefined<CreateRoleRequest>;

const createRole = (iam: IamState): Operation<CreateRole, CreateRoleResponse> => ({
  mutating: true,
  checks: (input, call) => {
    refuseName('roleName', input.RoleName, 64);
    refusePath(input.Path ?? '/');
    const resource = roleArn(accountIn(iam, call), input.Path ?? '/', input.RoleName);
    const tags = requestTags(input.Tags);
    const context = { ...tags, ...boundaryKey(input.PermissionsBoundary) };
    const create = { action: 'iam:CreateRole', resource, context };
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html
    return input.Tags?.length
      ? [create, { action: 'iam:TagRole', resource, context: tags }]
      : [create];
  },
  run: (input, call) => {
    if (iam.now(call.caller.accountId).roles.has(input.RoleName)) {
      throw alreadyExists(`Role with name ${input.RoleName} already exists.`);
    }
    const role = newRole(iam, input, call);
    saveRole(iam, call, role);
    return { Role: shown(role) };
  },
});

const newRole = (iam: IamState, input: CreateRole, call: Call): Role => {
  const path = input.Path ?? '/';
  const boundary = input.PermissionsBoundary;
  return {
    arn: roleArn(accountIn(iam, call), path, input.RoleName),
    id: newId('AROA'),
    name: input.RoleName,
    path,
    createdAt: new Date(),
    ...(input.Description === undefined ? {} : { description: input.Description }),
    maxSessionSeconds: sessionSeconds(input.MaxSessionDuration),
    trust: trustFrom(iam, input.AssumeRolePolicyDocument),
    inlinePolicies: new Map(),
    managedPolicies: [],
    ...(boundary === undefined
      ? {}
      : { boundary: attachablePolicy(iam, call.caller.accountId, boundary).arn }),
    tags: withTags(new Map(), input.Tags),
  };
};

const sessionSeconds = (given = 3600): number => {
  if (given >= 3600 && given <= 43_200) return given;
  throw validationError(`Value '${given}' at 'maxSessionDuration' must be between 3600 and 43200`);
};

const trustFrom = (iam: IamState, text: string): PolicyDocument => {
  const trust = parseTrust(text, iam.partition, (arn) => principalExists(iam, arn));
  if (text.replace(/\s/g, '').length <= 2048) return trust;
  throw limitExceeded('Cannot exceed quota for ACLSizePerRole: 2048');
};

/** Roles and whole accounts are principals; IAM users are not played. */
const principalExists = (iam: IamState, arn: string): boolean => {
  const accountId = accountOf(arn);
  if (arn === rootArn({ partition: iam.partition, accountId })) return iam.hasAccount(accountId);
  if (arn.includes(':assumed-role/')) return iam.now(accountId).roles.has(arn.split('/')[1] ?? '');
  return findRole(iam.now, arn) !== undefined;
};

const listRoles = (iam: IamState): Operation<NoUndefined<ListRolesRequest>, ListRolesResponse> => ({
  mutating: false,
  checks: () => [{ action: 'iam:ListRoles', resource: '*' }],
  run: (input, call) => {
    const roles = [...iam.now(call.caller.accountId).roles.values()]
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
      .sort((one, other) => one.name.localeCompare(other.name));
    const [found, rest] = page(roles, input);
    return { Roles: found.map(listed), ...rest };
  },
});

const deleteRole = (iam: IamState): Operation<NoUndefined<DeleteRoleRequest>, object> => ({
  mutating: true,
  checks: (input, call) => [roleCheck(iam, call, input.RoleName)],
  run: (input, call) => {
    const role = existingRole(iam, call, input.RoleName);
    if (role.managedPolicies.length > 0) {
      throw deleteConflict('Cannot delete entity, must detach all policies first.');
    }
    if (role.inlinePolicies.size > 0) {
      throw deleteConflict('Cannot delete entity, must delete policies first.');
    }
    const { roles } = iam.now(call.caller.accountId);
    const others = [...roles].filter(([name]) => name !== role.name);
    iam.change(call.caller.accountId, { roles: new Map(others) });
    return {};
  },
});

const updated = (role: Role, input: NoUndefined<UpdateRoleRequest>): Role => ({
  ...role,
  ...(input.Description === undefined ? {} : { description: input.Description }),
  maxSessionSeconds: sessionSeconds(input.MaxSessionDuration ?? role.maxSessionSeconds),
});

/** What ListRoles shows of a role: neither its tags nor its permissions boundary. */
const listed = (role: Role): RoleAnswer => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeURIComponent(role.trust.text),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
});

const shown = (role: Role): RoleAnswer => ({
  ...listed(role),
  ...(role.boundary === undefined ? {} : { PermissionsBoundary: boundaryShown(role.boundary) }),
  Tags: tagList(role.tags),
});

const boundaryShown = (arn: string): AttachedPermissionsBoundary => ({
  PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
  PermissionsBoundaryArn: arn,
});
