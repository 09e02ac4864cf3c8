/** Checks that fail in moto, and what moto does instead. */
export type Known = { reason: string; checks: readonly string[] };

const peerings: readonly Known[] = [
  {
    reason: 'DescribeVpcPeeringConnections ignores filters',
    checks: [
      'peerings: are filtered by the requester’s VPC',
      'peerings: are filtered by the accepter’s VPC',
      'peerings: are filtered by status',
      'peerings: are filtered by id, and an unknown one finds nothing',
      'peerings: are filtered by a tag',
      'peerings: meet all filters, and one value of each',
    ],
  },
  {
    reason: 'DescribeVpcPeeringConnections leaves out ids that it does not know',
    checks: ['peerings: a malformed id is an error', 'peerings: an unknown id is an error'],
  },
  {
    reason: 'its code is InvalidVpcPeeringConnectionId.NotFound, with a small d',
    checks: [
      'peerings: who is no side of it does not know it',
      'routes: an unknown peering is refused',
    ],
  },
  {
    reason: 'shows the first block of a VPC only',
    checks: ['peerings: an active peering tells the requester all blocks of the accepter'],
  },
  {
    reason: 'makes another peering of the same two VPCs each time',
    checks: [
      'peerings: the same request again is the one that exists',
      'peerings: the same request again is the peering that is active',
      'peerings: a request the other way cannot be accepted',
    ],
  },
  {
    reason: 'knows no failed peerings, and compares no blocks',
    checks: [
      'peerings: VPCs with the same block fail',
      'peerings: VPCs of which a second block overlaps fail',
      'peerings: a failed request cannot be deleted',
    ],
  },
  {
    reason: 'looks into the other account, and refuses a request to a VPC that is not there',
    checks: ['peerings: a request to a VPC that nobody has fails'],
  },
  {
    reason: 'both sides see the requester’s tags',
    checks: [
      'peerings: tags of the requester are not shown to the accepter',
      'peerings: each side sees just its own tags',
    ],
  },
  {
    reason: 'anybody sets both sides’ options at any time',
    checks: [
      'peerings: an owner cannot set the other side’s option',
      'peerings: options of a pending peering cannot be set',
    ],
  },
];

const network: readonly Known[] = [
  {
    reason: 'ignores DryRun in this call, and does it',
    checks: [
      'peerings: with DryRun nothing is requested',
      'peerings: with DryRun nothing is accepted',
      'routes: with DryRun no route is made',
      'routes: with DryRun no route is replaced',
      'VPCs: with DryRun none is made',
      'permissions: DryRun says that one may',
    ],
  },
  {
    reason: 'every route is active',
    checks: [
      'routes: a route into a pending peering is a blackhole until it is active',
      'routes: a deleted peering leaves a blackhole',
    ],
  },
  {
    reason: 'does not look where a route into a peering leads',
    checks: [
      'routes: a part of the VPC’s own block cannot go into a peering',
      'routes: the VPC’s own block cannot go into a peering',
      'routes: a peering of other VPCs is refused',
    ],
  },
  {
    reason: 'keeps a destination as it was written',
    checks: ['routes: bits beyond the prefix are cut off'],
  },
  {
    reason: 'leaves the first association and answers its id',
    checks: ['route tables: a subnet cannot be associated with a second one'],
  },
  {
    reason: 'takes a malformed id for one that is not there',
    checks: ['route tables: a malformed id is an error', 'VPCs: a malformed id is an error'],
  },
  {
    reason: 'does not look whether the VPC is there',
    checks: ['security groups: an unknown VPC is refused'],
  },
  {
    reason: 'its default group has no rule that lets in itself',
    checks: ['security groups: a VPC has one called default that lets in itself'],
  },
  {
    reason: 'its code is InvalidGroup.Duplicate',
    checks: ['security groups: no other may be called default'],
  },
  {
    reason: 'takes any description',
    checks: [
      'security groups: a description takes no apostrophe',
      'rules: a description takes no apostrophe',
    ],
  },
  {
    reason: 'deletes a group that rules name',
    checks: ['security groups: one that a rule of its VPC names cannot be deleted'],
  },
  {
    reason: 'adds the rules of a call one after another, and stops at the first that it refuses',
    checks: [
      'rules: where one exists, none of a call is made',
      'rules: one that a call names twice is refused',
      'rules: the 61st of a group is refused, as a whole call',
    ],
  },
  {
    reason: 'knows no groups of other accounts',
    checks: ['rules: name a peer’s group over an active peering'],
  },
  {
    reason: 'DescribeVpcs knows no pages',
    checks: ['Describe: answers pages of MaxResults', 'Describe: refuses pages of fewer than 5'],
  },
];

