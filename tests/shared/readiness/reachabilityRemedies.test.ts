import type { Port } from '../../../shared/execution.ts';
import { followWays } from '../../../shared/readiness/reachability.ts';
import { remediesFor } from '../../../shared/readiness/reachabilityRemedies.ts';
import {
  accountId,
  aHubTable,
  aRoute,
  aRule,
  cidr,
  hubAccountId,
  hubTableId,
  ping,
  zabbixAgent,
} from '../../builders.ts';
import {
  aclId,
  aHubAcl,
  aJourney,
  anAcl,
  aSubnet,
  hubAclId,
  hubSubnetCidr,
  hubSubnetId,
  subnetCidr,
} from './someWays.ts';

const remedies = (journey: Parameters<typeof aJourney>[0]) =>
  remediesFor(
    followWays(aJourney({ rules: [aRule({ IpProtocol: '-1' })], ...journey })).flatMap(
      ({ obstacles }) => obstacles.map(({ fix }) => fix),
    ),
  );

const allowAll = '100 allow all * 0.0.0.0/0';
const create = (account: string, id: string) =>
  `in account ${account}, aws ec2 create-network-acl-entry --region eu-central-1 --network-acl-id ${id}`;

const ofAcl = (ingress: string[], egress: string[] = [allowAll]) => ({
  monitored: { networkAcls: [anAcl({ ingress, egress })] },
});

