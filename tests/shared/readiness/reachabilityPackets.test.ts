import type { NetworkAcl, NetworkAclEntry, Route, SecurityGroupRule } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { followWays } from '../../../shared/readiness/reachability.ts';
import { aHubTable, aRoute, aTable, groupId, hubCidr, peeringId } from '../../builders.ts';
import { aHubAcl, aJourney, anAcl, aSubnet, hubSubnetId, subnetId } from './someWays.ts';

/*
 * Sends packets one by one, from each machine of a small hub subnet to each of a small monitored one, as
 * the guides of AWS tell how each packet fares. Nothing of the code under test is used for that.
 */

const toNumber = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const isIn = (ip: number, block: string) => {
  const [net = '', length = ''] = block.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(ip / size) === Math.floor(toNumber(net) / size);
};

const lengthOf = (block: string) => Number(block.split('/')[1]);

type Packet = { protocol: 'tcp' | 'udp'; remote: number; port: number };

const numbers = { tcp: '6', udp: '17' };

const passesAcl = (acl: NetworkAcl, isEgress: boolean, { protocol, remote, port }: Packet) => {
  const entries = (acl.Entries ?? []).filter(({ Egress }) => Egress === isEgress);
  entries.sort((a, b) => a.RuleNumber! - b.RuleNumber!);
  const first = entries.find(
    ({ CidrBlock, Protocol, PortRange }) =>
      CidrBlock !== undefined &&
      isIn(remote, CidrBlock) &&
      (Protocol === '-1' ||
        (Protocol === numbers[protocol] && PortRange!.From! <= port && port <= PortRange!.To!)),
  );
  return first?.RuleAction === 'allow';
};

const targetFor = (routes: Route[], remote: number) => {
  const matching = routes.filter(({ DestinationCidrBlock: block }) => isIn(remote, block!));
  matching.sort((a, b) => lengthOf(b.DestinationCidrBlock!) - lengthOf(a.DestinationCidrBlock!));
  const [best] = matching;
  return best?.State === 'active' ? best.VpcPeeringConnectionId : undefined;
};

const passesGroup = (rules: SecurityGroupRule[], { protocol, remote, port }: Packet) =>
  rules.some(
    ({ IpProtocol, FromPort, ToPort, CidrIpv4 }) =>
      isIn(remote, CidrIpv4!) &&
      (IpProtocol === '-1' || (IpProtocol === protocol && FromPort! <= port && port <= ToPort!)),
  );

const hubBlock = '10.0.1.0/29';
const monitoredBlock = '10.20.1.0/29';
const machinesOf = (block: string) =>
  Array.from({ length: 8 }, (_, index) => toNumber(block.split('/')[0]!) + index);

