import fc from 'fast-check';
import {
  addressesOf,
  type Box,
  cidrsIn,
  closedIn,
  closedWithin,
  joined,
  meet,
  type Range,
  type Rule,
  without,
} from '../../../shared/readiness/reachabilityBoxes.ts';

const range = (from: number, to: number): Range => ({ from: BigInt(from), to: BigInt(to) });
const someRange = fc
  .tuple(fc.nat(3), fc.nat(3))
  .map(([one, other]) => range(Math.min(one, other), Math.max(one, other)));
const someBox: fc.Arbitrary<Box> = fc.record({
  address: someRange,
  port: someRange,
  code: someRange,
});
const someRule: fc.Arbitrary<Rule<number>> = fc.record({
  box: someBox,
  opens: fc.boolean(),
  by: fc.nat(99),
});

const numbers = [0n, 1n, 2n, 3n];
const packets = numbers.flatMap((address) =>
  numbers.flatMap((port) => numbers.map((code) => ({ address, port, code }))),
);
type Packet = (typeof packets)[number];

const has = (box: Box, packet: Packet) =>
  (['address', 'port', 'code'] as const).every(
    (name) => box[name].from <= packet[name] && packet[name] <= box[name].to,
  );

describe('a block and its addresses', () => {
  it.each([
    '0.0.0.0/0',
    '10.0.0.0/16',
    '10.20.1.128/25',
    '255.255.255.255/32',
    '::/0',
    '2600:1f14::/56',
    '2600:1f14:0:ff::/64',
    '::1/128',
  ])('%s is the same block again', (cidr) => {
    expect(cidrsIn(addressesOf(cidr))).toEqual([cidr]);
  });

  it('a range that is no block is several', () => {
    const { from } = addressesOf('10.0.0.0/24');
    expect(cidrsIn({ from: from + 1n, to: from + 6n })).toEqual([
      '10.0.0.1/32',
      '10.0.0.2/31',
      '10.0.0.4/31',
      '10.0.0.6/32',
    ]);
  });

  it('no block of IPv4 has an address of IPv6', () => {
    expect(addressesOf('0.0.0.0/0').to).toBeLessThan(addressesOf('::/0').from);
  });

  it('blocks that touch are one range, others are not', () => {
    const [a, b, c] = ['10.0.1.0/24', '10.0.0.0/24', '10.0.3.0/24'].map(addressesOf);
    expect(joined([a!, b!, c!]).map(cidrsIn)).toEqual([['10.0.0.0/23'], ['10.0.3.0/24']]);
  });

  it('joining changes none of the ranges it gets', () => {
    const ranges = [range(0, 1), range(2, 3)];
    joined(ranges);
    expect(ranges).toEqual([range(0, 1), range(2, 3)]);
  });
});

it('what two boxes have in common is what is in both', () => {
  fc.assert(
    fc.property(someBox, someBox, (one, other) => {
      const both = meet(one, other);
      for (const packet of packets) {
        expect(both !== undefined && has(both, packet)).toBe(
          has(one, packet) && has(other, packet),
        );
      }
    }),
  );
});

it('a box without another has each of its other packets once', () => {
  fc.assert(
    fc.property(someBox, someBox, (box, cut) => {
      const rest = without(box, cut);
      for (const packet of packets) {
        const count = rest.filter((one) => has(one, packet)).length;
        expect(count).toBe(has(box, packet) && !has(cut, packet) ? 1 : 0);
      }
    }),
  );
});

it('for each packet the first rule that speaks of it decides, and without one it is closed', () => {
  fc.assert(
    fc.property(someBox, someBox, fc.array(someRule, { maxLength: 6 }), (box, other, rules) => {
      const wanted = [box, ...without(other, box)];
      const closed = closedIn(wanted, rules);
      for (const packet of packets) {
        const isWanted = wanted.some((one) => has(one, packet));
        const rule = rules.find((one) => has(one.box, packet));
        const found = closed.filter((one) => has(one.box, packet));
        expect(found.map(({ by }) => by)).toEqual(isWanted && !rule?.opens ? [rule?.by] : []);
      }
    }),
  );
});

it('nothing is closed where nothing is wanted', () => {
  expect(closedIn([], [])).toEqual([]);
});

it('what is closed within a box is cut to it', () => {
  const whole = { address: range(0, 3), port: range(0, 3), code: range(0, 0) };
  const part = { ...whole, port: range(2, 2) };
  expect(closedWithin([{ box: whole, by: 90 }], part)).toEqual([{ box: part, by: 90 }]);
  expect(closedWithin([{ box: part }], { ...whole, port: range(3, 3) })).toEqual([]);
});
