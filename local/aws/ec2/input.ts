import { AwsError } from '../awsError.ts';

/** For what EC2 can do and the local AWS cannot: loud, so that no caller mistakes silence for success. */
export const notKnown = (what: string): AwsError =>
  new AwsError('NotImplemented', `the local AWS does not know ${what}`, 501);

/** Refuses a member that the operation would otherwise ignore. `DryRun` is answered before it gets here. */
export const onlyKnows = (action: string, input: object, members: readonly string[]): void => {
  for (const [member, value] of Object.entries(input)) {
    if (value !== undefined && member !== 'DryRun' && !members.includes(member)) {
      throw notKnown(`the input ${member} of ec2:${action}`);
    }
  }
};

/** The value of a member that a request has to have. */
export const required = <Value>(member: string, value: Value | undefined): Value => {
  if (value === undefined) {
    throw new AwsError('MissingParameter', `The request must contain the parameter ${member}`);
  }
  return value;
};
