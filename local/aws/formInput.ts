import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaTraitsObject, StaticOperationSchema } from '@smithy/types';
import { type FormNode, parseForm } from './form.ts';
import { inputErrors } from './inputErrors.ts';
import { requireMembers } from './schemas.ts';

type FormKind = 'ec2' | 'query';
type Reader = (schema: NormalizedSchema, node: FormNode, path: string, kind: FormKind) => unknown;

/** The operation a form asks for. */
export const formAction = (body: string): string | undefined =>
  parseForm(body).children.get('Action')?.value;

/** Reads a form as the input of an operation; everything in it has to be known to the operation's schema. */
export const readForm = (schema: StaticOperationSchema, body: string, kind: FormKind): object => {
  const form = parseForm(body);
  form.children.delete('Action');
  form.children.delete('Version');
  const structure = NormalizedSchema.of(schema[4]);
  const input = readStructure(structure, form, '', kind);
  requireMembers(structure, input, inputErrors[kind]);
  return input;
};

const readValue: Reader = (schema, node, path, kind) => {
  if (schema.isStructSchema()) return readStructure(schema, node, path, kind);
  if (schema.isListSchema()) return readList(schema, node, path, kind);
  return readLeaf(schema, node, path, kind);
};

const readStructure = (
  schema: NormalizedSchema,
  node: FormNode,
  path: string,
  kind: FormKind,
): object => {
  const unread = new Map(node.children);
  const input: Record<string, unknown> = {};
  for (const [name, member] of schema.isUnitSchema() ? [] : schema.structIterator()) {
    const key = memberKey(name, member.getMergedTraits(), kind);
    const child = unread.get(key);
    if (child) input[name] = readValue(member, child, join(path, key), kind);
    unread.delete(key);
  }
  for (const key of unread.keys()) throw inputErrors[kind].unknown(join(path, key));
  return input;
};

/** EC2 capitalises the names it uses in its XML; the others use them as they are. */
const memberKey = (name: string, traits: SchemaTraitsObject, kind: FormKind): string => {
  const key = traits.xmlName ?? name;
  if (kind === 'query') return key;
  const ec2Name = traits['ec2QueryName'];
  return typeof ec2Name === 'string' ? ec2Name : key.charAt(0).toUpperCase() + key.slice(1);
};

const readList: Reader = (schema, node, path, kind) => {
  if (node.value) throw inputErrors[kind].invalid(path, node.value);
  const item = schema.getValueSchema();
  const [items, itemsPath] = itemsOf(schema, node, path, kind);
  return [...items.children]
    .map(([key, child]) => ({ child, index: indexIn(key, itemsPath, kind) }))
    .sort((one, other) => one.index - other.index)
    .map(({ child, index }) => readValue(item, child, join(itemsPath, String(index)), kind));
};

/** EC2 writes `Filter.1`, the others `Tags.member.1`. */
const itemsOf = (
  schema: NormalizedSchema,
  node: FormNode,
  path: string,
  kind: FormKind,
): [FormNode, string] => {
  if (kind === 'ec2' || schema.getMergedTraits().xmlFlattened) return [node, path];
  const key = schema.getValueSchema().getMergedTraits().xmlName ?? 'member';
  for (const other of node.children.keys()) {
    if (other !== key) throw inputErrors[kind].unknown(join(path, other));
  }
  return [node.children.get(key) ?? { children: new Map() }, join(path, key)];
};

const indexIn = (key: string, path: string, kind: FormKind): number => {
  if (!/^\d+$/.test(key)) throw inputErrors[kind].unknown(join(path, key));
  return Number(key);
};

// A map is a leaf here: no operation that the local AWS knows takes one in a form, and it is refused.
const readLeaf: Reader = (schema, node, path, kind) => {
  const [below] = node.children.keys();
  if (below !== undefined) throw inputErrors[kind].unknown(join(path, below));
  const text = node.value ?? '';
  const value = parseText(schema, text);
  if (value === undefined) throw inputErrors[kind].invalid(path, text);
  return value;
};

/** A text as the schema's type; undefined when it is none of that type. */
export const parseText = (schema: NormalizedSchema, text: string): unknown => {
  if (schema.isStringSchema()) return text;
  if (schema.isBooleanSchema()) return parseBoolean(text);
  if (schema.isNumericSchema()) return numberOrNothing(Number(text || Number.NaN));
  if (schema.isTimestampSchema()) return parseDate(text);
  return schema.isBlobSchema() ? Buffer.from(text, 'base64') : undefined;
};

const parseBoolean = (text: string): boolean | undefined =>
  ({ true: true, false: false })[text.toLowerCase()];

const parseDate = (text: string): Date | undefined =>
  Number.isNaN(Date.parse(text)) ? undefined : new Date(text);

const numberOrNothing = (value: number): number | undefined =>
  Number.isNaN(value) ? undefined : value;

const join = (path: string, key: string): string => (path ? `${path}.${key}` : key);
