import { hub, idFor, monitored } from '../local/worlds.ts';
import {
  madePeering,
  newPeering,
  opened,
  peeringId,
  routed,
  type Scenario,
  third,
  usual,
  usualRoutes,
  usualRules,
} from './scenario.ts';

const mark = { 'sightline:onboarding': 'earlier' };
const ours = { from: mark, to: mark };

/** The calls on a peering that is there. */
const onPeering = [
  'hub CreateRoute',
  'monitored CreateRoute',
  'monitored AuthorizeSecurityGroupIngress',
];
const onPeeringAdds = [...usualRoutes, ...usualRules];

const dead = (state: 'failed' | 'rejected' | 'expired' | 'deleted'): Scenario => ({
  title: `a peering of the same two VPCs that is ${state} does not count, and a new one is requested`,
  world: { peerings: [{ from: 'hub', to: 'monitored', state, tags: ours }] },
  ...usual,
});

const besideDead = (state: 'failed' | 'rejected' | 'expired' | 'deleted'): Scenario => ({
  title: `an active peering is used although one that is ${state} is beside it`,
  world: {
    peerings: [
      { from: 'hub', to: 'monitored', tags: ours },
      { from: 'monitored', to: 'hub', state },
    ],
  },
  calls: onPeering,
  adds: onPeeringAdds,
});

/** The hub's own account has a second VPC, and the onboarding role. */
const inTheHub = {
  world: {
    hub: [
      {
        blocks: ['10.0.0.0/16'],
        tables: { servers: [] },
        subnets: { servers: '10.0.1.0/24 servers' },
        tags: { 'sightline:hub': 'true' },
      },
      {
        blocks: ['10.50.0.0/16'],
        tables: { second: [] },
        subnets: { second: '10.50.1.0/24 second' },
        groups: { second: ['monitored'] },
      },
    ],
  },
  alter: ({ accounts }) => {
    accounts[hub]!.stacks = accounts[monitored]!.stacks;
  },
} satisfies Partial<Scenario>;

/** Peerings that are there already, whose they are, and which VPCs can be peered at all. */
export const scenarios: Scenario[] = [
  {
    title: 'an active peering of ours is used, and only routes and rules are added',
    world: { peerings: [{ from: 'hub', to: 'monitored', tags: ours }] },
    calls: onPeering,
    adds: onPeeringAdds,
  },
  {
    title: 'an active peering that somebody requested from the hub is adopted as it is',
    world: { peerings: [{ from: 'hub', to: 'monitored' }] },
    calls: onPeering,
    adds: onPeeringAdds,
  },
  {
    title: 'an active peering that the account requested is adopted as it is',
    world: { peerings: [{ from: 'monitored', to: 'hub' }] },
    calls: onPeering,
    adds: onPeeringAdds,
  },
  {
    title: 'a request of ours that is pending is accepted in the account',
    world: {
      peerings: [
        { from: 'hub', to: 'monitored', state: 'pending-acceptance', tags: { from: mark } },
      ],
    },
    calls: ['monitored AcceptVpcPeeringConnection', 'monitored CreateTags', ...onPeering],
    adds: [madePeering, ...onPeeringAdds],
    removes: ['peering hub→monitored pending-acceptance, ours on one side'],
  },
  {
    title: 'somebody else’s request from the hub that is pending is accepted, and not marked',
    world: { peerings: [{ from: 'hub', to: 'monitored', state: 'pending-acceptance' }] },
    calls: ['monitored AcceptVpcPeeringConnection', ...onPeering],
    adds: ['peering hub→monitored active, theirs', ...onPeeringAdds],
    removes: ['peering hub→monitored pending-acceptance, theirs'],
  },
  {
    title: 'a request of the account that is pending is accepted in the hub',
    world: { peerings: [{ from: 'monitored', to: 'hub', state: 'pending-acceptance' }] },
    calls: ['hub AcceptVpcPeeringConnection', ...onPeering],
    adds: ['peering monitored→hub active, theirs', ...onPeeringAdds],
    removes: ['peering monitored→hub pending-acceptance, theirs'],
  },
  {
    title: 'a request of the account is accepted in the hub, also where acceptance is by hand',
    request: { acceptance: 'manual' },
    world: { peerings: [{ from: 'monitored', to: 'hub', state: 'pending-acceptance' }] },
    calls: ['hub AcceptVpcPeeringConnection', ...onPeering],
    adds: ['peering monitored→hub active, theirs', ...onPeeringAdds],
    removes: ['peering monitored→hub pending-acceptance, theirs'],
  },
  {
    title: 'requests both ways, one active and one pending: the active one is used',
    world: {
      peerings: [
        { from: 'hub', to: 'monitored', tags: ours },
        { from: 'monitored', to: 'hub', state: 'pending-acceptance' },
      ],
    },
    calls: onPeering,
    adds: onPeeringAdds,
  },
  dead('failed'),
  dead('rejected'),
  dead('expired'),
  dead('deleted'),
  besideDead('rejected'),
  besideDead('deleted'),
  {
    title: 'a peering of the account with a third VPC is none of the hub’s business',
    world: {
      others: { [third]: { blocks: ['10.30.0.0/16'] } },
      peerings: [{ from: 'monitored', to: `${third}/${third}` as `${number}/${string}` }],
    },
    ...usual,
  },
  {
    title: 'a blackhole that a deleted peering of the two VPCs has left is replaced',
    world: {
      hub: {
        tables: { servers: ['0.0.0.0/0 nat', `10.20.0.0/16 ${peeringId('hub', 'monitored')}`] },
      },
      peerings: [{ from: 'hub', to: 'monitored', state: 'deleted', tags: ours }],
    },
    calls: [
      ...newPeering,
      'hub ReplaceRoute',
      'monitored CreateRoute',
      'monitored AuthorizeSecurityGroupIngress',
    ],
    adds: usual.adds,
    removes: ['hub servers: 10.20.0.0/16 to peering hub→monitored deleted, a blackhole'],
  },
  {
    title: 'another VPC of the hub’s own account is peered like any other',
    ...inTheHub,
    request: { accountId: hub, vpcId: idFor('vpc', 'hub-2') },
    calls: [
      'hub CreateVpcPeeringConnection',
      'hub AcceptVpcPeeringConnection',
      'hub CreateRoute 2',
      'hub AuthorizeSecurityGroupIngress',
    ],
    adds: [
      'peering hub→hub-2 active, ours on both sides',
      ...routed('hub servers', '10.50.0.0/16'),
      ...routed('hub-2 second', '10.0.0.0/16'),
      ...opened('hub-2 second', '10.0.0.0/16'),
    ],
  },
  {
    title: 'the hub’s own VPC needs no peering',
    ...inTheHub,
    request: { accountId: hub, vpcId: idFor('vpc', 'hub') },
    findings: ['blocks VpcIsTheHub'],
  },
  {
    title: 'a VPC that another account shares belongs to that account, which alone can peer it',
    world: {
      others: {
        [third]: {
          blocks: ['10.30.0.0/16'],
          subnets: { shared: '10.30.1.0/24' },
          sharedWith: [monitored],
        },
      },
    },
    request: { vpcId: idFor('vpc', third) },
    // The owner lets the account it shares with change nothing.
    findings: ['blocks VpcShared'],
  },
  {
    title: 'the account that owns a shared VPC is onboarded as usual',
    world: {
      others: { [third]: { blocks: ['10.30.0.0/16'] } },
      monitored: { sharedWith: [third] },
    },
    ...usual,
  },
];
