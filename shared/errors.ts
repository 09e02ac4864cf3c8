import type * as z from 'zod/mini';

/** What an outcome is called, what it says and what to do about it; `<…>` stands for a value. */
type Outcome = {
  message: string;
  remedy: string;
  /** The state machine retries it, because time alone may mend it. */
  retried?: true;
};

/**
 * Every way in which Sightline itself refuses or fails. The name is what Lambda reports as the error
 * type and what the state machine matches on; README's table of errors is made from this.
 */
export const catalogue = {
  InvalidRequest: {
    message: 'The request cannot be carried out: <problems>.',
    remedy: 'Correct these fields and start the onboarding again.',
  },
  InvalidSettings: {
    message: 'Sightline is deployed with wrong settings: <problems>.',
    remedy: 'Correct the parameters in serverless.yml and deploy again.',
  },
  InvalidStepInput: {
    message: 'The state machine handed <step> something else than it expects: <problems>.',
    remedy:
      'The state machine and its functions are not of the same version: deploy again, then start a new execution.',
  },
  OnboardingRoleNotAssumable: {
    message: '<roleArn> cannot be assumed from the hub (<reason>).',
    remedy:
      'Most often the role is not there yet: deploy templates/monitored-account.yml in account <accountId>. If it is there, it trusts others than the functions of this deployment in the hub account <hubAccountId>, or wants another external id: update the stack with HubAccountId, HubRolePrefix and ExternalId as the output MonitoredAccountParameters of Sightline’s own stack has them.',
  },
  AccountNotReadyYet: {
    message:
      'The new account <accountId> does not let Sightline in yet: <roleArn> cannot be assumed from the hub, or the account cannot use EC2 yet (<reason>).',
    remedy:
      'Sightline has already waited for it. Deploy templates/monitored-account.yml in account <accountId>, as a StackSet with automatic deployment does by itself, then re-run the execution from the failed step.',
    retried: true,
  },
  AccountNotAllowed: {
    message: 'Account <accountId> is none of those in which Sightline may act.',
    remedy:
      'Deploy Sightline with the account in --param allowedAccounts=…, if it is to be onboarded.',
  },
  HubVpcNotChosen: {
    message: 'It is not clear which VPC of the hub in <region> is to be peered: <candidates>.',
    remedy:
      'Name one that is tagged sightline:hub=true in `hubVpcId`, deploy with --param hubVpcId=vpc-…, or tag just one: aws ec2 create-tags --region <region> --resources vpc-… --tags Key=sightline:hub,Value=true',
  },
  HubVpcNotAllowed: {
    message:
      'The request names <vpcId> as the hub’s VPC in <region>, where this deployment allows <candidates>.',
    remedy:
      'Name one of these in `hubVpcId`, or leave it out. To allow another VPC of the hub, deploy with an empty parameter hubVpcId and tag it: aws ec2 create-tags --region <region> --resources vpc-… --tags Key=sightline:hub,Value=true',
  },
  VpcNotFound: {
    message: 'Account <accountId> has no VPC <vpcId> in <region>; it has <candidates>.',
    remedy: 'Name one of these in `vpcId`, or the right Region in `region`.',
  },
  PreflightRefused: {
    message: '<findings> Nothing was changed: <count> things stand in the way.',
    remedy: 'All of it has to be mended: <remedies>',
  },
  VpcShared: {
    message:
      'VPC <vpcId> is shared with account <accountId> and belongs to account <ownerId>, which alone can peer it.',
    remedy:
      'Onboard account <ownerId> for the network, and account <accountId> with `"access": ["api"]`.',
  },
  RouteCollision: {
    message:
      'Route table <routeTableId> sends <existing> to <peeringId>, which leads to <otherVpcId> of account <otherAccountId>: the addresses of <wanted>, which is to be routed, are <relation>.',
    remedy:
      'One route table reaches an address in one VPC only. Leave these blocks out (`excludeCidrs`), use other route tables (`routeTables`) for one of the two, give the VPC other addresses, or ask for `"access": ["api"]`.',
  },
  RouteTakesPart: {
    message:
      'Route table <routeTableId> sends <existing> to <target>: that part of <wanted> will not be reached through the peering.',
    remedy: 'Nothing, if it is meant so. Otherwise remove that route.',
  },
  NoRoom: {
    message: '<holder> would hold <count> where its quota “<quota>” allows <limit>.',
    remedy:
      'Raise the quota in account <accountId>: aws service-quotas request-service-quota-increase --region <region> --service-code vpc --quota-code <code> --desired-value …, or remove what is not used.',
  },
  PermissionsMissing: {
    message:
      'The onboarding role in account <accountId> may not do what the onboarding needs: <actions>.',
    remedy:
      'Update the stack of templates/monitored-account.yml there (with NetworkAccess=no it lets Sightline do just `"access": ["api"]`, with VpcId nothing in another VPC). If it is current, a service control policy denies it.',
  },
  VpcIsTheHub: {
    message: 'VPC <vpcId> is the hub’s own: what is in it is reached without a peering.',
    remedy: 'Name another VPC in `vpcId`, or ask for `"access": ["api"]`.',
  },
  NoVpcQualifies: {
    message:
      'Account <accountId> has no VPC in <region> that Sightline would choose by itself: <candidates>.',
    remedy:
      'Name the VPC in `vpcId` (a default VPC is only taken when it is named, because all of them have the same block), tag it sightline:monitor=true, name its Region in `region` if it is in another, or ask for `"access": ["api"]`.',
  },
  SeveralVpcsQualify: {
    message: 'Account <accountId> has several VPCs in <region> that could be meant: <candidates>.',
    remedy: 'Name the VPC in `vpcId`, or tag the one to monitor with sightline:monitor=true.',
  },
  CidrOverlap: {
    message: 'The VPCs share addresses, so AWS cannot peer them: <overlaps>.',
    remedy:
      'Monitor another VPC of account <accountId> (`vpcId`), move what is to be monitored into a VPC with other addresses, or ask for `"access": ["api"]`.',
  },
  RouteTableNotFound: {
    message:
      'VPC <vpcId> of account <accountId> has no route table <routeTableIds>; it has <candidates>.',
    remedy: 'Correct `routeTables`, or leave it out to use the tables that subnets use.',
  },
  RouteTableOfGateway: {
    message:
      'Route table <routeTableIds> of VPC <vpcId> of account <accountId> routes what comes in through a gateway; AWS takes no route into a peering there.',
    remedy: 'Leave it out of `routeTables`.',
  },
  SubnetNotFound: {
    message: 'VPC <vpcId> of account <accountId> has no subnet <subnetIds>; it has <candidates>.',
    remedy: 'Correct `routeTables`, or leave it out to use the tables that subnets use.',
  },
  ExcludedOutsideVpcs: {
    message:
      'What is to be excluded is within neither VPC: <excluded>. The hub has <hub>, the account <monitored>.',
    remedy: 'Name blocks of one of the two VPCs, or parts of them, in `excludeCidrs`.',
  },
  NothingLeftToReach: {
    message: 'Nothing is left of <vpc> without <excluded>.',
    remedy:
      'Name fewer blocks in `excludeCidrs`, monitor another VPC (`vpcId`), or ask for `"access": ["api"]`.',
  },
  SecurityGroupNotFound: {
    message: 'VPC <vpcId> of account <accountId> has no security group <groupIds>.',
    remedy:
      'Correct `securityGroups`, or leave it out to use the groups tagged sightline:monitor=true.',
  },
  SourceOutsideHub: {
    message: 'The hub reaches out from <vpcId> (<cidrs>); outside of that: <sources>.',
    remedy: 'Name blocks within that VPC in `sources`, or leave it out to let in all of them.',
  },
  SourceGroupInOtherRegion: {
    message:
      'Security groups of the hub in <hubRegion> cannot be named in rules in <region>: <groupIds>. AWS knows a peer’s groups in the same Region only.',
    remedy: 'Name blocks of the hub in `sources` instead, such as <cidrs>, or leave it out.',
  },
  HubSecurityGroupUnknown: {
    message: 'It is not known which security group of the hub is to be opened for <ports>.',
    remedy:
      'Name it in `hubSecurityGroups`, or deploy Sightline with --param hubSecurityGroupId=sg-…; or leave these ports out of `ports`.',
  },
  HubSecurityGroupNotFound: {
    message: 'The hub’s VPC <vpcId> has no security group <groupIds>; it has <candidates>.',
    remedy:
      'Correct `sources` or `hubSecurityGroups`, or the setting hubSecurityGroupId where the request names none.',
  },
  DnsAttributesOff: {
    message: 'DNS resolution over the peering needs <attributes>, which are off.',
    remedy:
      'Turn each on with aws ec2 modify-vpc-attribute --vpc-id vpc-… --enable-dns-support (or --enable-dns-hostnames), or leave out `dnsResolution`.',
  },
  PeeringFailed: {
    message: 'AWS reports the peering <peeringId> as failed: <reason>.',
    remedy:
      'AWS does not say more. Check that account <accountId> still has the VPC <vpcId> and that none of its blocks overlaps the hub, then start the onboarding again.',
  },
  PeeringRejected: {
    message: 'Account <accountId> rejected the peering <peeringId>.',
    remedy:
      'Sightline does not ask again by itself. Agree with the owner of account <accountId> (its CloudTrail shows who called RejectVpcPeeringConnection), then start the onboarding again.',
  },
  AcceptancePending: {
    message: 'Account <accountId> has not accepted the peering <peeringId> yet.',
    remedy:
      'Sightline waits for it. Its owner accepts it in the VPC console, or with aws ec2 accept-vpc-peering-connection --region <region> --vpc-peering-connection-id <peeringId>',
    retried: true,
  },
  AcceptanceStillPending: {
    message:
      'Account <accountId> has not accepted the peering <peeringId> yet, which was requested anew because the first request expired.',
    remedy:
      'Sightline waits for it. Its owner accepts it in the VPC console, or with aws ec2 accept-vpc-peering-connection --region <region> --vpc-peering-connection-id <peeringId>',
    retried: true,
  },
  PeeringExpired: {
    message:
      'Nobody accepted the peering <peeringId> in account <accountId> within 7 days, nor the request before it.',
    remedy:
      'Start the onboarding again and have it accepted in time: aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id pcx-…',
  },
  PeeringDeleted: {
    message: 'The peering <peeringId> was deleted while it was being set up.',
    remedy:
      'Find out who deleted it and why (CloudTrail: DeleteVpcPeeringConnection), then start the onboarding again.',
  },
  PeeringNotActive: {
    message: 'The peering <peeringId> is still <status> after <looks> looks.',
    remedy:
      'AWS is slow or disturbed: see the AWS Health Dashboard, then re-run the execution from the failed step.',
  },
  RouteConflict: {
    message:
      '<side> already has routes that lead elsewhere: <conflicts>. No route that was there was changed.',
    remedy:
      'Decide which is right. To let Sightline route it, remove the other route: aws ec2 delete-route --region <region> --route-table-id rtb-… --destination-cidr-block …, then re-run the execution from the failed step.',
  },
  SecurityGroupConflict: {
    message:
      'VPC <vpcId> already has a security group sightline-monitoring (<groupId>) that Sightline did not make.',
    remedy:
      'Rename that group, or tell Sightline to use it: tag it sightline:monitor=true or name it in `securityGroups`.',
  },
  SecurityGroupFull: {
    message:
      'There is no room for the rules that are missing: <groups>. No rule was added to any group.',
    remedy:
      'Raise the quota “Inbound or outbound rules per security group” of that account (Service Quotas, VPC), remove rules that are not used, ask for fewer ports or `sources`, or name another group in `securityGroups` (for the hub’s own in `hubSecurityGroups`).',
  },
  RoleConflict: {
    message:
      'Role <roleArn> exists and is not what was asked for: <findings>. Sightline leaves it as it is.',
    remedy:
      "Let its owner change it to what was asked, or give the monitoring role another name (`role.name`). The trust policy that was asked (with the external id in its place, if there is one): aws iam update-assume-role-policy --role-name <name> --policy-document '<trustPolicy>'",
    retried: true,
  },
  RoleMissing: {
    message:
      'Account <accountId> has no role <name>, and Sightline may not make one there (<reason>).',
    remedy:
      'Deploy templates/monitored-account.yml in account <accountId> with MonitoringRole=template, which makes the role (or sightline, to let Sightline make it), and with MonitoringRoleName as this deployment has it. The permissions boundary and the policies must be those of this deployment too.',
  },
  RoleTrustsOthers: {
    message: 'Role <roleArn> lets in more than the hub: <findings>. Sightline leaves it as it is.',
    remedy:
      "Have its owner put right whom it trusts (with the external id in its place, if there is one): aws iam update-assume-role-policy --role-name <name> --policy-document '<trustPolicy>'. Then re-run the execution from the failed step.",
  },
  RoleTooPowerful: {
    message: 'Role <roleArn> may do more than was asked: <findings>. Sightline leaves it as it is.',
    remedy:
      'Take it away (aws iam detach-role-policy --role-name <name> --policy-arn …, or delete-role-policy for an inline policy), then re-run the execution from the failed step. If the role is to have it, ask for it in `role.policyArns`, and for a role that may change things with `role.allowWrites`.',
  },
  RoleNotAssumable: {
    message: 'The hub cannot assume the monitoring role <roleArn> (<reason>).',
    remedy:
      'Sightline has already waited for IAM to propagate. Check the trust policy of the role and whether a service control policy of the organization denies sts:AssumeRole, then re-run the execution from the failed step. If somebody has deleted the role, start the onboarding again.',
    retried: true,
  },
  RoleInWrongAccount: {
    message: 'The monitoring role was to be in account <expected>, and is in <actual>.',
    remedy: 'Check `role` and `accountId` of the request.',
  },
  RoleCannotRead: {
    message:
      'The monitoring role <roleArn> can be assumed but not read: ec2:DescribeInstances is denied (<reason>).',
    remedy:
      'Attach a policy that allows it, such as ReadOnlyAccess or job-function/ViewOnlyAccess (`role.policyArns`), and check the organization’s service control policies.',
    retried: true,
  },
  NotReady: {
    message: 'Everything was set up, and yet monitoring cannot work: <failures>.',
    remedy:
      'Somebody or something changed it meanwhile. Start the onboarding again: it puts back what is missing.',
    retried: true,
  },
  WayBlocked: {
    message: 'Monitoring would not get through: <closed>.',
    remedy:
      'Sightline never changes network ACLs, nor routes that are not its own: their owners decide. This opens the way: <fixes>. What is not to be reached can be left out: name just the blocks of the monitoring servers in `sources`, and just the tables of the subnets concerned in `routeTables`.',
  },
  WayClosed: {
    message: 'Everything was set up, and yet monitoring does not get through: <closed>.',
    remedy:
      'Sightline never changes network ACLs, nor routes and rules that are not its own: their owners decide. This opens the way: <fixes>. Then re-run the execution from the failed step. What is not to be reached can be left out of a new onboarding: name just the blocks of the monitoring servers in `sources`, and just the tables of the subnets concerned in `routeTables`.',
  },
  AccountsNotReady: {
    message: '<count> of <accounts> accounts of the batch are not ready: <named>.',
    remedy:
      'Mend what <results> says of each, then re-run the execution from the failed step (POST /onboardings/batch/<batchId>/redrive): only these accounts are tried again.',
  },
  BatchListMissing: {
    message: 'The list <list> of the batch is gone.',
    remedy: 'Lists are kept for 90 days. Start the batch again with POST /onboardings/batch.',
  },
} as const satisfies Record<string, Outcome>;

