import assert from 'node:assert/strict';
import type { Ending } from '../../local/onboard.ts';
import type { Clients } from '../conformance/aws.ts';
import { sorted } from '../conformance/check.ts';
import {
  inboundOf,
  readPeering,
  readRoute,
  requestBack,
  statusIn,
} from '../conformance/network.ts';
import { attachedTo, hubRoot, readOnlyAccess, readRole } from '../conformance/roles.ts';
import type { Bench } from './bench.ts';
import { type Situation, situation } from './situation.ts';

/** Accounts of local/world.yml. */
const hub = '111111111111';
const plain = '222222222222';
const overlapping = '444444444444';
const untrusting = '555555555555';
const stranger = '888888888888';

const reportIn = (ending: Ending) => {
  if ('report' in ending) return ending.report;
  throw new Error(`${ending.failure.name}: ${ending.failure.message}`);
};

/** The network part of a report; there is one unless just the APIs were asked for. */
const networkIn = (ending: Ending) => {
  const { network } = reportIn(ending);
  assert.ok(network, 'the report says nothing of the network');
  return network;
};

const failureIn = (ending: Ending) => ('failure' in ending ? ending.failure.name : 'a report');

/** What is called while something is done. */
const writesDuring = async (bench: Bench, run: () => Promise<unknown>) => {
  const before = (await bench.writes()).length;
  await run();
  return (await bench.writes()).slice(before);
};

const both = async (bench: Bench, look: (owner: Clients) => Promise<unknown>) => [
  await look(bench.administrator(hub)),
  await look(bench.administrator(plain)),
];

const beginNew = async (bench: Bench) => {
  const networks = { hub: await bench.makeNetwork(hub), monitored: await bench.makeNetwork(plain) };
  const calls = await bench.writes();
  const ending = await bench.onboard({ accountId: plain });
  return { ...networks, ending, made: (await bench.writes()).slice(calls.length) };
};

const routeTo = async (owner: Clients, table: string | undefined, destination: string) => {
  const route = await readRoute(owner, table ?? '', destination);
  return [route?.VpcPeeringConnectionId, route?.State];
};

const aNewAccount = situation([hub, plain], beginNew, {
  'a new account: is ready': async (_, { ending }) => {
    const { ready, changes, network } = reportIn(ending);
    assert.deepEqual([ready, changes, network?.peering.outcome], [true, 8, 'created']);
  },
  'a new account: takes ten calls that change something': async (_, { made }) => {
    assert.deepEqual(sorted(made), [
      'AcceptVpcPeeringConnection',
      'AttachRolePolicy',
      'AuthorizeSecurityGroupIngress',
      'CreateRole',
      'CreateRoute',
      'CreateRoute',
      'CreateRoute',
      'CreateRoute',
      'CreateTags',
      'CreateVpcPeeringConnection',
    ]);
  },
  'a new account: the peering is active on both sides': async (bench, given) => {
    const { id } = networkIn(given.ending).peering;
    assert.deepEqual(await both(bench, (owner) => statusIn(owner, id)), ['active', 'active']);
    const peering = await readPeering(bench.administrator(hub), id);
    assert.deepEqual(
      [peering?.RequesterVpcInfo?.VpcId, peering?.AccepterVpcInfo?.VpcId],
      [given.hub.vpcId, given.monitored.vpcId],
    );
  },
  'a new account: the hub routes both blocks into it': async (bench, given) => {
    const { id } = networkIn(given.ending).peering;
    const table = given.hub.routeTables.get('servers');
    for (const block of ['10.20.0.0/16', '10.120.0.0/20']) {
      assert.deepEqual(await routeTo(bench.administrator(hub), table, block), [id, 'active']);
    }
  },
  'a new account: the account routes the hub’s block into it, where subnets use the table': async (
    bench,
    given,
  ) => {
    const { peering, monitored } = networkIn(given.ending);
    const owner = bench.administrator(plain);
    const { routeTables } = given.monitored;
    const used = routeTables.get('private');
    assert.deepEqual(await routeTo(owner, used, '10.0.0.0/16'), [peering.id, 'active']);
    const unused = routeTables.get('unused');
    assert.deepEqual(await routeTo(owner, unused, '10.0.0.0/16'), [undefined, undefined]);
    for (const { routeTableId, destination } of monitored.routes) {
      assert.deepEqual(await routeTo(owner, routeTableId, destination), [peering.id, 'active']);
    }
  },
  'a new account: its security group lets the hub in': async (bench, { monitored }) => {
    const group = monitored.securityGroups.get('app') ?? '';
    const rules = await inboundOf(bench.administrator(plain), group);
    const told = rules.map((one) =>
      [one.IpProtocol, one.FromPort, one.ToPort, one.CidrIpv4].join(' '),
    );
    assert.deepEqual(sorted(told), [
      'icmp 8 -1 10.0.0.0/16',
      'tcp 10050 10050 10.0.0.0/16',
      'tcp 443 443 10.20.0.0/16',
    ]);
  },
  'a new account: its role trusts the hub and reads': async (bench) => {
    const owner = bench.administrator(plain);
    const role = await readRole(owner, 'cross-role');
    const trust = JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''));
    assert.deepEqual(trust.Statement[0].Principal, { AWS: hubRoot });
    assert.deepEqual(await attachedTo(owner, 'cross-role'), [readOnlyAccess]);
    assert.ok(role?.Tags?.some(({ Key }) => Key === 'sightline:onboarding'));
  },
  'a new account: a second onboarding changes nothing': async (bench) => {
    const calls = await writesDuring(bench, async () => {
      assert.equal(reportIn(await bench.onboard({ accountId: plain })).changes, 0);
    });
    assert.deepEqual(calls, []);
  },
});

