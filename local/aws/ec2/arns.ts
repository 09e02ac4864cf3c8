import { regionalArn } from '../arn.ts';
import type { Kind } from './kinds.ts';
import type { Place } from './state.ts';

/** `arn:aws:ec2:eu-central-1:111111111111:vpc/vpc-0a11111111111111a`; `*` as id stands for one yet to be made. */
export const arnOf = (place: Place, kind: Kind, id: string): string =>
  regionalArn('ec2', place, `${kind}/${id}`);
