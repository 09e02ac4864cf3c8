import { type Placed, resourcesOf, shortName } from './deployedRoles.ts';
import { batchBucket } from './scenarios.ts';

/** A permission on one resource. */
type Permission = { role: string; action: string; resource: string };

const runs = `arn:aws:s3:::${batchBucket}/batches/*/runs/*`;
const batches = 'arn:aws:states:eu-central-1:111111111111:execution:sightline-dev-bulkOnboarding:*';
const largeResults = 'for result files that are written in parts, as large ones are';

/**
 * What AWS's documentation asks for a Distributed Map and the local AWS does not, so that no scenario can miss
 * it: https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
export const documentedOnly: readonly (Permission & { why: string })[] = [
  { action: 's3:AbortMultipartUpload', resource: runs, why: largeResults },
  { action: 's3:GetObject', resource: runs, why: largeResults },
  { action: 's3:ListMultipartUploadParts', resource: runs, why: largeResults },
  { action: 'states:DescribeExecution', resource: batches, why: 'for the batches themselves' },
].map((permission) => ({ role: 'bulkOnboarding', ...permission }));

/** How people name a permission. */
export const permissionName = ({ role, action, resource }: Permission): string =>
  `${role}: ${action} on ${resource}`;

/** The permission to an action that a statement gives. */
export const permissionIn = ({ role, statement }: Placed, action: string): Permission => ({
  role: shortName(role),
  action,
  resource: resourcesOf(statement).join(', '),
});

/** Whether only AWS's documentation asks for the permission to an action that a statement gives. */
export const isDocumentedOnly = (place: Placed, action: string): boolean =>
  documentedOnly.map(permissionName).includes(permissionName(permissionIn(place, action)));