const beginOthers = async (bench: Bench) => {
  const pair = {
    hub: (await bench.makeNetwork(hub)).vpcId,
    monitored: (await bench.makeNetwork(plain)).vpcId,
  };
  await bench.makeNetwork(overlapping);
  const requested = await requestBack(bench.administrator(plain), pair);
  const request = { accountId: plain, access: ['network'] };
  return { requested, ending: await bench.onboard(request) };
};

const refusedUntouched = async (bench: Bench, accountId: string, name: string) => {
  const calls = await writesDuring(bench, async () => {
    assert.equal(failureIn(await bench.onboard({ accountId })), name);
  });
  assert.deepEqual(calls, []);
};

const otherAccounts = situation([hub, plain, overlapping, untrusting, stranger], beginOthers, {
  'an account that requested the peering itself: the hub accepts it': async (
    bench,
    { requested, ending },
  ) => {
    const { id, requester, ours } = networkIn(ending).peering;
    assert.deepEqual([id, requester, ours], [requested, 'monitored', false]);
    const statuses = await both(bench, (owner) => statusIn(owner, requested));
    assert.deepEqual(statuses, ['active', 'active']);
  },
  'an account that requested the peering itself: the peering is not marked as Sightline’s': async (
    bench,
    { requested },
  ) => {
    const tagsOf = async (owner: Clients) => (await readPeering(owner, requested))?.Tags;
    assert.deepEqual(await both(bench, tagsOf), [[], []]);
  },
  'an account that requested the peering itself: its routes are made by the step': async (
    _,
    { ending },
  ) => {
    const { routes } = networkIn(ending).monitored;
    assert.deepEqual(
      routes.map(({ outcome }) => outcome),
      ['created', 'created'],
    );
  },
  'an account that is reached by API only: its role asks for the external id': async (bench) => {
    const request = { access: ['api'], role: { externalId: 'agreed-upon' } };
    const ending = await bench.onboard({ accountId: plain, ...request });
    assert.deepEqual(reportIn(ending).role?.externalId, true);
  },
  'an account whose VPC overlaps the hub’s: is refused and left as it is': (bench) =>
    refusedUntouched(bench, overlapping, 'CidrOverlap'),
  'an account whose role trusts somebody else: is refused and left as it is': (bench) =>
    refusedUntouched(bench, untrusting, 'OnboardingRoleNotAssumable'),
  'an account that has no onboarding role: is refused and left as it is': (bench) =>
    refusedUntouched(bench, stranger, 'OnboardingRoleNotAssumable'),
});

/**
 * Whole onboardings through the packaged functions. Moto does not filter peerings, so that an onboarding
 * there would take any peering of the hub's for its own: each situation has one peering, and a bench of its own.
 */
export const situations: readonly Situation[] = [aNewAccount, otherAccounts];
