import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import { notKnown, onlyKnows } from './input.ts';
import { type Kind, missing } from './kinds.ts';

type Value = string | number | boolean | undefined;

/** A Describe's filters: AWS's name of each, and the values that a resource has for it. */
export type Filters<Resource> = Readonly<Record<string, (resource: Resource) => readonly Value[]>>;

/** What a Describe can choose by, besides tags, which everything has. */
export type Selection<Resource> = {
  action: string;
  kind: Kind;
  /** The input's member that lists ids. */
  idsMember: string;
  idOf: (resource: Resource) => string | undefined;
  filters: Filters<Resource>;
};

type DescribeInput = {
  Filters?: Filter[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
};

export type Page<Resource> = { items: Resource[]; next: { NextToken?: string } };

/** The resources that a Describe answers: by id, by filter, a page at a time. */
export const select = <Resource extends { Tags?: Tag[] | undefined }>(
  input: DescribeInput,
  ids: readonly string[] | undefined,
  resources: readonly Resource[],
  selection: Selection<Resource>,
): Page<Resource> => {
  onlyKnows(selection.action, input, [selection.idsMember, 'Filters', 'MaxResults', 'NextToken']);
  const named = byId(ids ?? [], resources, selection);
  const filters = { ...tagFilters(input.Filters ?? []), ...selection.filters };
  return paginate(filter(selection.action, input.Filters, named, filters), input);
};

const byId = <Resource>(
  ids: readonly string[],
  resources: readonly Resource[],
  { kind, idOf }: Selection<Resource>,
): readonly Resource[] => {
  const known = new Set(resources.map(idOf));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw missing(kind, unknown);
  return ids.length === 0 ? resources : resources.filter((one) => ids.includes(idOf(one) ?? ''));
};

/** The values that a filter names outright; undefined where there is none of this name, or a pattern in it. */
export const namedIn = (
  filters: readonly Filter[] | undefined,
  name: string,
): string[] | undefined => {
  const { Values } = filters?.find(({ Name }) => Name === name) ?? {};
  return Values?.some((value) => /[*?\\]/.test(value)) ? undefined : Values;
};

/** The VPCs that a Describe is only about; undefined for one that names things by their ids, or no VPC. */
export const vpcsIn = (
  { Filters }: DescribeInput,
  ids: readonly string[] | undefined,
): string[] | undefined => (ids?.length ? undefined : namedIn(Filters, 'vpc-id'));

/** Filters are AND'ed, the values of one are OR'ed. An unknown one is an error, never ignored. */
export const filter = <Resource>(
  action: string,
  wanted: readonly Filter[] | undefined,
  resources: readonly Resource[],
  known: Filters<Resource>,
): Resource[] => {
  const tests = (wanted ?? []).map((one) => testOf(action, one, known));
  return resources.filter((resource) => tests.every((test) => test(resource)));
};

const testOf = <Resource>(
  action: string,
  { Name = '', Values = [] }: Filter,
  known: Filters<Resource>,
): ((resource: Resource) => boolean) => {
  const valuesOf = Object.hasOwn(known, Name) ? known[Name] : undefined;
  if (valuesOf === undefined) throw notKnown(`the filter ${Name} of ec2:${action}`);
  const patterns = Values.map(patternOf);
  return (resource) =>
    valuesOf(resource).some(
      (value) => value !== undefined && patterns.some((pattern) => pattern.test(String(value))),
    );
};

/** `*` stands for any text, `?` for one character, a backslash takes the meaning from either. */
const patternOf = (value: string): RegExp => {
  const source = value.replace(/\\[*?\\]|[\\^$.*+?()[\]{}|]/g, (found) => {
    if (found === '*') return '.*';
    return found === '?' ? '.' : `\\${found.slice(-1)}`;
  });
  return new RegExp(`^${source}$`, 's');
};

const tagFilters = (wanted: readonly Filter[]): Filters<{ Tags?: Tag[] | undefined }> => ({
  'tag-key': ({ Tags = [] }) => Tags.map(({ Key }) => Key),
  ...Object.fromEntries(
    wanted
      .map(({ Name = '' }) => Name)
      .filter((name) => name.startsWith('tag:'))
      .map((name) => [name, valuesOfTag(name.slice('tag:'.length))]),
  ),
});

const valuesOfTag =
  (key: string) =>
  ({ Tags = [] }: { Tags?: Tag[] | undefined }) =>
    Tags.filter(({ Key }) => Key === key).map(({ Value }) => Value);

/** One page; its `NextToken` says where the next begins. */
export const paginate = <Resource>(
  resources: Resource[],
  { MaxResults, NextToken }: DescribeInput,
): Page<Resource> => {
  if (MaxResults !== undefined && (MaxResults < 5 || MaxResults > 1000)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value from 5 to 1000.`,
    );
  }
  const start = startOf(NextToken);
  const end = start + (MaxResults ?? resources.length);
  const next = end < resources.length ? { NextToken: `page-from-${end}` } : {};
  return { items: resources.slice(start, end), next };
};

const startOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  const start = /^page-from-(\d+)$/.exec(token)?.[1];
  if (start === undefined) {
    throw new AwsError('InvalidNextToken', 'The specified NextToken is not valid.');
  }
  return Number(start);
};
