import type { LocalOptions } from '../../local/aws/localAws.ts';
import type { World } from '../../local/world.ts';
import { idFor, type Sketch, sketched, type VpcSketch } from '../local/worlds.ts';

/**
 * A network situation: what is there, what is asked, and all that has to come of it. What is left out is
 * as in the plain world, where the hub has 10.0.0.0/16 and the monitored account has 10.20.0.0/16.
 */
export type Scenario = {
  title: string;
  /** What differs from the plain world. */
  world?: PlainSketch;
  /** What a sketch cannot say. */
  alter?: (world: World) => void;
  /** Actions that the onboarding role is denied, whatever else allows them. */
  denied?: string[];
  settings?: LocalOptions;
  /** Onboardings that have been before. */
  earlier?: object[];
  /** The request, network access of the monitored account if it does not say otherwise. */
  request?: object | ((subnetId: (name: string) => string) => object);
  /** The verdict's findings as `severity Name`; a `blocks` means that nothing may be done. */
  findings?: string[];
  /** The calls as `account Action`, with how often if more than once, and ` in Region` if not the hub's. */
  calls?: string[];
  /** What the world has then that it did not have before, in the words of `linesOf`, and what is gone. */
  adds?: string[];
  removes?: string[];
};

/** The state of a peering that is there. */
export type PeeringSketchState = NonNullable<NonNullable<Sketch['peerings']>[number]['state']>;

type PlainSketch = Omit<Sketch, 'hub' | 'monitored'> & {
  hub?: Partial<VpcSketch> | VpcSketch[];
  monitored?: Partial<VpcSketch> | VpcSketch[];
};

const hubVpc: VpcSketch = {
  blocks: ['10.0.0.0/16'],
  tables: { servers: ['0.0.0.0/0 nat'] },
  subnets: { servers: '10.0.1.0/24 servers' },
};

const monitoredVpc: VpcSketch = {
  blocks: ['10.20.0.0/16'],
  tables: { private: ['0.0.0.0/0 nat'] },
  subnets: { app: '10.20.1.0/24 private' },
  groups: { app: ['monitored'] },
};

const over = (vpc: VpcSketch, changed: Partial<VpcSketch> | VpcSketch[] = {}) =>
  Array.isArray(changed) ? changed : { ...vpc, ...changed };

/** Makes the world of a scenario: the plain one with what differs. */
export const plain =
  ({ world = {}, alter = () => undefined }: Scenario) =>
  (local: World): void => {
    const both = { hub: over(hubVpc, world.hub), monitored: over(monitoredVpc, world.monitored) };
    sketched({ ...world, ...both })(local);
    alter(local);
  };

/** A third account, which is monitored already. */
export const third = '333333333333';

/** The id of the peering that a sketch has `from` one side `to` another. */
export const peeringId = (from: string, to: string): string => idFor('pcx', from, to);

/** The peering with the third account, and its VPC. */
export const withThird = (block: string, ...routed: string[]): PlainSketch => ({
  others: { [third]: { blocks: [block] } },
  peerings: [{ from: 'hub', to: toThird }],
  hub: {
    tables: {
      servers: ['0.0.0.0/0 nat', ...routed.map((one) => `${one} ${peeringId('hub', toThird)}`)],
    },
  },
});
const toThird = `${third}/${third}`;

/** The calls that make a peering. */
export const newPeering = [
  'hub CreateVpcPeeringConnection',
  'monitored AcceptVpcPeeringConnection',
  'monitored CreateTags',
];

/** The calls where nothing is there yet, and every table and group lacks one thing. */
export const usualCalls = [
  ...newPeering,
  'hub CreateRoute',
  'monitored CreateRoute',
  'monitored AuthorizeSecurityGroupIngress',
];

/** The peering of the two VPCs as an onboarding makes it. */
export const madePeering = 'peering hub→monitored active, ours on both sides';

export const routed = (table: string, ...blocks: string[]): string[] =>
  blocks.map((block) => `${table}: ${block} to the peering`);

/** Rules for the default ports. */
export const opened = (group: string, ...sources: string[]): string[] =>
  sources.flatMap((source) => [
    `${group}: in tcp/10050 ${source}`,
    `${group}: in icmp/8 ${source}`,
  ]);

/** What an onboarding of the plain world adds. */
export const usualRoutes = [
  ...routed('hub servers', '10.20.0.0/16'),
  ...routed('monitored private', '10.0.0.0/16'),
];
export const usualRules = opened('monitored app', '10.0.0.0/16');
export const usual = { calls: usualCalls, adds: [madePeering, ...usualRoutes, ...usualRules] };
