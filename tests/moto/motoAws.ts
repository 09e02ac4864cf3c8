import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { accountOf } from '../../local/aws/arn.ts';
import { type Aws, assumed, clientsOf, type Keys, region } from '../conformance/aws.ts';
import type { Moto } from './server.ts';

/** Sends every request in the name of an account, which moto believes while it enforces no policies. */
class InAccount extends NodeHttpHandler {
  readonly #accountId: string;

  constructor(accountId: string) {
    super();
    this.#accountId = accountId;
  }

  override handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    request.headers['x-moto-account-id'] = this.#accountId;
    return super.handle(request, options);
  }
}

/** An IAM client in any account of moto. */
const iamIn = (url: string, accountId: string): IAMClient =>
  new IAMClient({
    endpoint: url,
    region,
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nobody' },
    requestHandler: new InAccount(accountId),
  });

const administratorOf = async (url: string, accountId: string): Promise<Keys> => {
  const iam = iamIn(url, accountId);
  const UserName = 'administrator';
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
};

/** Gives accounts of moto an administrator each, and from then on has it enforce policies. */
export const motoTarget = async (moto: Moto, accountIds: readonly string[]): Promise<Aws> => {
  const keys = new Map<string, Keys>();
  for (const id of accountIds) keys.set(id, await administratorOf(moto.url, id));
  await moto.enforcePolicies(true);
  const administrator = (accountId: string): Keys => {
    const found = keys.get(accountId);
    if (found === undefined) throw new Error(`account ${accountId} has no administrator in moto`);
    return found;
  };
  return {
    endpoint: moto.url,
    administrator,
    // Whom the role trusts does not matter to the service that runs under it.
    sessionOf: async (roleArn) => {
      const owner = clientsOf({ endpoint: moto.url }, administrator(accountOf(roleArn)));
      await moto.enforcePolicies(false);
      try {
        return await assumed(owner, roleArn);
      } finally {
        await moto.enforcePolicies(true);
      }
    },
  };
};
