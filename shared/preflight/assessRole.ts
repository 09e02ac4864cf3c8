import type { IAMClient } from '@aws-sdk/client-iam';
import type { RolePlan } from '../execution.ts';
import type { Request } from '../request.ts';
import { policiesToAttach, refuseBesides, refuseRole } from '../role/monitoringRole.ts';
import { escalationsBy, findRole, readRole } from '../role/readRole.ts';
import type { Settings } from '../settings.ts';
import { isOurs } from '../tags.ts';
import { type Change, roleChanges } from './changes.ts';
import { decided, type Finding } from './findings.ts';
import { planRole } from './planning.ts';

/** What an onboarding would find and do about the monitoring role. */
export type RoleAssessment = { role: RolePlan; changes: Change[]; findings: Finding[] };

/** What an existing role, or the policies that it is to get, have against it. */
const assessExisting = async (
  iam: IAMClient,
  found: Awaited<ReturnType<typeof findRole>>,
  plan: RolePlan,
): Promise<{ missing: string[]; findings: Finding[] }> => {
  const escalations = plan.allowWrites ? [] : await escalationsBy(iam, plan.policyArns);
  const tooPowerful = decided(() => refuseRole('RoleTooPowerful', plan, escalations)).findings;
  if (!found) return { missing: [...plan.policyArns], findings: tooPowerful };
  const role = await readRole(iam, found);
  const { result: missing = [], findings } = decided(() =>
    policiesToAttach(role, plan, isOurs(found.Tags)),
  );
  const besides = decided(() => refuseBesides(role, plan)).findings;
  return { missing, findings: findings.length > 0 ? findings : [...besides, ...tooPowerful] };
};

/**
 * Looks whether the monitoring role is there and what it would get; changes nothing. Whether Sightline may
 * make one cannot be asked of IAM beforehand. `iam` is a client of the onboarding role.
 */
export const assessRole = async (
  iam: IAMClient,
  request: Request,
  known: Settings,
): Promise<RoleAssessment> => {
  const role = planRole(request, known);
  const found = await findRole(iam, role.name);
  const { missing, findings } = await assessExisting(iam, found, role);
  const place = { accountId: request.accountId, region: role.region };
  const existing = found && { ours: isOurs(found.Tags), missing };
  return {
    role: { ...role, ...(!found && { isMissing: true }) },
    changes: roleChanges(place, role, existing),
    findings,
  };
};