describe('the entry that an ACL lacks', () => {
  it('comes before the one that denies', () => {
    expect(remedies(ofAcl(['90 deny tcp 10050 10.0.0.0/16', allowAll]))).toEqual([
      `${create(accountId, aclId)} --ingress --rule-number 89 --protocol tcp --port-range From=10050,To=10050 --cidr-block 10.0.0.0/16 --rule-action allow`,
    ]);
  });

  it('comes after all others where none of them speaks of the traffic', () => {
    expect(remedies(ofAcl(['100 allow tcp 22 0.0.0.0/0', '120 allow tcp 80 0.0.0.0/0']))).toEqual([
      expect.stringContaining('--ingress --rule-number 130 '),
    ]);
  });

  it('is the first one of an ACL that has none', () => {
    expect(remedies(ofAcl([]))).toEqual([expect.stringContaining('--rule-number 10 ')]);
  });

  it('takes a number that is free', () => {
    const taken = ['89 allow tcp 22 0.0.0.0/0', '88 allow tcp 23 0.0.0.0/0'];
    expect(remedies(ofAcl([...taken, '90 deny all * 0.0.0.0/0']))).toEqual([
      expect.stringContaining('--rule-number 87 '),
    ]);
  });

  it('has a number of its own for each port, and for each direction', () => {
    const closed = ofAcl(['90 deny all * 0.0.0.0/0'], ['90 deny all * 0.0.0.0/0']);
    const numbers = remedies({ ...closed, ports: [zabbixAgent, ping] }).map(
      (text) => /--(in|e)gress --rule-number \d+/.exec(text)?.[0],
    );
    expect(numbers).toEqual([
      '--ingress --rule-number 89',
      '--egress --rule-number 89',
      '--ingress --rule-number 88',
      '--egress --rule-number 88',
    ]);
  });

  it('has none where no number is left before the one that denies', () => {
    expect(remedies(ofAcl(['1 deny all * 0.0.0.0/0']))).toEqual([
      `in account ${accountId}, give rule 1 of ${aclId} a higher number, for no number before it is free`,
    ]);
  });

  it('takes the last numbers downwards where the highest is taken', () => {
    expect(remedies(ofAcl(['32766 allow tcp 22 0.0.0.0/0']))).toEqual([
      expect.stringContaining('--rule-number 32765 '),
    ]);
  });

  it.each<[string, Port, string, string]>([
    [
      'a range of ports',
      { name: 'range', protocol: 'udp', from: 161, to: 162 },
      '--protocol udp --port-range From=161,To=162',
      '--protocol udp --port-range From=1024,To=65535',
    ],
    [
      'ping',
      ping,
      '--protocol icmp --icmp-type-code Type=8,Code=0',
      '--protocol icmp --icmp-type-code Type=0,Code=0',
    ],
    [
      'all of ICMP',
      { name: 'icmp', protocol: 'icmp', from: -1, to: -1 },
      '--protocol icmp --icmp-type-code Type=-1,Code=-1',
      '--protocol icmp --icmp-type-code Type=-1,Code=-1',
    ],
  ])('names %s and its replies', (_, port, there, back) => {
    const [request, reply] = remedies({ ...ofAcl([], []), ports: [port] });
    expect(request).toContain(`--ingress --rule-number 10 ${there} --cidr-block 10.0.0.0/16`);
    expect(reply).toContain(`--egress --rule-number 10 ${back} --cidr-block 10.0.0.0/16`);
  });

  it('opens the source as a whole once, however many of its subnets are denied', () => {
    const subnets = ['10.0.1.0/24', '10.0.5.0/24'].map((CidrBlock, index) =>
      aSubnet({ SubnetId: `subnet-${index}`, CidrBlock }),
    );
    expect(remedies({ ...ofAcl([]), hub: { subnets } })).toEqual([
      expect.stringContaining('--cidr-block 10.0.0.0/16 '),
    ]);
  });

  it('of the hub’s own ACL is for the hub’s account', () => {
    const hub = { networkAcls: [aHubAcl({ egress: [] })] };
    expect(remedies({ hub })).toEqual([
      `${create(hubAccountId, hubAclId)} --egress --rule-number 10 --protocol tcp --port-range From=10050,To=10050 --cidr-block ${cidr} --rule-action allow`,
    ]);
  });

  it('before several that deny comes before the first of them', () => {
    const closed = ['80 deny tcp 10050 10.0.1.0/25', '90 deny tcp 10050 10.0.1.128/25', allowAll];
    expect(remedies(ofAcl(closed))).toEqual([expect.stringContaining('--rule-number 79 ')]);
  });

  it('names a block of IPv6 as such', () => {
    const withIpv6 = (block: string) => ({
      Ipv6CidrBlockAssociationSet: [
        { Ipv6CidrBlock: block, Ipv6CidrBlockState: { State: 'associated' as const } },
      ],
    });
    const hubSubnet = aSubnet({
      SubnetId: hubSubnetId,
      CidrBlock: hubSubnetCidr,
      ...withIpv6('2600:1::/64'),
    });
    const texts = remedies({
      hub: { subnets: [hubSubnet] },
      monitored: {
        subnets: [aSubnet(withIpv6('2600:2::/64'))],
        networkAcls: [anAcl({ ingress: [allowAll] })],
      },
      sources: ['10.0.0.0/16', '2600:1::/56'],
      cidrs: [cidr, '2600:2::/56'],
    });
    expect(texts.filter((text) => text.includes('acl'))).toEqual([
      expect.stringContaining('--ipv6-cidr-block 2600:1::/56 --rule-action allow'),
    ]);
  });
});

describe('what else opens a way', () => {
  it('is to delete a route that takes a part away', () => {
    const nat = {
      DestinationCidrBlock: subnetCidr,
      NatGatewayId: 'nat-1',
      State: 'active',
    } as const;
    expect(remedies({ hub: { routeTables: [aHubTable([aRoute(cidr), nat])] } })).toEqual([
      `in account ${hubAccountId}, if nothing else needs the route, aws ec2 delete-route --region eu-central-1 --route-table-id ${hubTableId} --destination-cidr-block ${subnetCidr}`,
    ]);
  });

  it('is another onboarding, named once, where something that Sightline makes is missing', () => {
    expect(remedies({ hub: { routeTables: [aHubTable()] }, rules: [] })).toEqual([
      'start another onboarding, which adds what is missing',
    ]);
  });

  it('is nothing where every way is open', () => {
    expect(remedies({})).toEqual([]);
  });
});
