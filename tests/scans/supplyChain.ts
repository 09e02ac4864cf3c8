import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { Finding, Outcome } from './findings.ts';

const Versions = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  dependencies: Versions,
  devDependencies: Versions,
  overrides: Versions,
});
const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ integrity: z.string().optional(), resolved: z.string().optional() }),
  ),
});

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** A version and nothing else, or `npm:` another package at a version. */
const exact = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/;

const ranges = (): Finding[] =>
  Object.entries(Manifest.parse(read('package.json'))).flatMap(([group, versions]) =>
    Object.entries(versions)
      .filter(([, version]) => !exact.test(version))
      .map(([name, version]) => ({
        rule: 'exact_version',
        at: `package.json ${group} ${name}`,
        message: `${version} may be another version tomorrow`,
      })),
  );

/** Whether what is installed is what was chosen: exact versions, each with the hash of its content. */
export const lockfile = async (): Promise<Outcome> => {
  const { packages } = Lockfile.parse(read('package-lock.json'));
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  const finding = (rule: string, path: string, message: string): Finding => ({
    rule,
    at: `package-lock.json ${path}`,
    message,
  });
  return {
    scanned: `${installed.length} packages of package-lock.json and the versions of package.json`,
    findings: [
      ...ranges(),
      ...installed
        .filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))
        .map(([path]) => finding('integrity', path, 'has no sha512 of its content')),
      ...installed
        // .npmrc leaves the registry's own addresses out.
        .filter(([, { resolved }]) => resolved !== undefined)
        .map(([path, { resolved }]) => finding('registry', path, `comes from ${resolved}`)),
    ],
  };
};

/** What `npm audit` answers, as JSON; it exits with 1 both on a finding and on a failure. */
const audit = async (...options: string[]): Promise<unknown> => {
  const asked = ['audit', ...options, '--json', '--fetch-retries=0'];
  const { stdout } = await promisify(execFile)('npm', asked, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  return JSON.parse(stdout);
};

const noAnswer = 'not offered here: npm gets no answer';

/** How npm says that it was told nothing. Any other error is one: the scan then fails. */
const NoAnswer = z.union([
  z
    .object({ statusCode: z.number() })
    .transform(({ statusCode }) => `not offered by this registry, which answers ${statusCode}`),
  z
    .object({
      error: z.object({
        code: z.string().regex(/^(E\d{3}|ENOTFOUND|EAI_\w+|ECONN\w+|ETIMEDOUT)$/),
      }),
    })
    .transform(({ error }) => `${noAnswer}, ${error.code}`),
  z
    .object({ error: z.object({ summary: z.string().regex(/supported registry/) }) })
    .transform(() => 'not offered by this registry, which has no keys'),
  z.object({ message: z.string() }).transform(() => noAnswer),
]);

const unanswered = (answer: unknown): Outcome | undefined => {
  const { data: notChecked } = NoAnswer.safeParse(answer);
  return notChecked === undefined ? undefined : { notChecked };
};

const Signature = z.array(z.object({ name: z.string(), version: z.string() }));
const Signatures = z.object({ invalid: Signature, missing: Signature });

/** Whether the registry has signed what is installed. */
export const signatures = async (): Promise<Outcome> => {
  const answer = await audit('signatures');
  const none = unanswered(answer);
  if (none) return none;
  const found = Object.entries(Signatures.parse(answer)).flatMap(([rule, packages]) =>
    packages.map(({ name, version }) => ({
      rule,
      at: `${name}@${version}`,
      message: `its signature is ${rule}`,
    })),
  );
  return { scanned: 'the signatures of the installed packages', findings: found };
};

const Advisories = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      range: z.string(),
      via: z.array(z.union([z.string(), z.object({ title: z.string() })])),
    }),
  ),
  metadata: z.object({ dependencies: z.object({ prod: z.number() }) }),
});

/** Whether what the functions need has a known vulnerability. */
export const advisories = async (): Promise<Outcome> => {
  const answer = await audit('--omit=dev');
  const none = unanswered(answer);
  if (none) return none;
  const { vulnerabilities, metadata } = Advisories.parse(answer);
  return {
    scanned: `${metadata.dependencies.prod} packages that are no development dependencies`,
    findings: Object.entries(vulnerabilities).map(([name, { severity, range, via }]) => ({
      rule: severity,
      at: `${name} ${range}`,
      message: via
        .map((one) => (typeof one === 'string' ? `through ${one}` : one.title))
        .join('; '),
    })),
  };
};
