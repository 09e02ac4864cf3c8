import { request } from 'node:http';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type LocalServer, serve } from '../../../local/aws/server.ts';
import { aLocalAws, aWorker, hub, roleArnOf } from './aLocalAws.ts';

const aws = aLocalAws({ hub: [aWorker()] });
let server: LocalServer;
beforeAll(async () => {
  server = await serve(aws, { port: 0 });
});
afterAll(() => server.close());

const config = () => ({
  region: 'eu-central-1',
  endpoint: server.url,
  credentials: { accessKeyId: hub, secretAccessKey: 'any' },
});

const get = async (path: string) => {
  const response = await fetch(server.url + path);
  return { status: response.status, body: JSON.parse(await response.text()) };
};

describe('the server', () => {
  it('serves AWS clients over HTTP', async () => {
    const found = await new EC2Client(config()).send(new DescribeVpcsCommand());
    expect(found.Vpcs).toMatchObject([{ CidrBlock: '10.0.0.0/16' }]);
    const { Roles } = await new IAMClient(config()).send(new ListRolesCommand());
    expect(Roles).toMatchObject([{ RoleName: 'worker' }]);
  });

  it('tells the calls since a position', async () => {
    const before = (await get('/_local/calls')).body.length;
    await new EC2Client(config()).send(new DescribeVpcsCommand());
    await expect(get(`/_local/calls?since=${before}`)).resolves.toMatchObject({
      status: 200,
      body: [{ service: 'ec2', action: 'DescribeVpcs', accountId: hub, mutating: false }],
    });
  });

  it('hands out the credentials of a role as to a container', async () => {
    const role = roleArnOf(hub, 'worker');
    const { body } = await get(`/_local/credentials?role=${role}&session=onboarding-1`);
    const credentials = {
      accessKeyId: body.AccessKeyId,
      secretAccessKey: body.SecretAccessKey,
      sessionToken: body.Token,
    };
    const sts = new STSClient({ ...config(), credentials });
    await expect(sts.send(new GetCallerIdentityCommand())).resolves.toMatchObject({
      Arn: `arn:aws:sts::${hub}:assumed-role/worker/onboarding-1`,
    });
    await expect(get(`/_local/credentials?role=${role}-2`)).resolves.toMatchObject({ status: 404 });
  });

  it('says that it is there', async () => {
    await expect(get('/_local/health')).resolves.toEqual({ status: 200, body: { status: 'ok' } });
    await expect(get('/_local/other')).resolves.toMatchObject({ status: 404 });
  });

  it('does not take a body of more than a megabyte', async () => {
    const response = await fetch(server.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });

  it('does not take one that does not say how large it is either', async () => {
    const answered = new Promise((resolve) => {
      const sent = request(server.url, { method: 'POST' }, ({ statusCode }) => resolve(statusCode));
      sent.on('error', () => resolve('hung up'));
      for (let i = 0; i < 3; i++) sent.write('x'.repeat(1024 * 1024));
      sent.end();
    });
    expect([413, 'hung up']).toContain(await answered);
  });

  it('listens on the loopback interface only', async () => {
    await expect(serve(aws, { port: 0, host: '0.0.0.0' })).rejects.toThrow(
      '0.0.0.0 is not a loopback address',
    );
  });
});