export type ErrorName = keyof typeof catalogue;

const seeHealth = 'See the AWS Health Dashboard, then re-run the execution from the failed step.';
const moreMemory =
  'Nothing is lost by that: re-run the execution from the failed step. If it happens again, see the log of the function, give it more memory in serverless.yml (`memorySize`) and deploy again.';
const moreTime =
  'Nothing is lost by that: re-run the execution from the failed step. If it happens again, see the log of the step’s function for what it waits for, or give it more time in serverless.yml (`timeout`) and deploy again.';

/**
 * Errors of AWS that can end an onboarding, in the names AWS gives them, with what to do.
 * The state machine retries those that time can mend before it gives up.
 */
export const awsErrors = {
  UnauthorizedOperation: {
    message: 'EC2 denied a call.',
    remedy:
      'In the monitored account: update the stack of templates/monitored-account.yml (with NetworkAccess=no it lets Sightline do just `"access": ["api"]`, with VpcId nothing in another VPC). In the hub: deploy Sightline again. If both are current, a service control policy denies it.',
    retried: true,
  },
  AccessDenied: {
    message: 'IAM or STS denied a call.',
    remedy:
      'Update the stack of templates/monitored-account.yml in the monitored account. If it is current, a service control policy denies the call.',
  },
  RequestLimitExceeded: {
    message: 'EC2 throttled the calls for longer than Sightline waits.',
    remedy: 'Re-run the execution from the failed step in some minutes.',
    retried: true,
  },
  Throttling: {
    message: 'IAM or STS throttled the calls for longer than Sightline waits.',
    remedy: 'Re-run the execution from the failed step in some minutes.',
    retried: true,
  },
  'InvalidVpcPeeringConnectionID.NotFound': {
    message: 'The peering is not visible (any more).',
    remedy: 'Start the onboarding again.',
    retried: true,
  },
  OperationNotPermitted: {
    message: 'EC2 does not do that with a peering that is no longer active, or not this account’s.',
    remedy:
      'Find out who deleted the peering and why (CloudTrail: DeleteVpcPeeringConnection), then start the onboarding again.',
  },
  RouteAlreadyExists: {
    message: 'Somebody else added the same route at the same moment.',
    remedy: 'Re-run the execution from the failed step.',
    retried: true,
  },
  'InvalidPermission.Duplicate': {
    message: 'Somebody else added the same rule at the same moment.',
    remedy: 'Re-run the execution from the failed step.',
    retried: true,
  },
  'InvalidGroup.Duplicate': {
    message: 'Somebody else made the security group at the same moment.',
    remedy: 'Re-run the execution from the failed step.',
    retried: true,
  },
  EntityAlreadyExistsException: {
    message: 'Somebody else made the role at the same moment.',
    remedy: 'Re-run the execution from the failed step.',
    retried: true,
  },
  ConcurrentModificationException: {
    message: 'Somebody else changed the role at the same moment.',
    remedy: 'Re-run the execution from the failed step.',
    retried: true,
  },
  LimitExceededException: {
    message: 'The account has as many roles, or the role as many policies, as its quota allows.',
    remedy: 'Ask for fewer policies (`role.policyArns`), or raise the quota (Service Quotas, IAM).',
  },
  VpcPeeringConnectionAlreadyExists: {
    message: 'The two VPCs already have another peering.',
    remedy: 'Start the onboarding again: it adopts the peering that exists.',
  },
  ActiveVpcPeeringConnectionPerVpcLimitExceeded: {
    message: 'A VPC has as many active peerings as its quota allows.',
    remedy:
      'Raise the quota “Active VPC peering connections per VPC” (Service Quotas, VPC), or delete peerings that are not used.',
  },
  OutstandingVpcPeeringConnectionLimitExceeded: {
    message:
      'The hub has as many peering requests open as its quota allows, for longer than Sightline waits.',
    remedy:
      'Have open requests accepted or delete them, or raise the quota “Outstanding VPC peering connection requests” (Service Quotas, VPC), then re-run the execution from the failed step.',
    retried: true,
  },
  RouteLimitExceeded: {
    message: 'A route table is full.',
    remedy:
      'Raise the quota “Routes per route table” (Service Quotas, VPC), or remove routes that are not used.',
  },
  RulesPerSecurityGroupLimitExceeded: {
    message: 'A security group is full. No rule was added to it.',
    remedy:
      'Raise the quota “Inbound or outbound rules per security group” (Service Quotas, VPC), or name another group in `securityGroups`.',
  },
  'InvalidRouteTableID.NotFound': {
    message: 'A route table was deleted since Preflight read it.',
    remedy: 'Start the onboarding again.',
  },
  'InvalidGroup.NotFound': {
    message:
      'A security group was deleted since Preflight read it, or AWS does not show a new one yet.',
    remedy: 'Start the onboarding again.',
    retried: true,
  },
  NoSuchEntityException: {
    message:
      'A policy of the request does not exist, the role was deleted meanwhile, or IAM does not show the new role yet.',
    remedy:
      'Correct `role.policyArns`, or start the onboarding again: it makes the role where there is none.',
    retried: true,
  },
  MalformedPolicyDocumentException: {
    message: 'IAM does not accept the trust policy: a principal in it does not exist.',
    remedy: 'Correct the setting monitoringPrincipals and deploy again.',
  },
  'States.ItemReaderFailed': {
    message: 'Step Functions cannot read the list of the batch.',
    remedy:
      'Deploy Sightline again if its bucket or role was changed, then re-run the execution from the failed step.',
  },
  'States.ResultWriterFailed': {
    message: 'Step Functions cannot write what became of the accounts of the batch.',
    remedy:
      'Deploy Sightline again if its bucket or role was changed, then re-run the execution from the failed step.',
  },
  SlowDown: {
    message: 'S3 throttled the calls for longer than Sightline waits.',
    remedy: 'Re-run the execution from the failed step in some minutes.',
    retried: true,
  },
  InternalError: {
    message: 'EC2 or S3 had trouble of its own for longer than Sightline waits.',
    remedy: seeHealth,
    retried: true,
  },
  InternalFailure: {
    message: 'IAM or STS had trouble of its own for longer than Sightline waits.',
    remedy: seeHealth,
    retried: true,
  },
  ServiceFailureException: {
    message: 'IAM had trouble of its own for longer than Sightline waits.',
    remedy: seeHealth,
    retried: true,
  },
  Unavailable: {
    message: 'EC2 was overloaded or down for longer than Sightline waits.',
    remedy: seeHealth,
    retried: true,
  },
  ServiceUnavailable: {
    message: 'A service of AWS was overloaded or down for longer than Sightline waits.',
    remedy: seeHealth,
    retried: true,
  },
  TimeoutError: {
    message: 'AWS did not answer in time, or the connection broke, again and again.',
    remedy: seeHealth,
    retried: true,
  },
  ExpiredToken: {
    message: 'IAM or STS took the credentials of a call for expired.',
    remedy: 'Re-run the execution from the failed step: it gets new credentials.',
    retried: true,
  },
  RequestExpired: {
    message: 'EC2 took the credentials of a call, or the call itself, for expired.',
    remedy: 'Re-run the execution from the failed step: it gets new credentials.',
    retried: true,
  },
  'Runtime.ExitError': {
    message: 'The function of a step died before it could answer.',
    remedy: moreMemory,
    retried: true,
  },
  'Runtime.OutOfMemory': {
    message: 'The function of a step needed more memory than it has.',
    remedy: moreMemory,
    retried: true,
  },
  'Sandbox.Timedout': {
    message: 'The function of a step took longer than it may.',
    remedy: moreTime,
    retried: true,
  },
  'Lambda.Unknown': {
    message: 'The function of a step ended without saying why.',
    remedy: moreMemory,
    retried: true,
  },
  'States.Timeout': {
    message: 'A step or the onboarding took longer than it may.',
    remedy: moreTime,
    retried: true,
  },
} as const satisfies Record<string, Outcome>;

