import { en } from 'zod/locales';
import * as z from 'zod/mini';
import { _parse, $constructor, $ZodError } from 'zod/v4/core';

// zod/mini, which is a third of zod's size and load time, says what is wrong only in a language that it is given.
z.config(en());

/** An error's name is what Lambda reports as its type: the one that zod itself gives, not `$ZodError`. */
const ZodError = $constructor<$ZodError>(
  'ZodError',
  (error, issues) => {
    $ZodError.init(error, issues);
    error.name = 'ZodError';
  },
  undefined,
  { Parent: Error },
);

/** What a schema makes of a value. Throws a `ZodError`, which names each wrong field. */
export const parse = _parse(ZodError);

/** A text that matches a pattern; for any other, the message is what is expected. */
export const matching = (pattern: RegExp, expected: string) =>
  z.string().check(z.regex(pattern, expected));

/** The schema with a description, as README and openapi.json show it. */
export const described = <Schema extends z.ZodMiniType>(schema: Schema, text: string): Schema =>
  schema.check(z.describe(text));
