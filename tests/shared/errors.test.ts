import * as z from 'zod';
import {
  awsErrors,
  catalogue,
  type ErrorName,
  explain,
  problemsIn,
  problemsOf,
  SightlineError,
  type ValuesOf,
} from '../../shared/errors.ts';
import { accountId, peeringId } from '../builders.ts';

const names = Object.keys(catalogue) as ErrorName[];

const placeholders = (text: string) => [...text.matchAll(/<(\w+)>/g)].map(([, name = '']) => name);

/** An error of the catalogue, with `value-of-<placeholder>` for every value that it speaks of. */
const anErrorOf = (name: ErrorName) => {
  const { message, remedy } = catalogue[name];
  const values = Object.fromEntries(
    placeholders(message + remedy).map((key) => [key, `value-of-${key}`]),
  );
  return new SightlineError(name, values as ValuesOf<ErrorName>);
};

describe.each(names)('%s', (name) => {
  const { message, remedy } = catalogue[name];

  it('is named as the state machine knows it', () => {
    expect(anErrorOf(name)).toMatchObject({ name });
    expect(anErrorOf(name)).toBeInstanceOf(Error);
  });

  it('says what is wrong, then what to do, with every value filled in', () => {
    const { message: text } = anErrorOf(name);
    const filled = (template: string) => template.replace(/<(\w+)>/g, 'value-of-$1');
    expect(text).toBe(`${filled(message)}\nRemedy: ${filled(remedy)}`);
    expect(text).not.toMatch(/<\w+>/);
  });

  it('is explained by its name and message', () => {
    const { message: text } = anErrorOf(name);
    const explanation = explain(name, text);
    expect(explanation.name).toBe(name);
    expect(`${explanation.message}\nRemedy: ${explanation.remedy}`).toBe(text);
  });

  it('reads as sentences', () => {
    expect(message).toMatch(/\.$/);
    expect(remedy.length).toBeGreaterThan(20);
  });
});

it('keeps the error that led to it', () => {
  const cause = new Error('AccessDenied');
  const error = new SightlineError('PeeringRejected', { peeringId, accountId }, { cause });
  expect(error).toMatchObject({
    cause,
    message: expect.stringContaining(`Account ${accountId} rejected the peering ${peeringId}.`),
  });
});

it('takes numbers as values too', () => {
  const values = { peeringId, status: 'provisioning', looks: 300 };
  expect(new SightlineError('PeeringNotActive', values)).toMatchObject({
    message: expect.stringContaining('still provisioning after 300 looks'),
  });
});

it('leaves a value as it is that looks like a placeholder', () => {
  const problems = 'expected <side>, got $& and <problems>';
  expect(new SightlineError('InvalidRequest', { problems }).message).toContain(problems);
});

describe('explain', () => {
  it.each(Object.entries(awsErrors))('knows what to do about %s of AWS', (name, { remedy }) => {
    expect(explain(name, 'You are not authorized')).toEqual({
      name,
      message: 'You are not authorized',
      remedy,
    });
  });

  it('says itself what is wrong where AWS’s error has no message', () => {
    expect(explain('RouteLimitExceeded', '')).toEqual({
      name: 'RouteLimitExceeded',
      ...awsErrors.RouteLimitExceeded,
    });
  });

  it('sends the reader of an unknown error to the log', () => {
    expect(explain('TypeError', 'x is undefined')).toEqual({
      name: 'TypeError',
      message: 'x is undefined',
      remedy: expect.stringContaining('see the log of the failed step'),
    });
  });

  it('has at least the name of an unknown error without a message', () => {
    expect(explain('SomethingUnheardOf', '')).toMatchObject({ message: 'SomethingUnheardOf' });
  });
});

it('names every problem of a failed parse with the path of its field', () => {
  const Schema = z.object({ a: z.object({ b: z.array(z.int('no number')) }), c: z.string('no c') });
  const { error } = Schema.safeParse({ a: { b: [1, 'x'] } });
  expect(error && problemsOf(error)).toBe('a.b.1: no number; c: no c');
});

it('names an unknown field by its own path', () => {
  const Schema = z.strictObject({ a: z.strictObject({}).optional() });
  const { error } = Schema.safeParse({ a: { x: 1 }, y: 1, z: 1 });
  expect(error && problemsIn(error)).toEqual([
    { path: 'a.x', message: 'is not known here' },
    { path: 'y', message: 'is not known here' },
    { path: 'z', message: 'is not known here' },
  ]);
});

it('names a problem of the whole by itself', () => {
  const { error } = z.string('not a text').safeParse(1);
  expect(error && problemsOf(error)).toBe('not a text');
});
