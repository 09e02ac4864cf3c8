import { idFor } from '../local/worlds.ts';
import {
  madePeering,
  newPeering,
  opened,
  peeringId,
  routed,
  type Scenario,
  third,
  usual,
  usualCalls,
  usualRoutes,
  usualRules,
  withThird,
} from './scenario.ts';

const defaultVpc = { vpcId: idFor('vpc', 'monitored') };

/** The hub's VPC, and the monitored one with these blocks besides its first. */
const also = (...blocks: string[]) => ({ monitored: { blocks: ['10.20.0.0/16', ...blocks] } });

/** Blocks of either VPC, of both families, and which of them can be reached. */
export const scenarios: Scenario[] = [
  { title: 'one IPv4 block on each side, nothing there yet', ...usual },
  {
    title: 'two IPv4 blocks in the monitored VPC are both routed in the hub',
    world: also('10.120.0.0/20'),
    calls: [
      ...newPeering,
      'hub CreateRoute 2',
      'monitored CreateRoute',
      'monitored AuthorizeSecurityGroupIngress',
    ],
    adds: [...usual.adds, ...routed('hub servers', '10.120.0.0/20')],
  },
  {
    title: 'two IPv4 blocks in the hub are both routed and let in',
    world: { hub: { blocks: ['10.0.0.0/16', '10.1.0.0/16'] } },
    calls: [
      ...newPeering,
      'hub CreateRoute',
      'monitored CreateRoute 2',
      'monitored AuthorizeSecurityGroupIngress',
    ],
    adds: [
      ...usual.adds,
      ...routed('monitored private', '10.1.0.0/16'),
      ...opened('monitored app', '10.1.0.0/16'),
    ],
  },
  {
    title: 'three blocks on each side make three routes on each side',
    world: {
      hub: { blocks: ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16'] },
      ...also('10.21.0.0/16', '100.64.0.0/16'),
    },
    calls: [
      ...newPeering,
      'hub CreateRoute 3',
      'monitored CreateRoute 3',
      'monitored AuthorizeSecurityGroupIngress',
    ],
    adds: [
      ...usual.adds,
      ...routed('hub servers', '10.21.0.0/16', '100.64.0.0/16'),
      ...routed('monitored private', '10.1.0.0/16', '10.2.0.0/16'),
      ...opened('monitored app', '10.1.0.0/16', '10.2.0.0/16'),
    ],
  },
  {
    title: 'IPv6 on both sides is routed and let in, without ping, which is IPv4’s',
    world: {
      hub: { blocks: ['10.0.0.0/16', '2001:db8:a::/56'] },
      ...also('2001:db8:b::/56'),
    },
    calls: [
      ...newPeering,
      'hub CreateRoute 2',
      'monitored CreateRoute 2',
      'monitored AuthorizeSecurityGroupIngress',
    ],
    adds: [
      ...usual.adds,
      ...routed('hub servers', '2001:db8:b::/56'),
      ...routed('monitored private', '2001:db8:a::/56'),
      'monitored app: in tcp/10050 2001:db8:a::/56',
    ],
  },
  {
    title: 'IPv6 in the hub alone is neither routed nor let in',
    world: { hub: { blocks: ['10.0.0.0/16', '2001:db8:a::/56'] } },
    ...usual,
  },
  {
    title: 'IPv6 in the monitored VPC alone is not routed',
    world: also('2001:db8:b::/56'),
    ...usual,
  },
  {
    title: 'IPv6 on both sides is left out where it is excluded',
    world: {
      hub: { blocks: ['10.0.0.0/16', '2001:db8:a::/56'] },
      ...also('2001:db8:b::/56'),
    },
    request: { excludeCidrs: ['2001:db8:a::/56', '2001:db8:b::/56'] },
    ...usual,
  },
  {
    title: 'the primary blocks overlap',
    world: { monitored: { blocks: ['10.0.0.0/16'], subnets: { app: '10.0.9.0/24 private' } } },
    findings: ['blocks CidrOverlap'],
  },
  {
    title: 'a secondary block is inside the hub’s block',
    world: also('10.0.128.0/20'),
    findings: ['blocks CidrOverlap'],
  },
  {
    title: 'the hub’s secondary block is inside the monitored VPC’s block',
    world: { hub: { blocks: ['10.0.0.0/16', '10.20.64.0/20'] } },
    findings: ['blocks CidrOverlap'],
  },
  {
    title: 'the IPv6 blocks overlap',
    world: {
      hub: { blocks: ['10.0.0.0/16', '2001:db8:a::/56'] },
      ...also('2001:db8:a::/56'),
    },
    findings: ['blocks CidrOverlap'],
  },
  {
    title: 'an overlap is not mended by excluding it, for AWS peers whole VPCs',
    world: also('10.0.128.0/20'),
    request: { excludeCidrs: ['10.0.128.0/20'] },
    findings: ['blocks CidrOverlap'],
  },
  {
    title: 'a secondary block that is excluded gets no route',
    world: also('10.120.0.0/20'),
    request: { excludeCidrs: ['10.120.0.0/20'] },
    ...usual,
  },
  {
    title: 'a half of a block that is excluded leaves a route to the other half',
    request: { excludeCidrs: ['10.20.128.0/17'] },
    calls: usualCalls,
    adds: [
      madePeering,
      ...routed('hub servers', '10.20.0.0/17'),
      ...routed('monitored private', '10.0.0.0/16'),
      ...usualRules,
    ],
  },
  {
    title: 'nothing is left when every block is excluded',
    request: { excludeCidrs: ['10.20.0.0/16'] },
    findings: ['blocks NothingLeftToReach'],
  },
  {
    title: 'what is excluded is in neither VPC',
    request: { excludeCidrs: ['192.168.0.0/24'] },
    findings: ['blocks ExcludedOutsideVpcs'],
  },
  {
    title: 'a default VPC is taken when it is named',
    world: {
      monitored: {
        blocks: ['172.31.0.0/16'],
        default: true,
        subnets: { app: '172.31.0.0/20 private' },
      },
    },
    request: defaultVpc,
    calls: usualCalls,
    adds: [
      madePeering,
      ...routed('hub servers', '172.31.0.0/16'),
      ...routed('monitored private', '10.0.0.0/16'),
      ...usualRules,
    ],
  },
  {
    title: 'a default VPC is not chosen by itself',
    world: {
      monitored: {
        blocks: ['172.31.0.0/16'],
        default: true,
        subnets: { app: '172.31.0.0/20 private' },
      },
    },
    findings: ['blocks NoVpcQualifies'],
  },
  {
    title: 'two VPCs could be meant, and none is tagged',
    world: { monitored: [{ blocks: ['10.20.0.0/16'] }, { blocks: ['10.21.0.0/16'] }] },
    findings: ['blocks SeveralVpcsQualify'],
  },
  {
    title: 'of two VPCs the tagged one is taken',
    world: {
      monitored: [
        {
          blocks: ['10.20.0.0/16'],
          tables: { private: [] },
          subnets: { app: '10.20.1.0/24 private' },
          groups: { app: ['monitored'] },
          tags: { 'sightline:monitor': 'true' },
        },
        { blocks: ['10.21.0.0/16'] },
      ],
    },
    ...usual,
  },
  {
    title: 'a VPC that is not there is named',
    request: { vpcId: 'vpc-0123456789abcdef0' },
    findings: ['blocks VpcNotFound'],
  },
  {
    title: 'the default VPC of a second account collides with that of the first in the hub',
    world: {
      ...withThird('172.31.0.0/16', '172.31.0.0/16'),
      monitored: {
        blocks: ['172.31.0.0/16'],
        default: true,
        subnets: { app: '172.31.0.0/20 private' },
      },
    },
    request: defaultVpc,
    findings: ['blocks RouteCollision'],
  },
  {
    title: 'the hub routes a part of the block to another monitored VPC',
    world: withThird('10.20.64.0/20', '10.20.64.0/20'),
    findings: ['blocks RouteCollision'],
  },
  {
    title: 'the hub routes more than the block to another monitored VPC',
    world: {
      ...withThird('10.20.0.0/16', '10.20.0.0/16'),
      monitored: { blocks: ['10.20.64.0/20'], subnets: { app: '10.20.64.0/24 private' } },
    },
    findings: ['blocks RouteCollision'],
  },
  {
    title: 'two accounts have 100.64.0.0/16 as a secondary block, and the hub routes the first',
    world: { ...withThird('100.64.0.0/16', '100.64.0.0/16'), ...also('100.64.0.0/16') },
    findings: ['blocks RouteCollision'],
  },
  {
    title: 'a colliding 100.64.0.0/16 that is excluded is in nobody’s way',
    world: { ...withThird('100.64.0.0/16', '100.64.0.0/16'), ...also('100.64.0.0/16') },
    request: { excludeCidrs: ['100.64.0.0/16'] },
    ...usual,
  },
  {
    title: 'another monitored VPC with other addresses is left as it is',
    world: withThird('10.30.0.0/16', '10.30.0.0/16'),
    ...usual,
  },
  {
    title: 'another VPC with the same addresses that the hub does not route is in nobody’s way',
    world: withThird('10.20.0.0/16'),
    ...usual,
  },
  {
    title: 'an account that was onboarded before collides with the next',
    world: { others: { [third]: { blocks: ['10.20.0.0/16'], subnets: { app: '10.20.1.0/24' } } } },
    earlier: [{ accountId: third }],
    findings: ['blocks RouteCollision'],
  },
  {
    title:
      'a route to another peering in a table of the hub that no subnet uses is in nobody’s way',
    world: {
      ...withThird('10.20.0.0/16'),
      hub: {
        tables: { servers: [], unused: [`10.20.0.0/16 ${peeringId('hub', `${third}/${third}`)}`] },
      },
    },
    calls: usualCalls,
    adds: [madePeering, ...usualRoutes, ...usualRules],
  },
];
