import { readFileSync } from 'node:fs';
import { type CollectionTag, parseDocument, type ScalarTag } from 'yaml';
import * as z from 'zod';
import { Json } from '../json.ts';

const Parameter = z.object({
  Type: z.string(),
  Default: z.union([z.string(), z.number()]).optional(),
  AllowedPattern: z.string().optional(),
  AllowedValues: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  MinLength: z.coerce.number().optional(),
  MaxLength: z.coerce.number().optional(),
  MinValue: z.coerce.number().optional(),
  MaxValue: z.coerce.number().optional(),
  ConstraintDescription: z.string().optional(),
});
export type Parameter = z.infer<typeof Parameter>;

const Resource = z.object({
  Type: z.string(),
  Condition: z.string().optional(),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  Properties: z.record(z.string(), Json).default({}),
});
export type Resource = z.infer<typeof Resource>;

const Output = z.object({ Value: Json, Condition: z.string().optional() });

/** A CloudFormation template, as far as deploying it here takes. */
export const Template = z.object({
  Parameters: z.record(z.string(), Parameter).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), Json))).default({}),
  Conditions: z.record(z.string(), Json).default({}),
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), Output).default({}),
  // Macros and their like would change the template before it is read.
  Transform: z.undefined({ error: 'Transform is not supported' }).optional(),
});
export type Template = z.infer<typeof Template>;

/** `!Ref` and `!Condition` have no `Fn::` in their long form. */
const longForm = (name: string) => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);

const shortForms = [
  ...['Ref', 'Condition', 'GetAtt', 'Sub', 'Join', 'If', 'Equals', 'Not', 'And', 'Or'],
  ...['Select', 'Split', 'FindInMap'],
];

const splitAttribute = (text: string) => {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
};

const tagsOf = (name: string): (ScalarTag | CollectionTag)[] => [
  {
    tag: `!${name}`,
    resolve: (text) => ({ [longForm(name)]: name === 'GetAtt' ? splitAttribute(text) : text }),
  },
  ...(['seq', 'map'] as const).map(
    (collection): CollectionTag => ({
      tag: `!${name}`,
      collection,
      resolve: (node) => ({ [longForm(name)]: node.toJSON() }),
    }),
  ),
];

/**
 * Reads a CloudFormation template, JSON or YAML with short-form tags. Throws for a tag it does not
 * know and, as a `ZodError`, for a part of the template that it cannot deploy.
 */
export const parseTemplate = (text: string): Template => {
  const document = parseDocument(text, { customTags: shortForms.flatMap(tagsOf) });
  // An unknown tag is only a warning to the YAML library; its value would be wrong.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw problem;
  return Template.parse(document.toJS());
};

/** Reads a CloudFormation template from a file. */
export const readTemplate = (path: string): Template => parseTemplate(readFileSync(path, 'utf8'));
