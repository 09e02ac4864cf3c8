import { idFor } from '../local/worlds.ts';
import { type Scenario, usual } from './scenario.ts';

const region = 'us-east-1';
const elsewhere = { world: { region }, request: { region } };
const calls = usual.calls.map((call) =>
  call.startsWith('monitored') ? `${call} in ${region}` : call,
);

/** VPCs in another Region than the hub’s. */
export const scenarios: Scenario[] = [
  { title: 'the monitored VPC is in another Region', ...elsewhere, calls, adds: usual.adds },
  {
    title: 'the request says no Region, and the VPC is in another than the hub’s',
    world: { region },
    findings: ['blocks NoVpcQualifies'],
  },
  {
    title: 'the request says a Region in which the account has nothing',
    request: { region: 'eu-west-1' },
    findings: ['blocks NoVpcQualifies'],
  },
  {
    title: 'a group of the hub cannot be a source in another Region',
    world: { region, hub: { groups: { servers: [] } } },
    request: { region, sources: [idFor('sg', 'hub', 'servers')] },
    findings: ['blocks SourceGroupInOtherRegion'],
  },
  {
    title: 'a block of the hub can be a source in another Region',
    world: { region },
    request: { region, sources: ['10.0.1.0/24'] },
    calls,
    adds: usual.adds.map((line) =>
      line.startsWith('monitored app') ? line.replace('10.0.0.0/16', '10.0.1.0/24') : line,
    ),
  },
  {
    title: 'a request of the account from another Region is accepted in the hub',
    world: {
      region,
      peerings: [{ from: 'monitored', to: 'hub', state: 'pending-acceptance' }],
    },
    request: { region },
    calls: [
      'hub AcceptVpcPeeringConnection',
      'hub CreateRoute',
      `monitored CreateRoute in ${region}`,
      `monitored AuthorizeSecurityGroupIngress in ${region}`,
    ],
    adds: ['peering monitored→hub active, theirs', ...usual.adds.slice(1)],
    removes: ['peering monitored→hub pending-acceptance, theirs'],
  },
];
