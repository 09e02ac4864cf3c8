import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { policyArn } from '../arn.ts';
import { documentOf } from './policyDocument.ts';
import type { ManagedPolicy } from './state.ts';

const File = z.record(z.string(), z.array(z.looseObject({ Effect: z.literal('Allow') })));

/** The AWS-managed policies that the local AWS knows, by ARN, which differs by partition. */
export const readManagedPolicies = (
  path: string,
  partition: string,
): ReadonlyMap<string, ManagedPolicy> => {
  const policies = Object.entries(File.parse(parse(readFileSync(path, 'utf8')))).map(
    ([pathAndName, statements]) => managedPolicy(partition, pathAndName, statements),
  );
  return new Map(policies.map((policy) => [policy.arn, policy]));
};

const managedPolicy = (
  partition: string,
  pathAndName: string,
  statements: object[],
): ManagedPolicy => {
  const end = pathAndName.lastIndexOf('/') + 1;
  const [path, name] = [`/${pathAndName.slice(0, end)}`, pathAndName.slice(end)];
  return {
    arn: policyArn({ partition, accountId: 'aws' }, path, name),
    id: `ANPA${name.toUpperCase().slice(0, 17)}`,
    name,
    path,
    createdAt: new Date('2015-02-06T18:39:48Z'),
    document: documentOf({ Version: '2012-10-17', Statement: statements }),
    tags: new Map(),
  };
};
