import * as ec2 from '@aws-sdk/client-ec2';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import * as sfn from '@aws-sdk/client-sfn';
import { awsJson } from '../../../local/aws/awsJson.ts';
import { ec2Query } from '../../../local/aws/ec2Query.ts';
import { adminOf, aLocalAws, hub } from './aLocalAws.ts';

const request = (headers: Record<string, string>, body = 'Action=DescribeVpcs') => ({
  method: 'POST',
  path: '/',
  headers,
  body,
});

const signedFor = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=${hub}/20261124/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

describe('a local AWS', () => {
  it.each([
    ['no Authorization header', {}],
    ['another scheme', { authorization: 'Basic MTIz' }],
  ])('refuses a request with %s', async (_what, headers) => {
    const { statusCode, body } = await aLocalAws().handle(request(headers));
    expect(statusCode).toBe(403);
    expect(body).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('says which service it does not know', async () => {
    const { statusCode, body } = await aLocalAws().handle(
      request({ authorization: signedFor('s3') }),
    );
    expect(statusCode).toBe(400);
    expect(body).toContain('<Message>the local AWS does not know s3</Message>');
  });

  it('says so in JSON to a client that speaks JSON', async () => {
    const headers = {
      authorization: signedFor('events'),
      'content-type': 'application/x-amz-json-1.1',
    };
    const { headers: answered, body } = await aLocalAws().handle(request(headers, '{}'));
    expect(answered).toMatchObject({ 'x-amzn-errortype': 'UnknownOperationException' });
    expect(JSON.parse(body).message).toBe('the local AWS does not know events');
  });

  it('says which operation it does not know', async () => {
    const { iam, ec2: client } = adminOf(aLocalAws(), hub);
    await expect(iam.send(new ListUsersCommand())).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'the local AWS does not know iam:ListUsers',
    });
    await expect(client.send(new ec2.DescribeTransitGatewaysCommand())).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'the local AWS does not know ec2:DescribeTransitGateways',
    });
  });

  it('plays a service that is registered with it', async () => {
    const aws = aLocalAws();
    aws.register({
      signingName: 'states',
      protocol: awsJson('1.0'),
      sdk: sfn,
      operations: {
        ListStateMachines: {
          mutating: false,
          checks: () => [],
          run: (_input, call) => ({
            stateMachines: [
              {
                name: call.region,
                stateMachineArn: call.caller.arn,
                type: 'STANDARD',
                creationDate: new Date(0),
              },
            ],
          }),
        },
      },
    });
    const credentials = { accessKeyId: hub, secretAccessKey: 'any' };
    const { requestHandler } = aws;
    const client = new sfn.SFNClient({ region: 'eu-north-1', credentials, requestHandler });
    await expect(client.send(new sfn.ListStateMachinesCommand())).resolves.toMatchObject({
      stateMachines: [{ name: 'eu-north-1', stateMachineArn: `arn:aws:iam::${hub}:root` }],
    });
  });

  it('answers a mistake of its own as InternalFailure and shows where it is', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => {});
    const aws = aLocalAws();
    const run = () => {
      throw new TypeError('cannot read vpcs');
    };
    aws.register({
      signingName: 'ec2',
      protocol: ec2Query(''),
      sdk: ec2,
      operations: { DescribeVpcs: { mutating: false, checks: () => [], run } },
    });
    const { ec2: client } = adminOf(aws, hub);
    await expect(client.send(new ec2.DescribeVpcsCommand())).rejects.toMatchObject({
      name: 'InternalFailure',
      message: 'TypeError: cannot read vpcs',
    });
    expect(logged).toHaveBeenCalledWith(expect.any(TypeError));
    logged.mockRestore();
  });
});
