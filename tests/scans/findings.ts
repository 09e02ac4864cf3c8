import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

/** Something that a scan objects to. `at` is the place in the project, and never a path of this machine. */
export type Finding = { rule: string; at: string; message: string };

/** What a scan looked at and what it found there; or why it could not look. */
export type Outcome =
  | { scanned: string; findings: Finding[]; details?: string[] }
  | { notChecked: string };

const Accepted = z.array(
  z.strictObject({
    scan: z.string(),
    rule: z.string(),
    // A regular expression for the whole place.
    at: z.string(),
    reason: z.string(),
  }),
);
type Accepted = z.infer<typeof Accepted>[number];

const accepted = Accepted.parse(parse(readFileSync('tests/scans/accepted.yml', 'utf8')));

const covers = ({ rule, at }: Accepted, finding: Finding) =>
  rule === finding.rule && new RegExp(`^(?:${at})$`).test(finding.at);

/** A finding that stays, and how often it occurs. */
export type Stays = Accepted & { count: number };

/** Each finding once, in the order of the places: two deployments of a template have most in common. */
const sorted = (findings: Finding[]): Finding[] => [
  ...new Map(
    findings
      .map((finding) => [`${finding.at} ${finding.rule} ${finding.message}`, finding] as const)
      .toSorted(([a], [b]) => a.localeCompare(b)),
  ).values(),
];

/**
 * Sets aside the findings that accepted.yml gives a reason for. A reason without a finding is itself a
 * finding: it would hide one that nobody has looked at.
 */
export const weigh = (scan: string, found: Finding[]): { open: Finding[]; stay: Stays[] } => {
  const findings = sorted(found);
  const own = accepted.filter((one) => one.scan === scan);
  const stay = own.map((one) => ({
    ...one,
    count: findings.filter((finding) => covers(one, finding)).length,
  }));
  const unused = stay.filter(({ count }) => count === 0);
  return {
    stay: stay.filter(({ count }) => count > 0),
    open: [
      ...findings.filter((finding) => !own.some((one) => covers(one, finding))),
      ...unused.map(({ rule, at }) => ({
        rule: 'accepted',
        at: 'tests/scans/accepted.yml',
        message: `${rule} at ${at} does not occur (any more): remove the entry`,
      })),
    ],
  };
};
