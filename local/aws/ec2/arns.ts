import type { Kind } from './kinds.ts';
import type { Place } from './state.ts';

/** The partition a Region belongs to, the second field of every ARN there. */
export const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};

/** `arn:aws:ec2:eu-central-1:111111111111:vpc/vpc-0a11111111111111a`; `*` as id stands for one yet to be made. */
export const arnOf = (place: Place, kind: Kind, id: string): string =>
  `arn:${partitionOf(place.region)}:ec2:${place.region}:${place.accountId}:${kind}/${id}`;
