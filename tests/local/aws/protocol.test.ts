import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as sfn from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { AwsError } from '../../../local/aws/awsError.ts';
import { awsJson } from '../../../local/aws/awsJson.ts';
import { awsQuery } from '../../../local/aws/awsQuery.ts';
import { ec2Query } from '../../../local/aws/ec2Query.ts';
import type { LocalAws } from '../../../local/aws/localAws.ts';
import type { Protocol } from '../../../local/aws/protocol.ts';
import { adminOf, aLocalAws, hub } from './aLocalAws.ts';

const services: Record<string, [Protocol, object]> = {
  ec2: [ec2Query('http://ec2.amazonaws.com/doc/2016-11-15/'), ec2],
  iam: [awsQuery('https://iam.amazonaws.com/doc/2010-05-08/'), iam],
  states: [awsJson('1.0'), sfn],
};

/** An AWS whose service has one operation, which keeps its input and answers as told. */
const anAwsThat = (signingName: string, action: string, answer: () => unknown = () => ({})) => {
  const aws = aLocalAws();
  const inputs: unknown[] = [];
  const [protocol, sdk] = services[signingName]!;
  const run = (input: never) => {
    inputs.push(input);
    return answer();
  };
  const operations = { [action]: { mutating: false, checks: () => [], run } };
  aws.register({ signingName, protocol, sdk, operations });
  return { aws, inputs };
};

const sfnOf = (aws: LocalAws) =>
  new sfn.SFNClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: hub, secretAccessKey: 'any' },
    requestHandler: aws.requestHandler,
    maxAttempts: 1,
  });

const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=${hub}/20261124/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const post = (aws: LocalAws, service: string, body: string, headers = {}) =>
  aws.handle({
    method: 'POST',
    path: '/',
    headers: { authorization: authorization(service), ...headers },
    body,
  });

