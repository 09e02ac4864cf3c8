import * as z from 'zod/mini';
import { described, matching, parse } from '../../shared/zod.ts';

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a value that does not fit a schema', () => {
  const error = thrownBy(() => parse(z.object({ a: z.string(), b: z.int() }), { a: 1, b: 1 }));

  it('is an error with a stack and the name that Lambda reports', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'ZodError', stack: expect.stringContaining('zod.test') });
  });

  it('is told in English, each wrong field with what was expected', () => {
    expect(error).toMatchObject({
      issues: [{ path: ['a'], message: 'Invalid input: expected string, received number' }],
    });
  });
});

it('makes of a value what the schema says', () => {
  expect(parse(z.object({ a: z._default(z.int(), 1) }), { b: 2 })).toEqual({ a: 1 });
});

it('takes a text that matches, and tells what it expected instead of another', () => {
  const Digits = matching(/^\d+$/, 'expected digits');

  expect(Digits.parse('12')).toBe('12');
  expect(Digits.safeParse('x').error?.issues).toMatchObject([{ message: 'expected digits' }]);
});

it('describes a schema where it is used, and there alone', () => {
  const Digits = matching(/^\d+$/, 'expected digits');

  expect(z.toJSONSchema(described(Digits, 'A number.'))).toMatchObject({
    description: 'A number.',
  });
  expect(z.toJSONSchema(Digits)).not.toHaveProperty('description');
});
