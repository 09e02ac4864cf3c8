import type { Outcome, Plan } from '../../shared/execution.ts';
import { buildReport, type Prepared, type Reach, Report, type Way } from '../../shared/report.ts';
import {
  aConfigured,
  accountId,
  aHubSide,
  aNetworkPlan,
  aPeering,
  aPlan,
  aRolePlan,
  aRoleResult,
  cidr,
  groupId,
  hubAccountId,
  hubCidr,
  hubTableId,
  hubVpcId,
  monitoringRoleArn,
  peeringId,
  readOnlyAccess,
  tableId,
  vpcId,
  zabbixAgent,
} from '../builders.ts';

const prepared: Prepared = {
  peering: aPeering(),
  configured: aConfigured(),
  role: aRoleResult(),
};
const checks = [{ check: 'the peering', ok: true, detail: 'active' }];
const attach = `Attach security group ${groupId} (sightline-monitoring) to the instances`;

/** What was done in an onboarding in which every thing had this outcome. */
const withOutcome = (outcome: Outcome): Prepared => {
  const { routesInHub, routesInMonitoredAccount, securityGroups } = aConfigured();
  const all = <Thing extends object>(things: Thing[]) => things.map((one) => ({ ...one, outcome }));
  return {
    peering: aPeering({ outcome }),
    role: aRoleResult({ outcome }),
    configured: aConfigured({
      routesInHub: { ...routesInHub, routes: all(routesInHub.routes) },
      routesInMonitoredAccount: {
        ...routesInMonitoredAccount,
        routes: all(routesInMonitoredAccount.routes),
      },
      securityGroups: {
        ...securityGroups,
        groups: all(securityGroups.groups),
        rules: all(securityGroups.rules),
      },
    }),
    dns: { outcome, did: 'it' },
  };
};

it('puts together what was done on both sides and what was read back', () => {
  const report = buildReport(aPlan(), prepared, checks);
  expect(report).toEqual({
    accountId,
    ready: true,
    changes: 6,
    network: {
      peering: {
        id: peeringId,
        status: 'active',
        outcome: 'created',
        ours: true,
        requester: 'hub',
      },
      hub: {
        accountId: hubAccountId,
        region: 'eu-central-1',
        vpcId: hubVpcId,
        cidrs: [hubCidr],
        routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'created' }],
      },
      monitored: {
        accountId,
        region: 'eu-central-1',
        vpcId,
        cidrs: [cidr],
        routes: [{ routeTableId: tableId, destination: hubCidr, outcome: 'created' }],
      },
      securityGroups: [
        {
          groupId,
          name: 'sightline-monitoring',
          outcome: 'created',
          rules: [{ port: zabbixAgent, cidr: hubCidr, outcome: 'created' }],
        },
      ],
      dnsResolution: { asked: false, outcome: 'already' },
      ways: [],
    },
    role: {
      arn: monitoringRoleArn,
      outcome: 'created',
      policyArns: [readOnlyAccess],
      externalId: false,
    },
    readiness: checks,
    notes: [expect.stringContaining(attach)],
    did: 'confirmed 1 of 1 checks',
  });
  expect(Report.parse(report)).toEqual(report);
});

it('tells which side requested the peering: the one that has not to accept it', () => {
  const peering = aPeering({ accepter: 'hub' });
  const { network } = buildReport(aPlan(), { ...prepared, peering }, checks);
  expect(network?.peering).toMatchObject({ requester: 'monitored' });
});

it('lists each rule with its own group', () => {
  const { securityGroups } = aConfigured();
  const other = { groupId: 'sg-2', name: 'sg-2', outcome: 'already' } as const;
  const rule = {
    groupId: 'sg-2',
    cidr: '10.9.0.0/16',
    port: zabbixAgent,
    outcome: 'already',
  } as const;
  const configured = aConfigured({
    securityGroups: {
      ...securityGroups,
      groups: [...securityGroups.groups, other],
      rules: [rule, ...securityGroups.rules],
    },
  });
  const { network } = buildReport(aPlan(), { ...prepared, configured }, checks);
  expect(
    network?.securityGroups.map(({ groupId, rules }) => [groupId, rules.map(({ cidr }) => cidr)]),
  ).toEqual([
    [groupId, [hubCidr]],
    ['sg-2', ['10.9.0.0/16']],
  ]);
});

it.each([
  ['created', 7],
  ['replaced', 7],
  ['updated', 7],
  ['already', 0],
] as const)('counts what was %s: %#', (outcome, changes) => {
  expect(buildReport(aPlan(), withOutcome(outcome), checks)).toMatchObject({ changes });
});

it('says that the role requires an external id, and not which', () => {
  const plan = aPlan({ role: aRolePlan({ externalId: 'a-well-kept-secret' }) });
  const report = buildReport(plan, prepared, checks);
  expect(report.role?.externalId).toBe(true);
  expect(JSON.stringify(report)).not.toContain('a-well-kept-secret');
});

it('does not hand on the route tables of the plan beside the routes', () => {
  const hub = aHubSide({ routeTableIds: ['rtb-of-the-plan'] });
  const report = buildReport(aPlan({ network: aNetworkPlan({ hub }) }), prepared, checks);
  expect(JSON.stringify(report)).not.toContain('rtb-of-the-plan');
});

