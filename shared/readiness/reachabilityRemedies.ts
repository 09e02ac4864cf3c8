import type { NetworkAcl } from '@aws-sdk/client-ec2';
import { isIpv6 } from '../ports.ts';
import type { AclFix, Fix } from './reachabilityObstacles.ts';
import type { Traffic } from './reachabilityTraffic.ts';

/** One entry that a network ACL lacks. */
type Entry = Omit<AclFix, 'blocks'> & { block: string };

const entryKey = ({ networkAcl, egress, traffic, block }: Entry) =>
  [
    networkAcl.NetworkAclId,
    egress,
    traffic.protocol,
    traffic.port.from,
    traffic.port.to,
    traffic.code.from,
    traffic.code.to,
    block,
  ].join(' ');

/** The entries that are lacking, each once: before the first of the entries that are in its way. */
const entriesOf = (fixes: readonly Fix[]): Entry[] => {
  const entries = new Map<string, Entry>();
  for (const { blocks, ...fix } of fixes.filter((one) => one.kind === 'entry')) {
    for (const block of blocks) {
      const entry = { ...fix, block };
      const known = entries.get(entryKey(entry));
      const numbers = [known?.before, fix.before].filter((number) => number !== undefined);
      const before = numbers.length > 0 ? Math.min(...numbers) : undefined;
      entries.set(entryKey(entry), { ...entry, before });
    }
  }
  return [...entries.values()];
};

/** The highest number that the entries of an ACL may have: `*` comes after them. */
const lastNumber = 32_766;

const numbersIn = ({ Entries = [] }: NetworkAcl, egress: boolean) =>
  Entries.filter(({ Egress }) => Egress === egress)
    .flatMap(({ RuleNumber }) => RuleNumber ?? [])
    .filter((number) => number <= lastNumber);

/** The next number that is free: before an entry that is in the way, else after all others. */
const freeNumber = (taken: ReadonlySet<number>, before: number | undefined): number | undefined => {
  const last = Math.max(0, ...taken);
  if (before === undefined && last < lastNumber) return Math.min(last + 10, lastNumber);
  for (let number = (before ?? lastNumber + 1) - 1; number > 0; number--) {
    if (!taken.has(number)) return number;
  }
  return undefined;
};

const protocolOptions = ({ protocol, port, code }: Traffic) => {
  if (protocol !== 'icmp')
    return `--protocol ${protocol} --port-range From=${port.from},To=${port.to}`;
  const type = port.from === port.to ? port.from : -1;
  return `--protocol icmp --icmp-type-code Type=${type},Code=${code.from === code.to ? code.from : -1}`;
};

const commandOf = ({ end, networkAcl, egress, traffic, block }: Entry, number: number) =>
  [
    `aws ec2 create-network-acl-entry --region ${end.at.region}`,
    `--network-acl-id ${networkAcl.NetworkAclId} ${egress ? '--egress' : '--ingress'}`,
    `--rule-number ${number} ${protocolOptions(traffic)}`,
    `${isIpv6(block) ? '--ipv6-cidr-block' : '--cidr-block'} ${block} --rule-action allow`,
  ].join(' ');

const inAccount = (accountId: string, text: string) => `in account ${accountId}, ${text}`;

const entryRemedies = (fixes: readonly Fix[]): string[] => {
  const takenIn = new Map<string, Set<number>>();
  return entriesOf(fixes).map((entry) => {
    const { networkAcl, egress, before, end } = entry;
    const key = `${networkAcl.NetworkAclId} ${egress}`;
    const taken = takenIn.get(key) ?? new Set(numbersIn(networkAcl, egress));
    const number = freeNumber(taken, before);
    if (number === undefined) {
      const text = `give rule ${before ?? '*'} of ${networkAcl.NetworkAclId} a higher number, for no number before it is free`;
      return inAccount(end.at.accountId, text);
    }
    takenIn.set(key, taken.add(number));
    return inAccount(end.at.accountId, commandOf(entry, number));
  });
};

const remedyOf = (fix: Fix): string[] => {
  if (fix.kind === 'entry') return [];
  if (fix.kind === 'start again') return ['start another onboarding, which adds what is missing'];
  const { end, routeTableId, destination } = fix;
  const option = isIpv6(destination) ? '--destination-ipv6-cidr-block' : '--destination-cidr-block';
  const command = `aws ec2 delete-route --region ${end.at.region} --route-table-id ${routeTableId} ${option} ${destination}`;
  return [inAccount(end.at.accountId, `if nothing else needs the route, ${command}`)];
};

/** What opens the ways: a command for each thing that its owner would have to change, each once. */
export const remediesFor = (fixes: readonly Fix[]): string[] => [
  ...new Set([...entryRemedies(fixes), ...fixes.flatMap(remedyOf)]),
];
