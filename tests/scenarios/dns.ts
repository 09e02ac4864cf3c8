import { madePeering, type Scenario, usual } from './scenario.ts';

const on = { dns: true };
const request = { dnsResolution: true };
const resolves = {
  calls: [
    ...usual.calls,
    'hub ModifyVpcPeeringConnectionOptions',
    'monitored ModifyVpcPeeringConnectionOptions',
  ],
  adds: [`${madePeering}, names resolve both ways`, ...usual.adds.slice(1)],
};
const onPeering = resolves.calls.slice(3);

/** Private DNS names over the peering. */
export const scenarios: Scenario[] = [
  {
    title: 'names resolve both ways when it is asked and both VPCs have the attributes',
    world: { hub: on, monitored: on },
    request,
    ...resolves,
  },
  {
    title: 'names do not resolve when nobody asks, although both VPCs could',
    world: { hub: on, monitored: on },
    ...usual,
  },
  { title: 'both VPCs lack the DNS attributes', request, findings: ['blocks DnsAttributesOff'] },
  {
    title: 'the hub lacks the DNS attributes',
    world: { monitored: on },
    request,
    findings: ['blocks DnsAttributesOff'],
  },
  {
    title: 'the monitored VPC lacks the DNS attributes',
    world: { hub: on },
    request,
    findings: ['blocks DnsAttributesOff'],
  },
  {
    title: 'a peering that the account requested has names resolve both ways too',
    world: { hub: on, monitored: on, peerings: [{ from: 'monitored', to: 'hub' }] },
    request,
    calls: onPeering,
    adds: ['peering monitored→hub active, theirs, names resolve both ways', ...usual.adds.slice(1)],
    removes: ['peering monitored→hub active, theirs'],
  },
  {
    title: 'names resolve one way already, so just the other is switched on',
    world: { hub: on, monitored: on, peerings: [{ from: 'hub', to: 'monitored' }] },
    alter: ({ peerings }) => {
      peerings[0]!.requester.dnsResolution = true;
    },
    request,
    calls: onPeering.filter((call) => call !== 'hub ModifyVpcPeeringConnectionOptions'),
    adds: ['peering hub→monitored active, theirs, names resolve both ways', ...usual.adds.slice(1)],
    removes: ['peering hub→monitored active, theirs, names resolve one way'],
  },
];