it('tells that DNS resolution was asked for', () => {
  const plan = aPlan({ network: aNetworkPlan({ dnsResolution: true }) });
  const done: Prepared = { ...prepared, dns: { outcome: 'updated', did: 'it' } };
  expect(buildReport(plan, done, checks).network?.dnsResolution).toEqual({
    asked: true,
    outcome: 'updated',
  });
});

describe('what nothing asks for any more, and what takes traffic away,', () => {
  const { securityGroups } = aConfigured();
  const rule = {
    accountId,
    groupId,
    ruleId: 'sgr-9',
    port: 'tcp/9100',
    source: hubCidr,
  };
  const inHub = {
    groups: [{ groupId: 'sg-9', name: 'sg-9', outcome: 'already' }],
    rules: [{ groupId: 'sg-9', cidr: '10.20.0.0/16', port: zabbixAgent, outcome: 'created' }],
  } as const;
  const configured = aConfigured({
    securityGroups: {
      ...securityGroups,
      superfluous: [rule],
      inHub: { groups: [...inHub.groups], rules: [...inHub.rules] },
    },
  });
  const reach: Reach = {
    ways: [],
    superfluous: { hub: [{ routeTableId: 'rtb-9', destination: '10.9.0.0/16' }], monitored: [] },
    notes: ['rtb-9 sends a part elsewhere.'],
  };
  const done = { ...prepared, configured };
  const { network, notes, changes } = buildReport(aPlan(), done, checks, reach);

  it('is listed on its side and told in the notes', () => {
    expect(network?.hub.superfluous).toEqual([
      { routeTableId: 'rtb-9', destination: '10.9.0.0/16' },
    ]);
    expect(network?.monitored).not.toHaveProperty('superfluous');
    expect(network?.superfluousRules).toEqual([rule]);
    expect(notes).toEqual([
      expect.stringContaining(attach),
      expect.stringContaining('rtb-9 still routes 10.9.0.0/16 into the peering'),
      expect.stringContaining(`sgr-9 in ${groupId} of account ${accountId} still lets tcp/9100 in`),
      'rtb-9 sends a part elsewhere.',
    ]);
  });

  it('stands beside what was opened in the hub, which counts as a change', () => {
    expect(network?.hubSecurityGroups).toMatchObject([
      { groupId: 'sg-9', rules: [{ cidr: '10.20.0.0/16', outcome: 'created' }] },
    ]);
    expect(changes).toBe(buildReport(aPlan(), prepared, checks).changes + 1);
  });
});

describe('the notes', () => {
  const notesOf = (plan: Plan, done: Prepared) => buildReport(plan, done, checks).notes;

  it('ask to attach the group that was made', () => {
    expect(notesOf(aPlan(), prepared)).toEqual([expect.stringContaining(attach)]);
  });

  it('begin with those of the plan', () => {
    expect(notesOf(aPlan({ notes: ['There is no VPC.'] }), prepared)).toEqual([
      'There is no VPC.',
      expect.stringContaining(attach),
    ]);
  });

  it('are none where groups were there that instances use', () => {
    const { toAttach: _, ...securityGroups } = aConfigured().securityGroups;
    const configured = aConfigured({ securityGroups });
    expect(notesOf(aPlan(), { ...prepared, configured })).toEqual([]);
  });

  it('say that no VPC can be reached with access by API only', () => {
    const plan: Plan = { accountId, role: aRolePlan(), did: 'planned' };
    const report = buildReport(plan, { role: aRoleResult() }, checks);
    expect(report).not.toHaveProperty('network');
    expect(report.changes).toBe(1);
    expect(report.notes).toEqual(['Access by API only: no VPC of this account can be reached.']);
  });

  it('say that no role was looked after with access by network only', () => {
    const plan: Plan = { accountId, network: aNetworkPlan(), did: 'planned' };
    const { role: _, ...network } = prepared;
    const report = buildReport(plan, network, checks);
    expect(report).not.toHaveProperty('role');
    expect(report.notes).toContain('Access by network only: no monitoring role was looked after.');
  });
});

it('has every way, counts them, and adds what a person has to know of them', () => {
  const way: Way = {
    side: 'monitored',
    subnets: ['subnet-1', 'subnet-2'].map((subnetId) => ({
      subnetId,
      cidr,
      routeTableId: tableId,
      networkAclId: 'acl-1',
    })),
    ports: [zabbixAgent],
    sources: [{ cidr: hubCidr }],
    open: true,
    hops: [{ name: 'peering', ok: true, detail: 'active' }],
  };
  const report = buildReport(aPlan(), prepared, checks, {
    ways: [way],
    superfluous: { hub: [], monitored: [] },
    notes: ['no subnet yet'],
  });
  expect(report.network?.ways).toEqual([way]);
  expect(report.notes).toEqual([expect.stringContaining(attach), 'no subnet yet']);
  expect(report.did).toBe('confirmed 1 of 1 checks; 2 ways are open');
  expect(Report.parse(report)).toEqual(report);
});
