import type { World } from '../../local/world.ts';
import { monitored } from '../local/worlds.ts';
import { type Scenario, third, usual } from './scenario.ts';

const stackWith =
  (parameters: Record<string, string>) =>
  ({ accounts }: World) => {
    Object.assign(accounts[monitored]!.stacks[0]!.parameters, parameters);
  };

const missing = (action: string): Scenario => ({
  title: `the onboarding role is denied ${action}`,
  denied: [action],
  findings: ['blocks PermissionsMissing'],
});

const pending = {
  peerings: [
    { from: 'hub' as const, to: 'monitored' as const, state: 'pending-acceptance' as const },
  ],
};

/** What Sightline may do in the account, the monitoring role, and several findings at once. */
export const scenarios: Scenario[] = [
  missing('ec2:CreateRoute'),
  missing('ec2:AuthorizeSecurityGroupIngress'),
  {
    ...missing('ec2:CreateSecurityGroup'),
    world: { monitored: { groups: {} } },
  },
  {
    ...missing('ec2:AcceptVpcPeeringConnection'),
    title: 'the onboarding role may not accept the request that is pending',
    world: pending,
  },
  {
    title: 'an action that is denied and not needed is in nobody’s way',
    denied: ['ec2:ReplaceRoute', 'ec2:CreateSecurityGroup'],
    ...usual,
  },
  {
    title: 'API alone, where the account’s stack is deployed without network access',
    alter: stackWith({ NetworkAccess: 'no' }),
    request: { access: ['api'] },
    calls: ['monitored CreateRole', 'monitored AttachRolePolicy'],
    adds: [`role ${monitored}:role/cross-role ReadOnlyAccess`],
  },
  {
    title: 'the network, where the account’s stack is deployed without network access',
    alter: stackWith({ NetworkAccess: 'no' }),
    findings: ['blocks UnauthorizedOperation'],
  },
  {
    title: 'the account’s stack allows just another VPC',
    alter: stackWith({ VpcId: 'vpc-0123456789abcdef0' }),
    findings: ['blocks PermissionsMissing'],
  },
  {
    title: 'the onboarding role trusts another hub',
    world: { others: { [third]: { blocks: ['10.30.0.0/16'] } } },
    alter: stackWith({ HubAccountId: third }),
    findings: ['blocks OnboardingRoleNotAssumable'],
  },
  {
    title: 'the onboarding role is not there',
    alter: ({ accounts }) => {
      accounts[monitored]!.stacks = [];
    },
    findings: ['blocks OnboardingRoleNotAssumable'],
  },
  {
    title: 'the onboarding role wants another external id',
    alter: stackWith({ ExternalId: 'another' }),
    findings: ['blocks OnboardingRoleNotAssumable'],
  },
  {
    title: 'network and API: the monitoring role is made too',
    request: { access: ['network', 'api'] },
    calls: [...usual.calls, 'monitored CreateRole', 'monitored AttachRolePolicy'],
    adds: [...usual.adds, `role ${monitored}:role/cross-role ReadOnlyAccess`],
  },
  {
    title: 'API alone: nothing of the network is looked at',
    world: { monitored: { blocks: ['10.0.0.0/16'], subnets: {} } },
    request: { access: ['api'] },
    calls: ['monitored CreateRole', 'monitored AttachRolePolicy'],
    adds: [`role ${monitored}:role/cross-role ReadOnlyAccess`],
  },
  {
    title: 'the stack made the monitoring role, which is adopted as it is',
    alter: stackWith({ MonitoringRole: 'template' }),
    request: { access: ['network', 'api'] },
    ...usual,
  },
  {
    title: 'several findings: an overlap, a route conflict and missing DNS attributes',
    world: {
      monitored: {
        blocks: ['10.20.0.0/16', '10.0.64.0/20'],
        tables: { private: ['10.0.0.0/16 tgw'] },
      },
    },
    request: { dnsResolution: true },
    findings: ['blocks CidrOverlap', 'blocks DnsAttributesOff', 'blocks RouteConflict'],
  },
  {
    title: 'several findings: a network ACL that denies, and a denied permission',
    world: {
      monitored: { acls: { strict: [] }, subnets: { app: '10.20.1.0/24 private strict' } },
    },
    denied: ['ec2:CreateRoute'],
    findings: ['blocks PermissionsMissing', 'blocks WayBlocked'],
  },
  {
    title: 'several findings: a table and a group that are not there',
    request: {
      routeTables: { monitored: ['rtb-0123456789abcdef0'] },
      securityGroups: ['sg-0123456789abcdef0'],
    },
    findings: ['blocks RouteTableNotFound'],
  },
];
