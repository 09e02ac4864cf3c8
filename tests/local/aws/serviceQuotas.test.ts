import { CreateRouteCommand, DescribeRouteTablesCommand } from '@aws-sdk/client-ec2';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import type { LocalAws } from '../../../local/aws/localAws.ts';
import { adminOf, aLocalAws, allow, aWorker, hub, roleArnOf } from './aLocalAws.ts';

const clientWith = (
  aws: LocalAws,
  credentials: { accessKeyId: string; secretAccessKey: string } = {
    accessKeyId: hub,
    secretAccessKey: 'any',
  },
  region = 'eu-central-1',
) =>
  new ServiceQuotasClient({
    region,
    credentials,
    requestHandler: aws.requestHandler,
    maxAttempts: 1,
  });

const routes = { ServiceCode: 'vpc', QuotaCode: 'L-93826ACB' };

describe('GetServiceQuota', () => {
  it.each([
    ['L-7E9ECCDB', 'Active VPC peering connections per VPC', 50],
    ['L-DC9F7029', 'Outstanding VPC peering connection requests', 25],
    ['L-93826ACB', 'Routes per route table', 500],
    ['L-0EA8095F', 'Inbound or outbound rules per security group', 60],
    ['L-2AFB9258', 'Security groups per network interface', 5],
    ['L-2AEEBF1A', 'Rules per network ACL', 20],
    ['L-83CA0A9D', 'IPv4 CIDR blocks per VPC', 5],
  ])('tells of %s its name and its value', async (QuotaCode, QuotaName, Value) => {
    const { Quota } = await clientWith(aLocalAws()).send(
      new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode }),
    );
    expect(Quota).toMatchObject({
      ServiceCode: 'vpc',
      QuotaCode,
      QuotaName,
      Value,
      QuotaArn: `arn:aws:servicequotas:eu-central-1:${hub}:vpc/${QuotaCode}`,
    });
  });

  it('tells the value that a local AWS was made with, and that it is changed to', async () => {
    const aws = aLocalAws({}, { quotas: { routesPerRouteTable: 3 } });
    const value = async () =>
      (await clientWith(aws).send(new GetServiceQuotaCommand(routes))).Quota?.Value;
    await expect(value()).resolves.toBe(3);
    aws.quotas.routesPerRouteTable = 1000;
    await expect(value()).resolves.toBe(1000);
  });

  it.each([
    ['an unknown quota', { ServiceCode: 'vpc', QuotaCode: 'L-00000000' }],
    ['a service that is not played', { ServiceCode: 's3', QuotaCode: 'L-93826ACB' }],
  ])('answers NoSuchResourceException for %s', async (_what, input) => {
    await expect(
      clientWith(aLocalAws()).send(new GetServiceQuotaCommand(input)),
    ).rejects.toMatchObject({ name: 'NoSuchResourceException' });
  });

  const asWorker = (statement: Record<string, unknown>) => {
    const aws = aLocalAws({ hub: [aWorker(statement)] });
    return clientWith(aws, aws.credentialsFor(roleArnOf(hub, 'worker'), 'session'));
  };

  it.each([
    ['everything', '*'],
    ['the quota', `arn:aws:servicequotas:*:${hub}:vpc/L-93826ACB`],
    ['all quotas of VPCs', `arn:aws:servicequotas:*:*:vpc/*`],
  ])('is allowed to a role that may get %s', async (_what, Resource) => {
    const client = asWorker(allow('servicequotas:GetServiceQuota', { Resource }));
    await expect(client.send(new GetServiceQuotaCommand(routes))).resolves.toMatchObject({
      Quota: { Value: 500 },
    });
  });

  it.each([
    ['another quota', 'servicequotas:GetServiceQuota', `arn:aws:servicequotas:*:*:vpc/L-0EA8095F`],
    ['something else', 'servicequotas:ListServiceQuotas', '*'],
  ])('is denied to a role that may get %s', async (_what, action, Resource) => {
    const client = asWorker(allow(action, { Resource }));
    await expect(client.send(new GetServiceQuotaCommand(routes))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('servicequotas:GetServiceQuota'),
    });
  });

  it('knows the condition key of the service', async () => {
    const Condition = { StringEquals: { 'servicequotas:service': 'ec2' } };
    const client = asWorker(allow('servicequotas:GetServiceQuota', { Condition }));
    await expect(client.send(new GetServiceQuotaCommand(routes))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

it('tells the default beside the value that is in force', async () => {
  const client = clientWith(aLocalAws({}, { quotas: { routesPerRouteTable: 3 } }));
  const { Quota } = await client.send(new GetAWSDefaultServiceQuotaCommand(routes));
  expect(Quota?.Value).toBe(500);
  const { Quotas } = await client.send(new ListServiceQuotasCommand({ ServiceCode: 'vpc' }));
  expect(Quotas).toHaveLength(7);
  expect(Quotas?.find(({ QuotaCode }) => QuotaCode === 'L-93826ACB')?.Value).toBe(3);
});

it('tells what EC2 enforces', async () => {
  const aws = aLocalAws({}, { quotas: { routesPerRouteTable: 1 } });
  const { ec2 } = adminOf(aws, hub);
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand());
  const create = (DestinationCidrBlock: string) =>
    ec2.send(
      new CreateRouteCommand({
        RouteTableId: RouteTables[0]?.RouteTableId,
        DestinationCidrBlock,
        GatewayId: 'igw-0aaaaaaaaaaaaaaaa',
      }),
    );
  await create('192.168.1.0/24');
  await expect(create('192.168.2.0/24')).rejects.toMatchObject({ name: 'RouteLimitExceeded' });
  aws.quotas.routesPerRouteTable = 2;
  await create('192.168.2.0/24');
});