type Placeholder<Text extends string> = Text extends `${string}<${infer Name}>${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** The values that an outcome's message and remedy speak of. */
export type ValuesOf<Name extends ErrorName> = Record<
  Placeholder<(typeof catalogue)[Name]['message'] | (typeof catalogue)[Name]['remedy']>,
  string | number
>;

const fill = (text: string, values: Readonly<Record<string, string | number>>) =>
  text.replace(/<(\w+)>/g, (placeholder, key: string) => String(values[key] ?? placeholder));

const remedyMark = '\nRemedy: ';

/**
 * An outcome of the catalogue. Its message holds the remedy too, after a line break, so that whoever
 * sees just the error (Step Functions' console, a log line) also sees what to do.
 *
 * @example throw new SightlineError('PeeringRejected', { accountId, peeringId });
 */
export class SightlineError<Name extends ErrorName = ErrorName> extends Error {
  override readonly name: Name;

  constructor(name: Name, values: ValuesOf<Name>, options?: ErrorOptions) {
    const { message, remedy } = catalogue[name];
    super(`${fill(message, values)}${remedyMark}${fill(remedy, values)}`, options);
    this.name = name;
  }
}

const known: Readonly<Record<string, Outcome>> = { ...catalogue, ...awsErrors };

/** What went wrong in plain words, and what to do about it. */
export type Explanation = { name: string; message: string; remedy: string };

/** Explains an error by its name and message, be it Sightline's own, AWS's or an unknown one. */
export const explain = (name: string, message: string): Explanation => {
  const [problem = message, ownRemedy] = message.split(remedyMark);
  const remedy =
    ownRemedy ??
    known[name]?.remedy ??
    'This is not a known outcome: see the log of the failed step, then re-run the execution from there.';
  return { name, message: problem || (known[name]?.message ?? name), remedy };
};

/** One thing that is wrong with an input: the path of the field, and what was expected of it. */
export type Problem = { path: string; message: string };

/** Every problem of a failed parse, an unknown field under its own name. */
export const problemsIn = (error: z.core.$ZodError): Problem[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...issue.path, key].join('.'),
          message: 'is not known here',
        }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );

/** Every problem of a failed parse in one line, each with the path of its field. */
export const problemsOf = (error: z.core.$ZodError): string =>
  problemsIn(error)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
