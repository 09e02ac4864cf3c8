import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { awsPolicyArn, documentOf } from './policyDocument.ts';
import type { ManagedPolicy } from './state.ts';

const File = z.record(z.string(), z.array(z.looseObject({ Effect: z.literal('Allow') })));

/** The AWS-managed policies that the local AWS knows, by ARN. */
export const readManagedPolicies = (path: string): ReadonlyMap<string, ManagedPolicy> => {
  const policies = Object.entries(File.parse(parse(readFileSync(path, 'utf8')))).map(
    ([pathAndName, statements]) => managedPolicy(pathAndName, statements),
  );
  return new Map(policies.map((policy) => [policy.arn, policy]));
};

const managedPolicy = (pathAndName: string, statements: object[]): ManagedPolicy => {
  const end = pathAndName.lastIndexOf('/') + 1;
  return {
    arn: awsPolicyArn(pathAndName),
    id: `ANPA${pathAndName.slice(end).toUpperCase().slice(0, 17)}`,
    name: pathAndName.slice(end),
    path: `/${pathAndName.slice(0, end)}`,
    createdAt: new Date('2015-02-06T18:39:48Z'),
    document: documentOf({ Version: '2012-10-17', Statement: statements }),
    tags: new Map(),
  };
};