const blockAround = (net: string) =>
  fc.tuple(fc.nat(7), fc.constantFrom(0, 16, 24, 29, 30, 31, 32)).map(([machine, length]) => {
    const size = 2 ** (32 - length);
    const start = Math.floor((toNumber(`${net}.1.0`) + machine) / size) * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${length}`;
  });

const edges = [1, 1023, 1024, 9100, 9101, 9102, 9103, 40_000, 65_535];
const portRange = fc
  .tuple(fc.constantFrom(...edges), fc.constantFrom(...edges))
  .map(([a, b]) => ({ From: Math.min(a, b), To: Math.max(a, b) }));

const anEntry = (net: string): fc.Arbitrary<NetworkAclEntry> =>
  fc.record({
    RuleNumber: fc.integer({ min: 1, max: 50 }),
    RuleAction: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
    Protocol: fc.constantFrom('-1', '6', '6', '17'),
    CidrBlock: blockAround(net),
    PortRange: portRange,
  });

const entriesAbout = (net: string) =>
  fc.uniqueArray(anEntry(net), { maxLength: 2, selector: ({ RuleNumber }) => RuleNumber });

const allowing: NetworkAclEntry[] = [
  { RuleNumber: 60, RuleAction: 'allow', Protocol: '-1', CidrBlock: '0.0.0.0/0' },
];

const mostly = fc.constantFrom(true, true, true, true, false);

const aclAbout = (acl: NetworkAcl, net: string) =>
  fc.tuple(entriesAbout(net), entriesAbout(net), mostly, mostly).map(
    ([ingress, egress, opensIn, opensOut]): NetworkAcl => ({
      ...acl,
      Entries: [
        ...[...ingress, ...(opensIn ? allowing : [])].map((one) => ({ ...one, Egress: false })),
        ...[...egress, ...(opensOut ? allowing : [])].map((one) => ({ ...one, Egress: true })),
      ],
    }),
  );

const routesTo = (net: string) =>
  fc
    .uniqueArray(
      fc.record({
        DestinationCidrBlock: blockAround(net),
        VpcPeeringConnectionId: fc.constantFrom(peeringId, peeringId, peeringId, 'pcx-2'),
        State: fc.constantFrom<'active' | 'blackhole'>('active', 'active', 'active', 'blackhole'),
      }),
      { maxLength: 2, selector: ({ DestinationCidrBlock }) => DestinationCidrBlock },
    )
    .map((routes): Route[] => [aRoute(`${net}.1.0/28`), ...routes]);

const aGroup = fc
  .array(
    fc.record({
      protocol: fc.constantFrom('-1', 'tcp', 'udp'),
      block: blockAround('10.0'),
      range: portRange,
    }),
    { maxLength: 2 },
  )
  .map((rules): SecurityGroupRule[] =>
    [...rules, { protocol: 'tcp', block: hubCidr, range: { From: 9100, To: 9102 } }].map(
      ({ protocol, block, range }) => ({
        GroupId: groupId,
        IsEgress: false,
        IpProtocol: protocol,
        FromPort: range.From,
        ToPort: range.To,
        CidrIpv4: block,
      }),
    ),
  );

const aNetwork = fc.record({
  hubAcl: aclAbout(aHubAcl(), '10.20'),
  acl: aclAbout(anAcl(), '10.0'),
  there: routesTo('10.20'),
  back: routesTo('10.0'),
  rules: aGroup,
  last: fc.constantFrom(9100, 9102),
});

type Network = typeof aNetwork extends fc.Arbitrary<infer Value> ? Value : never;

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Ports from which a machine may call: all that some entry could treat apart. */
const ephemeral = [
  1024, 1025, 9099, 9100, 9101, 9102, 9103, 9104, 39_999, 40_000, 40_001, 65_534, 65_535,
];

const getsThrough = ({ hubAcl, acl, there, back, rules, last }: Network) =>
  machinesOf(hubBlock).every((caller) =>
    machinesOf(monitoredBlock).every(
      (called) =>
        targetFor(there, called) === peeringId &&
        targetFor(back, caller) === peeringId &&
        range(9100, last).every(
          (port) =>
            passesAcl(hubAcl, true, { protocol: 'tcp', remote: called, port }) &&
            passesAcl(acl, false, { protocol: 'tcp', remote: caller, port }) &&
            passesGroup(rules, { protocol: 'tcp', remote: caller, port }),
        ) &&
        ephemeral.every(
          (port) =>
            passesAcl(acl, true, { protocol: 'tcp', remote: caller, port }) &&
            passesAcl(hubAcl, false, { protocol: 'tcp', remote: called, port }),
        ),
    ),
  );

it('a way is open exactly if every packet gets there and every reply back', () => {
  const seen = { open: 0, closed: 0 };
  fc.assert(
    fc.property(aNetwork, (network) => {
      const { hubAcl, acl, there, back, rules, last } = network;
      const [row] = followWays(
        aJourney({
          hub: {
            subnets: [aSubnet({ SubnetId: hubSubnetId, CidrBlock: hubBlock })],
            routeTables: [aHubTable(there)],
            networkAcls: [hubAcl],
          },
          monitored: {
            subnets: [aSubnet({ SubnetId: subnetId, CidrBlock: monitoredBlock })],
            routeTables: [aTable(back)],
            networkAcls: [acl],
          },
          ports: [{ name: 'exporters', protocol: 'tcp', from: 9100, to: last }],
          rules,
        }),
      );
      const isOpen = row?.hops.every(({ ok }) => ok);
      seen[isOpen ? 'open' : 'closed'] += 1;
      expect(isOpen).toBe(getsThrough(network));
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(seen.open, seen.closed)).toBeGreaterThan(50);
});
