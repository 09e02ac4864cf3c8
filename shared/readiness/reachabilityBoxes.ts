import { normalizeCidr, parseCidr } from 'cidr-tools';

/** Whole numbers, both ends included. */
export type Range = { from: bigint; to: bigint };

/** A set of packets: the address of the other end, the port (for ICMP the type), and ICMP's code. */
export type Box = { address: Range; port: Range; code: Range };

const dimensions = ['address', 'port', 'code'] as const;

/** IPv6 lies beyond IPv4 on one line of numbers, so that no block of one covers any of the other. */
const firstOfIpv6 = 1n << 32n;

/** The addresses of a block. */
export const addressesOf = (cidr: string): Range => {
  const { start, end, version } = parseCidr(cidr);
  const shift = version === 6 ? firstOfIpv6 : 0n;
  return { from: start + shift, to: end + shift };
};

const ipv4Text = (address: bigint) =>
  [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');

const ipv6Text = (address: bigint) =>
  Array.from({ length: 8 }, (_, index) => (address >> BigInt(112 - 16 * index)) & 0xffffn)
    .map((group) => group.toString(16))
    .join(':');

/** The longest prefix with which a block begins at this address and does not go beyond the last one. */
const prefixOf = (first: bigint, last: bigint, bits: number) => {
  let prefix = bits;
  for (let size = 2n; prefix > 0 && first % size === 0n && first + size - 1n <= last; size *= 2n)
    prefix -= 1;
  return prefix;
};

/** The blocks that make up a range of addresses of one family, as few as can be. */
export const cidrsIn = ({ from, to }: Range): string[] => {
  const isIpv4 = from < firstOfIpv6;
  const [bits, shift] = isIpv4 ? [32, 0n] : [128, firstOfIpv6];
  const cidrs: string[] = [];
  for (let first = from - shift; first <= to - shift; ) {
    const prefix = prefixOf(first, to - shift, bits);
    const text = isIpv4 ? ipv4Text(first) : ipv6Text(first);
    cidrs.push(normalizeCidr(`${text}/${prefix}`));
    first += 1n << BigInt(bits - prefix);
  }
  return cidrs;
};

const overlapOf = (one: Range, other: Range): Range => ({
  from: one.from > other.from ? one.from : other.from,
  to: one.to < other.to ? one.to : other.to,
});

/** The same numbers in as few ranges as can be: those that touch become one. */
export const joined = (ranges: readonly Range[]): Range[] => {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = result.at(-1);
    if (!last || range.from > last.to + 1n) result.push({ ...range });
    else if (range.to > last.to) last.to = range.to;
  }
  return result;
};

const spanOf = (one: Range, other: Range): Range => ({
  from: one.from < other.from ? one.from : other.from,
  to: one.to > other.to ? one.to : other.to,
});

/** The packets that both boxes have; none where they do not meet. */
export const meet = (one: Box, other: Box): Box | undefined => {
  const both = {
    address: overlapOf(one.address, other.address),
    port: overlapOf(one.port, other.port),
    code: overlapOf(one.code, other.code),
  };
  return dimensions.some((name) => both[name].from > both[name].to) ? undefined : both;
};

/** What is left of a box without the packets of another one. */
export const without = (box: Box, cut: Box): Box[] => {
  const common = meet(box, cut);
  if (!common) return [box];
  const rest: Box[] = [];
  let inner = box;
  for (const name of dimensions) {
    const [whole, gone] = [inner[name], common[name]];
    if (whole.from < gone.from)
      rest.push({ ...inner, [name]: { from: whole.from, to: gone.from - 1n } });
    if (whole.to > gone.to) rest.push({ ...inner, [name]: { from: gone.to + 1n, to: whole.to } });
    inner = { ...inner, [name]: gone };
  }
  return rest;
};

/** A rule of an ordered list: whether it lets the packets of its box through, and what it is. */
export type Rule<By> = { box: Box; opens: boolean; by: By };

/** Packets that do not get through, and the rule that says so; without one, no rule speaks of them. */
export type Closed<By> = { box: Box; by?: By };

const partsIn = (boxes: readonly Box[], box: Box) => boxes.flatMap((one) => meet(one, box) ?? []);

const decide = <By>(wanted: Box, rules: readonly Rule<By>[]): Closed<By>[] => {
  const closed: Closed<By>[] = [];
  let left = [wanted];
  for (const { box, opens, by } of rules) {
    if (!opens) closed.push(...partsIn(left, box).map((part) => ({ box: part, by })));
    left = left.flatMap((one) => without(one, box));
    if (left.length === 0) break;
  }
  return [...closed, ...left.map((box) => ({ box }))];
};

/** The smallest box around others. */
const around = (boxes: readonly Box[]): Box | undefined =>
  boxes.reduce<Box | undefined>(
    (hull, box) =>
      hull && {
        address: spanOf(hull.address, box.address),
        port: spanOf(hull.port, box.port),
        code: spanOf(hull.code, box.code),
      },
    boxes[0],
  );

/**
 * The part of the wanted packets that does not get through a list of rules. For each packet the first
 * rule that speaks of it decides; one that no rule speaks of does not get through.
 */
export const closedIn = <By>(wanted: readonly Box[], rules: readonly Rule<By>[]): Closed<By>[] => {
  // Decided for all at once: most often nothing is closed, however many blocks there are.
  const hull = around(wanted);
  const closed = hull ? decide(hull, rules) : [];
  return wanted.flatMap((box) => closedWithin(closed, box));
};

/** Those packets that do not get through and are among the packets of this box. */
export const closedWithin = <By>(closed: readonly Closed<By>[], box: Box): Closed<By>[] =>
  closed.flatMap((one) => {
    const part = meet(one.box, box);
    return part ? [{ ...one, box: part }] : [];
  });
