import { AwsError } from './awsError.ts';
import { isRoot } from './credentials.ts';
import type { Judge } from './judge.ts';
import type { ProtocolKind } from './protocol.ts';
import type { Call, Check } from './service.ts';

/**
 * Throws what the called service answers when IAM does not allow a call: `UnauthorizedOperation` (EC2),
 * `AccessDenied` (IAM, STS, S3), `AccessDeniedException` (JSON).
 */
export const authorize = async (
  judge: Judge,
  kind: ProtocolKind,
  call: Call,
  check: Check,
): Promise<void> => {
  if (isRoot(call.caller)) {
    if (check.action === 'sts:AssumeRole') throw rootMayNotAssume();
    return;
  }
  const verdict = await judge(call, check);
  if (!verdict.allowed) throw denial(kind, verdict.message);
};

const rootMayNotAssume = (): AwsError =>
  new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', 403);

const denial = (kind: ProtocolKind, message: string): AwsError => {
  if (kind === 'query' || kind === 'restXml') return new AwsError('AccessDenied', message, 403);
  if (kind === 'json') return new AwsError('AccessDeniedException', message, 400);
  const text = `You are not authorized to perform this operation. ${message}`;
  return new AwsError('UnauthorizedOperation', text, 403);
};