describe('the form and XML of EC2', () => {
  it.each([
    [
      'structures and lists within each other',
      'AuthorizeSecurityGroupIngress',
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: 'sg-1',
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort: 10050,
            ToPort: 10050,
            IpRanges: [{ CidrIp: '10.0.0.0/16', Description: 'a & b' }, { CidrIp: '10.1.0.0/16' }],
            UserIdGroupPairs: [{ UserId: hub, GroupId: 'sg-2' }],
          },
          { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
        ],
        TagSpecifications: [
          { ResourceType: 'security-group-rule', Tags: [{ Key: 'sightline:x', Value: ' ü=&? ' }] },
        ],
      }),
    ],
    [
      'numbers, booleans and filters',
      'DescribeVpcs',
      new ec2.DescribeVpcsCommand({
        Filters: [{ Name: 'vpc-id', Values: ['vpc-1', 'vpc-2'] }],
        MaxResults: 5,
        DryRun: false,
      }),
    ],
    [
      'times',
      'DescribeSpotPriceHistory',
      new ec2.DescribeSpotPriceHistoryCommand({ StartTime: new Date('2026-11-24T10:00:00Z') }),
    ],
    [
      'lists of more than nine in their order',
      'DescribeSubnets',
      new ec2.DescribeSubnetsCommand({ SubnetIds: Array.from({ length: 12 }, (_, i) => `s-${i}`) }),
    ],
  ] as const)(
    'brings %s to the operation as the SDK was given them',
    async (_what, action, command) => {
      const { aws, inputs } = anAwsThat('ec2', action);
      const { ec2: client } = adminOf(aws, hub);
      await client.send<never, never>(command as never);
      expect(inputs).toEqual([command.input]);
    },
  );

  it('brings an answer back to the SDK as the operation gave it', async () => {
    const answer = {
      NextToken: 'more',
      Reservations: [
        {
          OwnerId: hub,
          Instances: [
            {
              InstanceId: 'i-1',
              LaunchTime: new Date('2026-11-24T10:00:00Z'),
              EbsOptimized: false,
              AmiLaunchIndex: 0,
              SecurityGroups: [{ GroupId: 'sg-1', GroupName: '<web> & "app"' }],
              Tags: [],
            },
          ],
        },
      ],
    };
    const { aws } = anAwsThat('ec2', 'DescribeInstances', () => answer);
    const { ec2: client } = adminOf(aws, hub);
    await expect(client.send(new ec2.DescribeInstancesCommand({}))).resolves.toMatchObject(answer);
  });

  it('keeps every text of a tag, there and back', async () => {
    let tags: ec2.Tag[] = [];
    const { aws, inputs } = anAwsThat('ec2', 'DescribeTags', () => ({ Tags: tags }));
    const { ec2: client } = adminOf(aws, hub);
    const text = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ Key: text, Value: text })), async (given) => {
        tags = given;
        const Filters = [{ Name: 'key', Values: given.map(({ Key }) => Key) }];
        const found = await client.send(new ec2.DescribeTagsCommand({ Filters }));
        expect(found.Tags).toEqual(given);
        expect(inputs.at(-1)).toEqual(
          given.length > 0 ? { Filters } : { Filters: [{ Name: 'key' }] },
        );
      }),
      { numRuns: 50 },
    );
  });

  it('answers in an envelope that carries the API version and a request id', async () => {
    const { aws } = anAwsThat('ec2', 'DescribeVpcs', () => ({ Vpcs: [{ VpcId: 'vpc-1' }] }));
    const { body } = await post(aws, 'ec2', 'Action=DescribeVpcs&Version=2016-11-15');
    expect(body).toMatch(
      /^<\?xml .*\n<DescribeVpcsResponse xmlns="http:\/\/ec2.amazonaws.com\/doc\/2016-11-15\/"><requestId>[\w-]{36}<\/requestId><vpcSet><item><vpcId>vpc-1<\/vpcId><\/item><\/vpcSet><\/DescribeVpcsResponse>$/,
    );
  });

  it.each([
    ['a parameter of no such name', 'VpcIdd.1=vpc-1', 'UnknownParameter', 'VpcIdd'],
    ['one further down', 'Filter.1.Nmae=x', 'UnknownParameter', 'Filter.1.Nmae'],
    ['a list without positions', 'Filter.Name=x', 'UnknownParameter', 'Filter.Name'],
    ['something below a plain value', 'MaxResults.1=5', 'UnknownParameter', 'MaxResults.1'],
    ['a number that is none', 'MaxResults=five', 'InvalidParameterValue', 'MaxResults'],
    ['a boolean that is none', 'DryRun=maybe', 'InvalidParameterValue', 'DryRun'],
  ])('refuses %s and names it', async (_what, parameters, code, name) => {
    const { aws, inputs } = anAwsThat('ec2', 'DescribeVpcs');
    const { statusCode, body } = await post(aws, 'ec2', `Action=DescribeVpcs&${parameters}`);
    expect(statusCode).toBe(400);
    expect(body).toContain(`<Response><Errors><Error><Code>${code}</Code>`);
    expect(body).toMatch(new RegExp(`<Message>[^<]*\\b${name}\\b[^<]*</Message>`));
    expect(inputs).toEqual([]);
  });

  it('refuses a request that lacks a required parameter, also further down', async () => {
    const { aws } = anAwsThat('ec2', 'CreateRoute');
    const { ec2: client } = adminOf(aws, hub);
    const command = new ec2.CreateRouteCommand({ RouteTableId: undefined });
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'MissingParameter',
      message: 'The request must contain the parameter RouteTableId',
    });
  });
});

