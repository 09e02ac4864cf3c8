import type { VpcPeeringConnection } from '@aws-sdk/client-ec2';
import {
  type Change,
  type NetworkFacts,
  networkChanges,
  roleChanges,
} from '../../../shared/preflight/changes.ts';
import {
  accountId,
  aDescribedPeering,
  aHubTable,
  aNetworkPlan,
  aReversedPeering,
  aRolePlan,
  aRoute,
  aRule,
  aTable,
  cidr,
  groupId,
  hubAccountId,
  hubCidr,
  hubTableId,
  otherPeeringId,
  ourTags,
  peeringId,
  readOnlyAccess,
  region,
  tableId,
  viewOnlyAccess,
} from '../../builders.ts';

/** Nothing of the onboarding is there, but for these parts. */
const facts = (parts: Partial<NetworkFacts> = {}): NetworkFacts => ({
  peering: undefined,
  peerings: [],
  tables: { hub: [aHubTable()], monitored: [aTable()] },
  ownGroupId: undefined,
  rules: [],
  ...parts,
});

const sides: Record<string, string> = { [hubAccountId]: 'hub', [accountId]: 'account' };

/** `create ec2:CreateRoute in hub`, `leave in account`. */
const told = (changes: Change[]) =>
  changes.map(({ does, call, accountId: id }) =>
    [does, ...(call ? [call] : []), 'in', sides[id]].join(' '),
  );

const changesOf = (parts: Partial<NetworkFacts>, plan = aNetworkPlan()) =>
  networkChanges(plan, facts(parts));

/** What is done about the peering: all that is not about routes and groups. */
const onPeering = (peering: VpcPeeringConnection | undefined, plan = aNetworkPlan()) =>
  told(
    changesOf(
      { peering, tables: { hub: [], monitored: [] } },
      { ...plan, ports: [], securityGroupIds: [] },
    ),
  );

const ours = { Tags: ourTags('sightline') };

it('an account without anything gets it all, call for call', () => {
  expect(told(changesOf({}))).toEqual([
    'create ec2:CreateVpcPeeringConnection in hub',
    'create ec2:CreateTags in account',
    'create ec2:AcceptVpcPeeringConnection in account',
    'create ec2:CreateRoute in hub',
    'create ec2:CreateRoute in account',
    'create ec2:CreateSecurityGroup in account',
    'create ec2:AuthorizeSecurityGroupIngress in account',
  ]);
});

it('an account that has it all is left as it is', () => {
  const changes = changesOf({
    peering: aDescribedPeering('active', ours),
    tables: { hub: [aHubTable([aRoute(cidr)])], monitored: [aTable([aRoute(hubCidr)])] },
    ownGroupId: groupId,
    rules: [aRule()],
  });
  expect(changes.map(({ does, what }) => `${does}: ${what}`)).toEqual([
    `leave: ${peeringId} is active, requested by account ${hubAccountId}`,
    `leave: route ${cidr} in ${hubTableId} into the peering`,
    `leave: route ${hubCidr} in ${tableId} into the peering`,
    expect.stringMatching(new RegExp(`^leave: let in .* from ${hubCidr} in ${groupId}$`)),
  ]);
  for (const change of changes) expect(change).not.toHaveProperty('call');
});

describe('the peering', () => {
  const manual = aNetworkPlan({ acceptance: 'manual' });
  const accept = 'create ec2:AcceptVpcPeeringConnection';

  it.each([
    ['of Sightline, active', aDescribedPeering('active', ours), ['leave in hub']],
    ['of somebody else, active', aDescribedPeering('active'), ['adopt in hub']],
    [
      'of Sightline, not yet accepted',
      aDescribedPeering('pending-acceptance', ours),
      ['leave in hub', 'create ec2:CreateTags in account', `${accept} in account`],
    ],
    [
      'of somebody else, not yet accepted',
      aDescribedPeering('pending-acceptance'),
      ['adopt in hub', `${accept} in account`],
    ],
    [
      'that the account requested, not yet accepted',
      aReversedPeering('initiating-request'),
      ['adopt in hub', `${accept} in hub`],
    ],
  ])('%s', (_, peering, expected) => {
    expect(onPeering(peering)).toEqual(expected);
  });

  it.each([
    ['that is yet to be requested', undefined, ['create ec2:CreateVpcPeeringConnection in hub']],
    ['that is requested', aDescribedPeering('pending-acceptance', ours), ['leave in hub']],
  ])('%s is accepted by nobody but its owner where that is asked', (_, peering, expected) => {
    expect(onPeering(peering, manual)).toEqual(expected);
  });
});

