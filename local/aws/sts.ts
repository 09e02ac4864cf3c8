import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts';
import { AwsError } from './awsError.ts';
import type { Credentials, Session } from './credentials.ts';
import { resourceTags } from './iam/onRole.ts';
import { findRole, type IamState } from './iam/state.ts';
import type { Check, Operation } from './service.ts';

type Operations = {
  AssumeRole: Operation<AssumeRoleRequest, AssumeRoleResponse>;
  GetCallerIdentity: Operation<GetCallerIdentityRequest, GetCallerIdentityResponse>;
};

/** STS: sessions of roles, in whichever account the role is, and who one is. */
export const stsOperations = (iam: IamState, credentials: Credentials): Operations => ({
  AssumeRole: {
    mutating: false,
    checks: (input) => {
      refuseInvalid(input);
      return [assumption(iam, input)];
    },
    run: (input) => {
      const role = findRole(iam.effective, input.RoleArn ?? '');
      if (!role) throw new Error(`${input.RoleArn} was allowed to be assumed and is not there`);
      const seconds = input.DurationSeconds ?? 3600;
      return answer(credentials.issue(role, input.RoleSessionName ?? '', seconds));
    },
  },
  GetCallerIdentity: {
    mutating: false,
    checks: () => [], // nobody can be denied this
    run: (_input, { caller }) => ({
      Account: caller.accountId,
      Arn: caller.arn,
      UserId: credentials.userIdOf(caller),
    }),
  },
});

const assumption = (iam: IamState, input: AssumeRoleRequest): Check => {
  const role = findRole(iam.effective, input.RoleArn ?? '');
  return {
    action: 'sts:AssumeRole',
    resource: input.RoleArn ?? '',
    policy: role?.trust.content ?? trustsNobody,
    context: {
      ...resourceTags(role),
      'sts:RoleSessionName': input.RoleSessionName ?? '',
      ...(input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId }),
    },
  };
};

/** For a role that is not there: the caller is not told the difference. */
const trustsNobody = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
};

const refuseInvalid = (input: AssumeRoleRequest): void => {
  refuseUnsupported(input);
  refuseDuration(input.DurationSeconds ?? 3600);
  if (!/^arn:[\w-]+:iam::\d{12}:role\/./.test(input.RoleArn ?? '')) {
    throw invalid(`${input.RoleArn} is invalid`);
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(input.RoleSessionName ?? '')) {
    throw failed(input.RoleSessionName, 'roleSessionName', 'satisfy [\\w+=,.@-]{2,64}');
  }
  if (input.ExternalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(input.ExternalId)) {
    throw failed(input.ExternalId, 'externalId', 'satisfy [\\w+=,.@:\\/-]{2,1224}');
  }
};

const supported = ['RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId'];

const refuseUnsupported = (input: AssumeRoleRequest): void => {
  const other = Object.keys(input).find((member) => !supported.includes(member));
  if (other) throw invalid(`the local AWS does not know ${other} of sts:AssumeRole`);
};

// Only sessions assume roles here, and a role that a session assumes (role chaining) lasts 1 hour at most,
// which no role's MaxSessionDuration is below.
const refuseDuration = (seconds: number): void => {
  if (seconds < 900 || seconds > 43_200) {
    throw failed(String(seconds), 'durationSeconds', 'be between 900 and 43200');
  }
  if (seconds <= 3600) return;
  throw invalid(
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
  );
};

const answer = (session: Session): AssumeRoleResponse => ({
  Credentials: {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiration,
  },
  AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.caller.arn },
});

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

const failed = (value: string | undefined, member: string, constraint: string): AwsError =>
  invalid(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );
