import { cloudFormation } from './cloudFormation.ts';
import { readDeployments } from './deployments.ts';
import { type Finding, type Outcome, type Stays, weigh } from './findings.ts';
import { lintPolicies } from './iamValidator.ts';
import { licences } from './licences.ts';
import { policiesIn } from './policies.ts';
import { advisories, lockfile, signatures } from './supplyChain.ts';
import { wildcards } from './wildcards.ts';

let deployed: ReturnType<typeof deployPolicies> | undefined;

const deployPolicies = async () => {
  const { deployments, findings } = await readDeployments();
  const { policies, findings: unseen } = await policiesIn(deployments);
  return { policies, deployments, findings: [...findings, ...unseen] };
};

/** Two scans read the policies, and packaging takes seconds. */
const deployedPolicies = () => {
  deployed ??= deployPolicies();
  return deployed;
};

const scans: Record<string, () => Promise<Outcome>> = {
  cloudFormation,
  policies: async () => {
    const { policies, deployments, findings } = await deployedPolicies();
    return {
      scanned: `${policies.length} policies of ${deployments.length} deployments`,
      findings: [...findings, ...(await lintPolicies(policies))],
    };
  },
  wildcards: async () => wildcards((await deployedPolicies()).policies),
  licences,
  lockfile,
  signatures,
  advisories,
};

const print = (line: string) => process.stdout.write(`${line}\n`);

const printStays = ({ count, rule, reason }: Stays) =>
  print(`    accepted ${count} × ${rule}: ${reason}`);

const printFinding = ({ rule, at, message }: Finding) =>
  print(`  ✘ ${rule}  ${at}\n      ${message}`);

/** Says what a scan found. Returns whether nothing has to be done. */
const report = (name: string, outcome: Outcome): boolean => {
  if ('notChecked' in outcome) {
    print(`– ${name}: ${outcome.notChecked}`);
    return true;
  }
  const { open, stay } = weigh(name, outcome.findings);
  const count = open.length === 1 ? '1 finding' : `${open.length || 'no'} findings`;
  print(`${open.length ? '✘' : '✔'} ${name}: ${outcome.scanned}: ${count}`);
  for (const detail of outcome.details ?? []) print(`    ${detail}`);
  stay.forEach(printStays);
  open.forEach(printFinding);
  return open.length === 0;
};

/** Runs a scan; one that fails has found nothing out, which must not pass for a clean one. */
const run = async (name: string, scan: () => Promise<Outcome>): Promise<boolean> => {
  try {
    return report(name, await scan());
  } catch (error) {
    print(`✘ ${name}: failed: ${error instanceof Error ? error.message : error}`);
    return false;
  }
};

let clean = true;
for (const [name, scan] of Object.entries(scans)) clean = (await run(name, scan)) && clean;
process.exitCode = clean ? 0 : 1;