describe('the form and XML of IAM and STS', () => {
  it('brings lists of structures to the operation as the SDK was given them', async () => {
    const { aws, inputs } = anAwsThat('iam', 'TagRole');
    const input = {
      RoleName: 'cross-role',
      Tags: Array.from({ length: 11 }, (_, i) => ({ Key: `key ${i}`, Value: '&=<ü>' })),
    };
    await adminOf(aws, hub).iam.send(new iam.TagRoleCommand(input));
    expect(inputs).toEqual([input]);
  });

  it('takes an empty list for one', async () => {
    const { aws, inputs } = anAwsThat('iam', 'UntagRole');
    const input = { RoleName: 'cross-role', TagKeys: [] };
    await adminOf(aws, hub).iam.send(new iam.UntagRoleCommand(input));
    expect(inputs).toEqual([input]);
  });

  it('answers without a result where the operation has none', async () => {
    const { aws } = anAwsThat('iam', 'DeleteRole');
    const { body } = await post(aws, 'iam', 'Action=DeleteRole&RoleName=x&Version=2010-05-08');
    expect(body).toMatch(
      /<DeleteRoleResponse xmlns="https:\/\/iam.amazonaws.com\/doc\/2010-05-08\/"><ResponseMetadata><RequestId>[\w-]{36}<\/RequestId><\/ResponseMetadata><\/DeleteRoleResponse>$/,
    );
  });

  it.each([
    [
      'lacks a required parameter',
      'Action=TagRole&RoleName=x',
      /at &apos;tags&apos; .* must not be null/,
    ],
    ['lacks one further down', 'Action=TagRole&RoleName=x&Tags.member.1.Key=k', /tags.1.Value/],
    ['has one of no such name', 'Action=TagRole&RoleName=x&Tags.1.Key=k', /parameter Tags.1/],
  ])('refuses a request that %s', async (_what, form, message) => {
    const { aws } = anAwsThat('iam', 'TagRole');
    const { statusCode, body } = await post(aws, 'iam', form);
    expect(statusCode).toBe(400);
    expect(body).toContain('<Error><Type>Sender</Type><Code>ValidationError</Code>');
    expect(body).toMatch(message);
  });
});

describe('the JSON of Step Functions', () => {
  const executionArn = 'arn:aws:states:eu-central-1:111111111111:execution:onboarding:1';

  it('carries times as seconds', async () => {
    const startDate = new Date('2026-11-24T10:00:00.500Z');
    const { aws, inputs } = anAwsThat('states', 'DescribeExecution', () => ({
      executionArn,
      stateMachineArn: 'arn',
      status: 'RUNNING',
      startDate,
    }));
    const found = await sfnOf(aws).send(new sfn.DescribeExecutionCommand({ executionArn }));
    expect(found).toMatchObject({ status: 'RUNNING', startDate });
    expect(inputs).toEqual([{ executionArn }]);
    const target = { 'x-amz-target': 'AWSStepFunctions.DescribeExecution' };
    const { body } = await post(aws, 'states', JSON.stringify({ executionArn }), target);
    expect(JSON.parse(body)).toMatchObject({ startDate: 1795514400.5 });
  });

  it('tells the SDK the name of an error', async () => {
    const { aws } = anAwsThat('states', 'DescribeExecution', () => {
      throw new AwsError('ExecutionDoesNotExist', 'Execution Does Not Exist');
    });
    const command = new sfn.DescribeExecutionCommand({ executionArn });
    await expect(sfnOf(aws).send(command)).rejects.toBeInstanceOf(sfn.ExecutionDoesNotExist);
  });

  it.each([
    ['has a member of no such name', { executionArn, colour: 'red' }, 'colour'],
    ['lacks a required member', {}, 'executionArn'],
  ])('refuses a request that %s', async (_what, input, name) => {
    const { aws } = anAwsThat('states', 'DescribeExecution');
    const target = { 'x-amz-target': 'AWSStepFunctions.DescribeExecution' };
    const { statusCode, headers, body } = await post(aws, 'states', JSON.stringify(input), target);
    expect(statusCode).toBe(400);
    expect(headers).toMatchObject({ 'x-amzn-errortype': 'ValidationException' });
    expect(JSON.parse(body)).toMatchObject({ __type: 'ValidationException' });
    expect(JSON.parse(body).message).toContain(name);
  });
});
