import { randomBytes } from 'node:crypto';
import type { World } from '../world.ts';
import { accountOf, partitionIn, rootArn, sessionArn } from './arn.ts';
import { AwsError } from './awsError.ts';
import type { Role } from './iam/state.ts';
import type { ProtocolKind } from './protocol.ts';
import type { Caller } from './service.ts';
import type { WireRequest } from './wire.ts';

/** What a signed request says about its sender. The signature itself is not verified. */
export type Signature = {
  accessKeyId: string;
  region: string;
  service: string;
  sessionToken: string | undefined;
};

/** The credentials of a role session and who they make the caller. */
export type Session = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
  caller: Caller;
  /** `AROA…:session`, as GetCallerIdentity names it. */
  userId: string;
};

/** Whom access keys stand for. */
export type Credentials = {
  /** New credentials of a role, whoever may have asked for them. */
  issue: (role: Role, sessionName: string, seconds: number) => Session;
  /** The caller; throws when the key is not known or has expired, in the words of the called service. */
  callerOf: (signature: Signature, kind: ProtocolKind) => Caller;
  userIdOf: (caller: Caller) => string;
};

/**
 * Credentials of a local AWS. An access key that is the id of one of its accounts makes the caller that
 * account's administrator; every other key has to come from AssumeRole.
 */
export const createCredentials = (world: World): Credentials => {
  const sessions = new Map<string, Session>();
  const userIds = new Map<string, string>();
  /** Sessions that have been over for so long that nobody calls with them any more; the oldest come first. */
  const forget = () => {
    for (const [accessKeyId, { expiration, caller, userId }] of sessions) {
      if (expiration.getTime() + keptAfterExpirationMs > Date.now()) return;
      sessions.delete(accessKeyId);
      if (userIds.get(caller.arn) === userId) userIds.delete(caller.arn);
    }
  };
  return {
    issue: (role, sessionName, seconds) => {
      forget();
      const session = newSession(role, sessionName, seconds);
      sessions.set(session.accessKeyId, session);
      userIds.set(session.caller.arn, session.userId);
      return session;
    },
    callerOf: (signature, kind) => {
      if (world.accounts[signature.accessKeyId])
        return administrator(world.partition, signature.accessKeyId);
      const session = sessions.get(signature.accessKeyId);
      if (session?.sessionToken !== signature.sessionToken || !session) throw unknownKey(kind);
      if (session.expiration.getTime() <= Date.now()) throw expired(kind);
      return session.caller;
    },
    userIdOf: (caller) => userIds.get(caller.arn) ?? caller.accountId,
  };
};

/** So long after its end a session is told that it is over; after that, that there is no such key. */
const keptAfterExpirationMs = 24 * 3600 * 1000;

const administrator = (partition: string, accountId: string): Caller => {
  const arn = rootArn({ partition, accountId });
  return { accountId, arn, principalArn: arn };
};

/** Whether a caller is an account's administrator. */
export const isRoot = ({ arn, accountId }: Caller): boolean =>
  arn === rootArn({ partition: partitionIn(arn), accountId });

/** Whom a session of a role makes the caller. */
export const callerUnder = (roleArn: string, sessionName: string): Caller => {
  const arn = sessionArn(roleArn, sessionName);
  return { accountId: accountOf(roleArn), arn, principalArn: roleArn };
};

const newSession = (role: Role, sessionName: string, seconds: number): Session => ({
  accessKeyId: `ASIA${randomBytes(10).toString('hex').slice(0, 16).toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64'),
  sessionToken: randomBytes(96).toString('base64'),
  expiration: new Date(Date.now() + seconds * 1000),
  caller: callerUnder(role.arn, sessionName),
  userId: `${role.id}:${sessionName}`,
});

/** Reads the Authorization header. Throws `MissingAuthenticationToken` when there is none. */
export const readSignature = ({ headers }: WireRequest): Signature => {
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;
  const [, accessKeyId, region, service] = scope.exec(headers['authorization'] ?? '') ?? [];
  if (!accessKeyId || !region || !service) {
    throw new AwsError(
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
      403,
    );
  }
  return { accessKeyId, region, service, sessionToken: headers['x-amz-security-token'] };
};

const unknownKey = (kind: ProtocolKind): AwsError => {
  const [code, statusCode] = (
    {
      ec2: ['AuthFailure', 401],
      query: ['InvalidClientTokenId', 403],
      json: ['UnrecognizedClientException', 400],
      restXml: ['InvalidAccessKeyId', 403],
    } as const
  )[kind];
  return new AwsError(code, 'The security token included in the request is invalid.', statusCode);
};

const expired = (kind: ProtocolKind): AwsError => {
  const [code, statusCode] = (
    {
      ec2: ['RequestExpired', 400],
      query: ['ExpiredToken', 403],
      json: ['ExpiredTokenException', 400],
      restXml: ['ExpiredToken', 400],
    } as const
  )[kind];
  return new AwsError(code, 'The security token included in the request is expired', statusCode);
};