describe('a route', () => {
  const callsFor = (...routes: Parameters<typeof aRoute>[]) =>
    changesOf({
      peering: aDescribedPeering('active', ours),
      peerings: [aDescribedPeering('deleted', { VpcPeeringConnectionId: otherPeeringId })],
      tables: { hub: [aHubTable(routes.map((parts) => aRoute(...parts)))], monitored: [] },
    }).flatMap(({ call }) => (/Route$/.test(call ?? '') ? [call] : []));

  it.each<[string, Parameters<typeof aRoute>[], string[]]>([
    ['that is not there is made', [], ['ec2:CreateRoute']],
    [
      'that a dead peering has left is replaced',
      [[cidr, { State: 'blackhole', VpcPeeringConnectionId: otherPeeringId }]],
      ['ec2:ReplaceRoute'],
    ],
    [
      'that leads elsewhere is not touched',
      [[cidr, { VpcPeeringConnectionId: undefined, NatGatewayId: 'nat-1' }]],
      [],
    ],
  ])('%s', (_, routes, calls) => {
    expect(callsFor(...routes)).toEqual(calls);
  });
});

describe('a security group', () => {
  const ofGroups = (changes: Change[]) =>
    changes.filter(({ call, what }) => /SecurityGroup/.test(call ?? '') || /^let in/.test(what));

  it('that the request names is opened where a rule is missing', () => {
    const plan = aNetworkPlan({ securityGroupIds: [groupId, 'sg-2'] });
    const changes = ofGroups(changesOf({ rules: [aRule()] }, plan));
    expect(changes).toMatchObject([
      { does: 'leave', what: expect.stringContaining(groupId) },
      {
        does: 'create',
        call: 'ec2:AuthorizeSecurityGroupIngress',
        what: expect.stringContaining('sg-2'),
      },
    ]);
  });

  it('of Sightline’s own that is there is not made again', () => {
    expect(told(ofGroups(changesOf({ ownGroupId: groupId })))).toEqual([
      'create ec2:AuthorizeSecurityGroupIngress in account',
    ]);
  });

  it('of the hub is opened where agents call in, and none of the account without ports', () => {
    const inHub = {
      securityGroupIds: ['sg-0a1'],
      ports: aNetworkPlan().ports,
      sources: [cidr],
    };
    const plan = aNetworkPlan({ ports: [], inHub });
    const changes = ofGroups(changesOf({}, plan));
    expect(told(changes)).toEqual(['create ec2:AuthorizeSecurityGroupIngress in hub']);
    expect(changes[0]?.what).toMatch(new RegExp(`from ${cidr} in sg-0a1$`));
  });
});

describe('DNS resolution', () => {
  const plan = aNetworkPlan({ dnsResolution: true });
  const on = { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: true } };
  const onDns = (peering: VpcPeeringConnection | undefined) =>
    told(
      changesOf({ peering }, plan).filter(({ what }) => what.includes('resolve over the peering')),
    );
  const modify = 'create ec2:ModifyVpcPeeringConnectionOptions in';
  const withOn = (peering: VpcPeeringConnection, side: 'RequesterVpcInfo' | 'AccepterVpcInfo') => ({
    ...peering,
    [side]: { ...peering[side], ...on },
  });

  it.each([
    ['over a new peering', undefined, [`${modify} hub`, `${modify} account`]],
    [
      'that the hub’s side has',
      withOn(aDescribedPeering(), 'RequesterVpcInfo'),
      ['leave in hub', `${modify} account`],
    ],
    [
      'that the account’s side has, which requested the peering',
      withOn(aReversedPeering(), 'RequesterVpcInfo'),
      [`${modify} hub`, 'leave in account'],
    ],
  ])('%s', (_, peering, expected) => {
    expect(onDns(peering)).toEqual(expected);
  });
});

describe('the monitoring role', () => {
  const role = aRolePlan({ policyArns: [readOnlyAccess, viewOnlyAccess] });

  it.each([
    [
      'that is not there is made, with its policies',
      undefined,
      ['create iam:CreateRole', 'create iam:AttachRolePolicy', 'create iam:AttachRolePolicy'],
    ],
    ['of Sightline is left', { ours: true, missing: [] }, ['leave']],
    [
      'of somebody else is adopted, with what it lacks',
      { ours: false, missing: [viewOnlyAccess] },
      ['adopt', 'create iam:AttachRolePolicy'],
    ],
  ])('%s', (_, existing, expected) => {
    const changes = roleChanges({ accountId, region }, role, existing);
    expect(told(changes)).toEqual(expected.map((change) => `${change} in account`));
    const attached = changes.flatMap(({ call, what }) =>
      call === 'iam:AttachRolePolicy' ? [what] : [],
    );
    expect(attached).toEqual((existing?.missing ?? role.policyArns).map((arn) => `attach ${arn}`));
  });
});
