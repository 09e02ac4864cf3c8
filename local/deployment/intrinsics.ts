import * as z from 'zod';
import { isObject, Json } from '../json.ts';

/** What the intrinsic functions of a template refer to. `undefined` is `AWS::NoValue`. */
export type Scope = {
  reference: (name: string) => Json | undefined;
  attribute: (logicalId: string, name: string) => Json;
  condition: (name: string) => boolean;
  mappings: Readonly<Record<string, Record<string, Record<string, Json>>>>;
};

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Texts = z.array(Text);
const Pair = z.tuple([Json, Json]);

const asText = (value: Json, scope: Scope) => Text.parse(resolve(value, scope));
const asTexts = (value: Json, scope: Scope) => Texts.parse(resolve(value, scope));

const attributeName = (argument: Json): [string, string] => {
  if (typeof argument !== 'string') return z.tuple([z.string(), z.string()]).parse(argument);
  const dot = argument.indexOf('.');
  return [argument.slice(0, dot), argument.slice(dot + 1)];
};

const variable = (name: string, scope: Scope): Json | undefined =>
  name.includes('.') ? scope.attribute(...attributeName(name)) : scope.reference(name);

const Variables = z.record(z.string(), Json);
const Substitution = z.union([
  z.string().transform((text) => ({ text, given: Variables.parse({}) })),
  z.tuple([z.string(), Variables]).transform(([text, given]) => ({ text, given })),
]);

const substitute = (argument: Json, scope: Scope): string => {
  const { text, given } = Substitution.parse(argument);
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const own = given[name.trim()];
    return own === undefined ? Text.parse(variable(name.trim(), scope)) : asText(own, scope);
  });
};

const select = (argument: Json, scope: Scope): Json => {
  const [index, list] = Pair.parse(argument);
  const items = z.array(Json).parse(resolve(list, scope));
  const found = items[Number(asText(index, scope))];
  if (found === undefined) throw new Error(`Fn::Select: there is no item ${JSON.stringify(index)}`);
  return found;
};

const findInMap = (argument: Json, scope: Scope): Json => {
  const [map, top, second] = z.tuple([Json, Json, Json]).parse(argument);
  const path = [map, top, second].map((key) => asText(key, scope));
  const [mapName = '', topKey = '', secondKey = ''] = path;
  const found = scope.mappings[mapName]?.[topKey]?.[secondKey];
  if (found === undefined) throw new Error(`Fn::FindInMap: nothing at ${path.join('.')}`);
  return found;
};

const intrinsics: Record<string, (argument: Json, scope: Scope) => Json | undefined> = {
  Ref: (argument, scope) => scope.reference(z.string().parse(argument)),
  'Fn::GetAtt': (argument, scope) => scope.attribute(...attributeName(argument)),
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [delimiter, list] = Pair.parse(argument);
    return asTexts(list, scope).join(asText(delimiter, scope));
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = z.tuple([z.string(), Json, Json]).parse(argument);
    return resolve(scope.condition(name) ? whenTrue : whenFalse, scope);
  },
  'Fn::Select': select,
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = Pair.parse(argument);
    return asText(text, scope).split(asText(delimiter, scope));
  },
  'Fn::FindInMap': findInMap,
};

const resolvedEntries = (entries: [string, Json][], scope: Scope): Json =>
  Object.fromEntries(
    entries.flatMap(([key, item]) => {
      const resolved = resolve(item, scope);
      return resolved === undefined ? [] : [[key, resolved]];
    }),
  );

/**
 * A template's value with every intrinsic function replaced by what it gives; `undefined` stands
 * for `AWS::NoValue`. Throws for a function or a name that is not known.
 */
export const resolve = (value: Json, scope: Scope): Json | undefined => {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries.length === 1 && entries[0] ? entries[0] : ['', null];
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (intrinsic) return intrinsic(argument, scope);
  if (name.startsWith('Fn::')) throw new Error(`the intrinsic function ${name} is not supported`);
  return resolvedEntries(entries, scope);
};

const operands = (argument: Json, scope: Scope) =>
  z
    .array(Json)
    .parse(argument)
    .map((operand) => isTrue(operand, scope));

const conditions: Record<string, (argument: Json, scope: Scope) => boolean> = {
  Condition: (argument, scope) => scope.condition(z.string().parse(argument)),
  'Fn::Equals': (argument, scope) => {
    const [left, right] = Pair.parse(argument);
    return asText(left, scope) === asText(right, scope);
  },
  'Fn::Not': (argument, scope) => !operands(argument, scope)[0],
  'Fn::And': (argument, scope) => operands(argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => operands(argument, scope).some(Boolean),
};

/** Whether a condition of a template holds. */
export const isTrue = (condition: Json, scope: Scope): boolean => {
  const [name, argument] = (isObject(condition) && Object.entries(condition)[0]) || ['', null];
  const evaluate = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
  if (!evaluate) throw new Error(`not a condition: ${JSON.stringify(condition)}`);
  return evaluate(argument, scope);
};
