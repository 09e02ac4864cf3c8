import { AwsError } from '../awsError.ts';
import { type Kind, mustHave } from './kinds.ts';
import type { Records } from './records.ts';
import { type Ec2State, isSamePlace, type Place, placeKey, type VpcRecord } from './state.ts';

// Who may do what in a VPC whose subnets are shared through RAM:
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html

/** Whether a VPC of another account is shared with this one. */
const isParticipant = (vpc: VpcRecord | undefined, place: Place): vpc is VpcRecord =>
  vpc !== undefined &&
  vpc.region === place.region &&
  vpc.accountId !== place.accountId &&
  (vpc.sharedWith ?? []).includes(place.accountId);

/** The VPCs that an account sees in a Region: its own, and those shared with it. */
export const vpcsSeenBy = (state: Ec2State, place: Place): VpcRecord[] =>
  state.vpcs.under(placeKey(place));

type InVpc = Place & { id: string; vpcId: string };

/**
 * Subnets, route tables or network ACLs that an account sees, of all VPCs or of some: a participant sees
 * those of the VPC's owner too.
 */
export const seenBy = <Owned extends InVpc>(
  state: Ec2State,
  place: Place,
  records: Records<Owned>,
  vpcIds = vpcsSeenBy(state, place).map(({ id }) => id),
): Owned[] =>
  records
    .under(...vpcIds)
    .filter(
      (record) => isSamePlace(record, place) || isParticipant(state.vpcs.get(record.vpcId), place),
    );

/** A VPC that the account sees, its own or not. Throws what EC2 answers otherwise. */
export const mustSeeVpc = (state: Ec2State, place: Place, id: string | undefined): VpcRecord => {
  const vpc = state.vpcs.get(id ?? '');
  return isParticipant(vpc, place) ? vpc : mustHave('vpc', state.vpcs, place, id);
};

/** The owner of what is shared with the account; undefined for anything else. */
export const sharedBy = (state: Ec2State, place: Place, id: string): Place | undefined => {
  const record = state.routeTables.get(id) ?? state.subnets.get(id) ?? state.networkAcls.get(id);
  const vpc = state.vpcs.get(record?.vpcId ?? id);
  return isParticipant(vpc, place) ? vpc : undefined;
};

/**
 * The record with this id, which the account has to own. A participant of a shared VPC sees it and may not
 * change it; AWS does not say with which error, so this takes the code that it documents for what is not allowed.
 */
export const mustOwn = <Owned extends Place>(
  state: Ec2State,
  kind: Kind,
  records: ReadonlyMap<string, Owned>,
  place: Place,
  id: string | undefined,
): Owned => {
  const owner = sharedBy(state, place, id ?? '');
  if (owner === undefined) return mustHave(kind, records, place, id);
  throw new AwsError(
    'OperationNotPermitted',
    `The ${kind} ${id} is shared with ${place.accountId}; only its owner ${owner.accountId} can do this`,
  );
};