const iam: readonly Known[] = [
  {
    reason: 'CreateRole does not read the trust policy',
    checks: [
      'roles: a trust policy that is no JSON is refused',
      'roles: a trust policy without a principal is refused',
      'roles: a trust policy with a resource is refused',
      'roles: a trust policy for a role that does not exist is refused',
      'roles: an account’s id as principal becomes the account’s ARN',
    ],
  },
  {
    reason: 'CreateRole does not look whether the boundary is there',
    checks: ['roles: a permissions boundary that does not exist is refused'],
  },
  {
    reason: 'CreateRole does not check durations and names',
    checks: [
      'roles: sessions of less than an hour cannot be asked for',
      'roles: a name with a space is refused',
    ],
  },
  {
    reason: 'the last page says that there is another',
    checks: ['policies: attached ones are told in pages'],
  },
  {
    reason:
      'does not ask the role, whether it is there or not, who from another account may assume it',
    checks: [
      'AssumeRole: is denied for a role that does not exist',
      'AssumeRole: is denied for a role that trusts another account',
      'AssumeRole: is denied for a role that trusts another role of the account',
      'AssumeRole: is denied with another external id',
      'AssumeRole: is denied without the external id',
    ],
  },
  {
    reason: 'AssumeRole checks no more of its input than the length of the session’s name',
    checks: [
      'AssumeRole: takes no session name with a space',
      'AssumeRole: makes no session of less than 15 minutes',
      'AssumeRole: makes no session of more than an hour for a session',
    ],
  },
  {
    reason: 'its code is AccessDenied for EC2 too',
    checks: [
      'permissions: EC2 denies what no policy allows',
      'permissions: a Deny outweighs an Allow',
      'permissions: DryRun says that one may not',
      'permissions: ReadOnlyAccess reads and does not write',
    ],
  },
  {
    reason: 'compares the resources of a policy with *, whatever a call is about',
    checks: ['permissions: a resource that a policy names is allowed'],
  },
  {
    reason: 'takes no condition of an identity’s policy into account',
    checks: ['permissions: a condition that does not hold allows nothing'],
  },
  {
    reason: 'takes no permissions boundary into account',
    checks: ['permissions: a boundary takes away what it does not allow'],
  },
  {
    reason: 'a denial comes as XML where the protocol is JSON',
    checks: ['quotas: are told to nobody who may not read them'],
  },
];

const onboardings: readonly Known[] = [
  {
    reason: 'Preflight’s question whether it may CreateRoute, with DryRun, makes the route already',
    checks: ['an account that requested the peering itself: its routes are made by the step'],
  },
  {
    reason: 'a role is assumed without its external id, which Sightline finds out and refuses',
    checks: ['an account that is reached by API only: its role asks for the external id'],
  },
  {
    reason: 'the onboarding role is assumed although it trusts somebody else',
    checks: ['an account whose role trusts somebody else: is refused and left as it is'],
  },
  {
    reason: 'a role is assumed that is not there, and what its session asks is answered with HTML',
    checks: ['an account that has no onboarding role: is refused and left as it is'],
  },
];

/**
 * What moto 5.2.5 is known to do otherwise than AWS, whose documents are named beside the checks in
 * tests/conformance. Moto must fail what is listed: the command says so when a check passes, and its name is then
 * to be taken out.
 */
export const known: readonly Known[] = [...peerings, ...network, ...iam, ...onboardings];
