import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { promisify } from 'node:util';
import * as z from 'zod';
import { packageApplication, packagedTemplate } from '../../local/packaged.ts';
import type { Outcome } from './findings.ts';

const Matches = z.array(
  z.object({
    // None where cfn-lint could not read a template at all.
    Filename: z.string().nullable(),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullish() }),
    Rule: z.object({ Id: z.string() }),
  }),
);

/** cfn-lint exits with a sum of the kinds of findings; what it found is its output all the same. */
const lint = async (templates: string[]): Promise<z.infer<typeof Matches>> => {
  const options = ['--format', 'json', '--include-checks', 'I', '--regions', 'ALL_REGIONS'];
  const { stdout } = await promisify(execFile)('cfn-lint', [...options, '--', ...templates], {
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout?: string; stderr?: string }) => {
    if (!error.stdout?.startsWith('[')) throw error;
    return { stdout: error.stdout };
  });
  return Matches.parse(JSON.parse(stdout));
};

/** What cfn-lint says of the templates, at every level, for every Region. */
export const cloudFormation = async (): Promise<Outcome> => {
  await packageApplication();
  const templates = [packagedTemplate, ...globSync('templates/*.yml')];
  const matches = await lint(templates);
  return {
    scanned: `${templates.length} templates, that of serverless.yml as packaged`,
    findings: matches.map(({ Filename, Message, Location, Rule }) => ({
      rule: Rule.Id,
      at: `${Filename === packagedTemplate ? 'serverless.yml' : (Filename ?? 'templates')} ${(Location.Path ?? []).join('/')}`,
      message: Message,
    })),
  };
};
