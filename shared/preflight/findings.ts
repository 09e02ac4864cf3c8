import * as z from 'zod/mini';
import { type ErrorName, explain, SightlineError, type ValuesOf } from '../errors.ts';

const Severity = z.enum(['blocks', 'warns']);

/** Something that stands in the way of an onboarding (`blocks`), or that a person should know (`warns`). */
export type Finding = { severity: z.infer<typeof Severity>; error: Error };

/** A finding as it is told: under its name in the catalogue, with the remedy. */
export const ToldFinding = z.object({
  severity: Severity,
  name: z.string(),
  message: z.string(),
  remedy: z.string(),
});
export type ToldFinding = z.infer<typeof ToldFinding>;

/** Something of the catalogue that stands in the way. */
export const blocks = <Name extends ErrorName>(name: Name, values: ValuesOf<Name>): Finding => ({
  severity: 'blocks',
  error: new SightlineError(name, values),
});

/** Something of the catalogue that a person should know. */
export const warns = <Name extends ErrorName>(name: Name, values: ValuesOf<Name>): Finding => ({
  severity: 'warns',
  error: new SightlineError(name, values),
});

/** Tells a finding. */
export const tell = ({ severity, error }: Finding): ToldFinding => ({
  severity,
  ...explain(error.name, error.message),
});

/** What a decision comes to: its result, or what stands in its way. */
export type Decided<Result> = { result?: Result; findings: Finding[] };

/** Takes a decision that refuses by an error of the catalogue. Throws any other error. */
export const decided = <Result>(decide: () => Result): Decided<Result> => {
  try {
    return { result: decide(), findings: [] };
  } catch (error) {
    if (error instanceof SightlineError) return { findings: [{ severity: 'blocks', error }] };
    throw error;
  }
};

const numbered = (texts: readonly string[]) =>
  texts.map((text, index) => `${index + 1}. ${text}`).join(' ');

/**
 * Throws what stands in the way, if anything does: a single finding as its own error, several as
 * `PreflightRefused`, which tells all of them with their remedies.
 */
export const refuseBlocked = (findings: readonly Finding[]): void => {
  const blocking = findings.filter(({ severity }) => severity === 'blocks');
  const [first, ...others] = blocking;
  if (!first) return;
  if (others.length === 0) throw first.error;
  const told = blocking.map(tell);
  throw new SightlineError('PreflightRefused', {
    count: told.length,
    findings: numbered(told.map(({ name, message }) => `${name}: ${message}`)),
    remedies: numbered(told.map(({ remedy }) => remedy)),
  });
};

/** What the steps themselves tell once more, when they have looked. */
const toldBySteps = ['RouteTakesPart'];

/** What a person should know besides, each with its remedy. */
export const warningsOf = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ severity, error }) => severity === 'warns' && !toldBySteps.includes(error.name))
    .map(tell)
    .map(({ message, remedy }) => `${message} ${remedy}`);
