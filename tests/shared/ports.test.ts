import { formatPort, isIpv6, isRuleFor, permissionFor, resolvePorts } from '../../shared/ports.ts';
import { aRule, hubAccountId, hubCidr, ping, someSettings, zabbixAgent } from '../builders.ts';

const { portProfiles } = someSettings();

it.each([
  [{ protocol: 'tcp', from: 9100, to: 9100 }, 'tcp/9100'],
  [{ protocol: 'udp', from: 161, to: 162 }, 'udp/161-162'],
  [{ protocol: 'icmp', from: 8, to: -1 }, 'icmp/8'],
  [{ protocol: 'icmp', from: -1, to: -1 }, 'icmp'],
] as const)('writes %j as %s', (port, text) => {
  expect(formatPort(port)).toBe(text);
});

it('resolves names of profiles and ports as they are', () => {
  const range = { protocol: 'tcp', from: 80, to: 81 } as const;
  expect(resolvePorts(['zabbix-agent', range, 'ping'], portProfiles)).toEqual({
    ports: [zabbixAgent, { name: 'tcp/80-81', ...range }, ping],
    unknown: [],
  });
});

it('tells which names are no profile', () => {
  expect(resolvePorts(['gopher', 'ping', 'finger'], portProfiles)).toEqual({
    ports: [ping],
    unknown: ['gopher', 'finger'],
  });
});

describe('a rule', () => {
  it('is for a port and a block if it lets in exactly these', () => {
    expect(isRuleFor(aRule(), zabbixAgent, hubCidr)).toBe(true);
    const ipv6 = { CidrIpv4: undefined, CidrIpv6: '2001:db8::/56' };
    expect(isRuleFor(aRule(ipv6), zabbixAgent, '2001:db8::/56')).toBe(true);
  });

  it.each([
    ['lets out', { IsEgress: true }],
    ['is of another protocol', { IpProtocol: 'udp' }],
    ['is of every protocol', { IpProtocol: '-1' }],
    ['begins at another port', { FromPort: 10049 }],
    ['ends at another port', { ToPort: 10051 }],
    ['is for another block', { CidrIpv4: '10.0.0.0/8' }],
  ])('is another if it %s', (_, parts) => {
    expect(isRuleFor(aRule(parts), zabbixAgent, hubCidr)).toBe(false);
  });
});

it('asks for IPv4 and IPv6 blocks in their own fields, and leaves out what is empty', () => {
  const Description = 'from the hub';
  const tcp10050 = { IpProtocol: 'tcp', FromPort: 10050, ToPort: 10050 };
  const v4 = { IpRanges: [{ CidrIp: hubCidr, Description }] };
  const v6 = { Ipv6Ranges: [{ CidrIpv6: '2001:db8::/56', Description }] };
  expect(permissionFor(zabbixAgent, [hubCidr], Description, hubAccountId)).toEqual({
    ...tcp10050,
    ...v4,
  });
  expect(permissionFor(zabbixAgent, ['2001:db8::/56'], Description, hubAccountId)).toEqual({
    ...tcp10050,
    ...v6,
  });
  expect(permissionFor(zabbixAgent, ['2001:db8::/56', hubCidr], Description, hubAccountId)).toEqual(
    {
      ...tcp10050,
      ...v4,
      ...v6,
    },
  );
});

it('names a security group with the account that owns it, beside blocks', () => {
  const group = 'sg-0a111111111111111';
  expect(permissionFor(zabbixAgent, [hubCidr, group], 'd', hubAccountId)).toEqual({
    IpProtocol: 'tcp',
    FromPort: 10050,
    ToPort: 10050,
    IpRanges: [{ CidrIp: hubCidr, Description: 'd' }],
    UserIdGroupPairs: [{ GroupId: group, UserId: hubAccountId, Description: 'd' }],
  });
  const { CidrIpv4: _, ...rule } = aRule({ ReferencedGroupInfo: { GroupId: group } });
  expect(isRuleFor(rule, zabbixAgent, group)).toBe(true);
  expect(isRuleFor(rule, zabbixAgent, hubCidr)).toBe(false);
});

it('takes a port of the hub for another one than that of the monitored account', () => {
  const profiles = {
    there: { protocol: 'tcp', from: 10051, to: 10051 },
    back: { protocol: 'tcp', from: 10051, to: 10051, towards: 'hub' },
  } as const;
  expect(resolvePorts(['there', 'back'], profiles).ports.map(({ name }) => name)).toEqual([
    'there',
    'back',
  ]);
});

it('tells IPv6 from IPv4', () => {
  expect(isIpv6('::/0')).toBe(true);
  expect(isIpv6('0.0.0.0/0')).toBe(false);
});
