import { readSchedule, written } from './replay.ts';

it.each(['plain', 'plain 12:reset-after 30:throttled', 'agents 3:stale-x3', 'asked 80:hung'])(
  '“%s” is read as it is written',
  (line) => {
    expect(written(readSchedule(line))).toBe(line);
  },
);

it.each([
  ['plain 12', '12 is no fault'],
  ['plain 12:melted', '12:melted is no fault'],
  ['elsewhere 12:stale', 'elsewhere is no world: begin with plain, asked, agents'],
])('“%s” is refused, with what was expected', (line, message) => {
  expect(() => readSchedule(line)).toThrow(message);
});
