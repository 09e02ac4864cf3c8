import type { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types';
import type { InputErrors } from './inputErrors.ts';

// The SDK describes every operation by arrays like
//   DescribeVpcs$ = [9, namespace, 'DescribeVpcs', traits, () => input, () => output]
//   DescribeVpcsRequest$ = [3, namespace, name, traits, memberNames, memberSchemas, howManyAreRequired?]
// where the required members come first.

const isOperation = (value: unknown): value is StaticOperationSchema =>
  Array.isArray(value) && value[0] === 9;

const isStructure = (value: unknown): value is StaticStructureSchema =>
  Array.isArray(value) && value[0] === 3;

/** The schema of an operation, which an SDK client exports as `${action}$`. */
export const operationSchema = (sdk: object, action: string): StaticOperationSchema | undefined => {
  const schema: unknown = Reflect.get(sdk, `${action}$`);
  return isOperation(schema) ? schema : undefined;
};

/** The members of a structure: their names and their schemas. An operation without output has none. */
export const membersOf = (structure: NormalizedSchema): Pick<StaticStructureSchema, 4 | 5> => {
  const schema = structure.getSchema();
  return isStructure(schema) ? schema : { 4: [], 5: [] };
};

/** A structure that no service has, such as the envelope around an answer. */
export const structure = (
  name: string,
  members: Pick<StaticStructureSchema, 4 | 5>,
): StaticStructureSchema => [3, 'local', name, 0, members[4], members[5]];

/** Refuses an input that lacks what its schema requires, also further down. */
export const requireMembers = (
  schema: NormalizedSchema,
  value: unknown,
  errors: InputErrors,
  path: readonly string[] = [],
): void => {
  for (const name of requiredMembers(schema)) {
    if (memberOf(value, name) === undefined) throw errors.missing([...path, name].join('.'));
  }
  for (const [name, inner, part] of partsOf(schema, value)) {
    requireMembers(inner, part, errors, [...path, name]);
  }
};

const requiredMembers = (schema: NormalizedSchema): string[] => {
  const definition = schema.getSchema();
  return isStructure(definition) ? definition[4].slice(0, definition[6] ?? 0) : [];
};

type Part = [name: string, schema: NormalizedSchema, value: unknown];

/** What a structure's members or a list's items hold, each with its own schema. */
export const partsOf = (schema: NormalizedSchema, value: unknown): Part[] => {
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item: unknown, i): Part => [String(i + 1), schema.getValueSchema(), item]);
  }
  if (!schema.isStructSchema()) return [];
  return [...schema.structIterator()]
    .map(([name, member]): Part => [name, member, memberOf(value, name)])
    .filter(([, , part]) => part !== undefined);
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
