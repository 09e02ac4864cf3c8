import type { Parameter, Template } from './template.ts';

/** What `Ref` of a parameter gives. */
export type ParameterValue = string | string[];

const list = /^(CommaDelimitedList|List<(Number|AWS::EC2::[\w:]+)>)$/;
const single = /^(String|Number|AWS::EC2::[\w:]+)$/;

type Rule = (value: string, parameter: Parameter) => boolean;

const rules: readonly Rule[] = [
  (value, { AllowedPattern }) =>
    !AllowedPattern || new RegExp(`^(?:${AllowedPattern})$`).test(value),
  (value, { AllowedValues }) => !AllowedValues || AllowedValues.map(String).includes(value),
  (value, { MinLength = 0 }) => value.length >= MinLength,
  (value, { MaxLength = Infinity }) => value.length <= MaxLength,
  (value, { Type }) => !Type.includes('Number') || Number.isFinite(Number(value)),
  (value, { MinValue }) => MinValue === undefined || Number(value) >= MinValue,
  (value, { MaxValue }) => MaxValue === undefined || Number(value) <= MaxValue,
];

const check = (name: string, value: string, parameter: Parameter) => {
  if (rules.every((rule) => rule(value, parameter))) return;
  const why = parameter.ConstraintDescription ?? JSON.stringify(parameter);
  throw new Error(`parameter ${name}: '${value}' is not allowed (${why})`);
};

const parameterValue = (name: string, parameter: Parameter, given: string | undefined) => {
  const value = given ?? parameter.Default;
  if (value === undefined) throw new Error(`parameter ${name} has no default and was not given`);
  const isList = list.test(parameter.Type);
  if (!isList && !single.test(parameter.Type)) {
    throw new Error(`parameter ${name}: the type ${parameter.Type} is not supported`);
  }
  const values = isList ? `${value}`.split(',').map((item) => item.trim()) : [`${value}`];
  for (const each of values) check(name, each, parameter);
  return isList ? values : `${value}`;
};

/** The values of a template's parameters. Throws for a missing, unknown or forbidden one, by name. */
export const parameterValues = (
  { Parameters }: Pick<Template, 'Parameters'>,
  given: Readonly<Record<string, string>>,
): Record<string, ParameterValue> => {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(Parameters, name));
  if (unknown) throw new Error(`the template has no parameter ${unknown}`);
  return Object.fromEntries(
    Object.entries(Parameters).map(([name, parameter]) => [
      name,
      parameterValue(name, parameter, given[name]),
    ]),
  );
};
