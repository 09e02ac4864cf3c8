import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { readTemplate, type Template } from '../../local/deployment/template.ts';
import { packageApplication, packagedTemplate, packageWith } from '../../local/packaged.ts';
import type { Finding } from './findings.ts';

/** A template with the parameters that it is deployed with. */
export type Deployment = {
  /** The file that people edit: serverless.yml, or one of templates/. */
  source: string;
  template: Template;
  parameters: Record<string, string>;
};

const Deployments = z.record(z.string(), z.array(z.record(z.string(), z.string())));

/** The template as packaged with other parameters than the default ones. */
const packagedWith = async (parameters: Record<string, string>): Promise<Template> => {
  const file = '.local/scans/packaged.json';
  await packageWith(parameters, file);
  return readTemplate(file);
};

const packaged = async (parameters: Record<string, string>): Promise<Template> => {
  if (Object.keys(parameters).length > 0) return packagedWith(parameters);
  await packageApplication();
  return readTemplate(packagedTemplate);
};

/** The deployments that deployments.yml names, and a finding for each template that it does not name. */
export const readDeployments = async (): Promise<{
  deployments: Deployment[];
  findings: Finding[];
}> => {
  const named = Deployments.parse(parse(readFileSync('tests/scans/deployments.yml', 'utf8')));
  const deployments: Deployment[] = [];
  for (const [source, all] of Object.entries(named)) {
    for (const parameters of all) {
      deployments.push(
        source === 'serverless.yml'
          ? // Its parameters are filled in when it is packaged.
            { source, template: await packaged(parameters), parameters: {} }
          : { source, template: readTemplate(source), parameters },
      );
    }
  }
  const missing = globSync('templates/*.yml').filter((path) => !Object.hasOwn(named, path));
  const message = 'tests/scans/deployments.yml names no deployment of this template';
  return { deployments, findings: missing.map((at) => ({ rule: 'deployments', at, message })) };
};
