import fc from 'fast-check';
import type { RolePlan } from '../../../shared/execution.ts';
import {
  type ExistingRole,
  extraPolicies,
  findingsInTrust,
  missingPolicies,
  notAttached,
  refuseRole,
  trustPolicyFor,
  trustPolicyToShow,
} from '../../../shared/role/monitoringRole.ts';
import {
  accountId,
  aRolePlan,
  hubAccountId,
  hubRoot,
  monitoringRoleArn,
  ownPolicy,
  readOnlyAccess,
  securityAudit,
  viewOnlyAccess,
} from '../../builders.ts';
import { aTrustPolicy, aTrustStatement } from '../recordedRole.ts';

const zabbix = `arn:aws:iam::${hubAccountId}:role/zabbix`;
const verifier = `arn:aws:iam::${hubAccountId}:role/sightline-dev-eu-central-1-verifyRole`;
const foreignAccount = '999999999999';
const foreignRoot = `arn:aws:iam::${foreignAccount}:root`;
const foreignRole = `arn:aws:iam::${foreignAccount}:role/zabbix`;
const externalId = 'secret-of-zabbix';

/** A condition that asks for one of these external ids. */
const insistingOn = (...ids: string[]) => ({
  Condition: { StringEquals: { 'sts:ExternalId': ids.length === 1 ? ids[0] : ids } },
});
const withExternalId = insistingOn(externalId);

const trusting = (...principals: string[]) => aTrustStatement({ Principal: { AWS: principals } });

/** What is found in a trust policy of these statements, where the plan is the default one but for its parts. */
const findingsIn = (statements: object | object[], parts: Partial<RolePlan> = {}) =>
  findingsInTrust(encodeURIComponent(aTrustPolicy(...[statements].flat())), aRolePlan(parts));

const nothing = { others: [], lacking: [] };
const trusts = (...principals: string[]) => ({
  others: principals.map((principal) => `it trusts ${principal}`),
  lacking: [],
});
const isLax = { others: ['it does not insist on the external id'], lacking: [] };
const asksForAnother = { others: [], lacking: ['it asks for another external id'] };

describe('the trust policy', () => {
  it('lets the hub account assume the role', () => {
    expect(JSON.parse(trustPolicyFor(aRolePlan()))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: hubRoot }, Action: 'sts:AssumeRole' }],
    });
  });

  it('names several principals, and requires the external id if there is one', () => {
    const plan = aRolePlan({ principals: [zabbix, verifier], externalId });
    expect(JSON.parse(trustPolicyFor(plan))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: [zabbix, verifier] },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': externalId } },
        },
      ],
    });
  });

  it.each<[string, Partial<RolePlan>]>([
    ['the hub account', {}],
    ['the hub account with an external id', { externalId }],
    ['named principals', { principals: [zabbix, verifier] }],
    ['named principals with an external id', { principals: [zabbix, verifier], externalId }],
  ])('for %s is one in which nothing is found', (_, parts) => {
    const plan = aRolePlan(parts);
    expect(findingsInTrust(encodeURIComponent(trustPolicyFor(plan)), plan)).toEqual(nothing);
  });

  it('is shown without the external id, and says where that goes', () => {
    const plan = aRolePlan({ principals: [zabbix, verifier], externalId });
    const shown = trustPolicyToShow(plan);
    expect(shown).not.toContain(externalId);
    expect(shown).toBe(trustPolicyFor(plan).replace(externalId, 'THE-EXTERNAL-ID'));
  });

  it('is shown as it is where there is no external id', () => {
    expect(trustPolicyToShow(aRolePlan())).toBe(trustPolicyFor(aRolePlan()));
  });
});

describe('where the hub account as a whole is wanted', () => {
  it.each<[string, object | object[]]>([
    ['the hub account', trusting(hubRoot)],
    ['the hub account, as its id', trusting(hubAccountId)],
    ['a role of the hub', trusting(zabbix)],
    ['a user of the hub', trusting(`arn:aws:iam::${hubAccountId}:user/nagios`)],
    ['a session in the hub', trusting(`arn:aws:sts::${hubAccountId}:assumed-role/zabbix/one`)],
    ['several roles of the hub', trusting(zabbix, verifier)],
    ['roles of the hub, each in a statement', [trusting(zabbix), trusting(verifier)]],
    ['the hub with a statement id', aTrustStatement({ Sid: 'Hub' })],
    [
      'the hub for several actions',
      aTrustStatement({ Action: ['sts:AssumeRole', 'sts:TagSession'] }),
    ],
    [
      'the hub with MFA',
      aTrustStatement({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': true } } }),
    ],
    [
      'the hub from one address',
      aTrustStatement({ Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }),
    ],
    [
      'the hub with the empty condition that the console writes',
      aTrustStatement({ Condition: {} }),
    ],
  ])('a role is right that trusts %s', (_, statements) => {
    expect(findingsIn(statements)).toEqual(nothing);
  });

  it('a role is right whose trust policy has a single statement that is not in a list', () => {
    const policy = encodeURIComponent(JSON.stringify({ Statement: aTrustStatement() }));
    expect(findingsInTrust(policy, aRolePlan())).toEqual(nothing);
  });

  // What they deny is no trust; whether they keep the hub out is for trying to show.
  it('what a trust policy denies is not looked at', () => {
    const deny = aTrustStatement({ Effect: 'Deny', Principal: { AWS: foreignRoot } });
    expect(findingsIn([aTrustStatement(), deny])).toEqual(nothing);
    const denyAll = aTrustStatement({ Effect: 'Deny', Principal: '*' });
    expect(findingsIn([aTrustStatement(), denyAll])).toEqual(nothing);
  });

  it.each<[string, object, string[]]>([
    ['another account', { AWS: [foreignRoot] }, [foreignRoot]],
    ['another account by its id', { AWS: [foreignAccount] }, [foreignAccount]],
    ['a role of another account', { AWS: [foreignRole] }, [foreignRole]],
    [
      'itself, as its own account',
      { AWS: [`arn:aws:iam::${accountId}:root`] },
      [`arn:aws:iam::${accountId}:root`],
    ],
    ['an account whose id only begins alike', { AWS: [`${hubAccountId}1`] }, [`${hubAccountId}1`]],
    [
      'a role that is called like the hub',
      { AWS: [`arn:aws:iam::${foreignAccount}:role/${hubAccountId}`] },
      [`arn:aws:iam::${foreignAccount}:role/${hubAccountId}`],
    ],
    ['everybody, as AWS’s principal', { AWS: ['*'] }, ['*']],
    ['a principal that was deleted', { AWS: ['AROADBQP57FF2AEXAMPLE'] }, ['AROADBQP57FF2AEXAMPLE']],
    ['a user that was deleted', { AWS: ['AIDACKCEVSQ6C2EXAMPLE'] }, ['AIDACKCEVSQ6C2EXAMPLE']],
    ['a service', { Service: 'ec2.amazonaws.com' }, ['ec2.amazonaws.com']],
    [
      'services',
      { Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] },
      ['ec2.amazonaws.com', 'lambda.amazonaws.com'],
    ],
    [
      'whom an identity provider knows',
      { Federated: 'token.actions.githubusercontent.com' },
      ['token.actions.githubusercontent.com'],
    ],
    ['a canonical user', { CanonicalUser: '79a59df9' }, ['79a59df9']],
  ])(
    'a role is refused that trusts %s, beside the hub or in a statement of its own',
    (_, principal, named) => {
      const { AWS = [], ...others } = principal as { AWS?: string[] };
      expect(
        findingsIn(aTrustStatement({ Principal: { AWS: [hubRoot, ...AWS], ...others } })),
      ).toEqual(trusts(...named));
      expect(findingsIn([aTrustStatement(), aTrustStatement({ Principal: principal })])).toEqual(
        trusts(...named),
      );
    },
  );

  it.each<[string, object, string]>([
    ['everybody', { Principal: '*' }, 'everybody (*)'],
    [
      'everybody but one',
      { Principal: undefined, NotPrincipal: { AWS: foreignRoot } },
      'everybody but some (NotPrincipal)',
    ],
    [
      'everybody of an organization',
      { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
      'everybody (*)',
    ],
    ['it does not say whom', { Principal: undefined }, 'somebody whom its statement does not name'],
    [
      'whom it names in an element that there is not',
      { Principal: undefined, principal: { AWS: '*' } },
      'somebody whom its statement does not name',
    ],
  ])('a role is refused that trusts %s', (_, parts, named) => {
    expect(findingsIn([aTrustStatement(), aTrustStatement(parts)])).toEqual(trusts(named));
  });

  it.each<[string, object]>([
    ['a web identity', { Action: 'sts:AssumeRoleWithWebIdentity' }],
    ['SAML', { Action: 'sts:AssumeRoleWithSAML' }],
    ['any action of STS', { Action: 'sts:*' }],
    ['any action at all', { Action: '*' }],
    ['any action but one', { Action: undefined, NotAction: 'sts:GetFederationToken' }],
    ['more than tags for the session', { Action: ['sts:TagSession', 'sts:AssumeRole'] }],
    ['whatever begins like tags for the session', { Action: 'sts:Tag*' }],
    ['MFA', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }],
    ['an external id', insistingOn('theirs')],
    ['an identity of the hub', { Condition: { ArnLike: { 'aws:PrincipalArn': zabbix } } }],
  ])('a role is refused that trusts another account with %s', (_, parts) => {
    const theirs = aTrustStatement({ Principal: { AWS: foreignRoot }, ...parts });
    expect(findingsIn([aTrustStatement(), theirs]).others).toEqual([`it trusts ${foreignRoot}`]);
  });

  const alongside: [string, string | string[]][] = [
    ['tags', 'sts:TagSession'],
    ['tags, in another case', 'STS:tagsession'],
    ['a name', 'sts:SetSourceIdentity'],
    ['tags and a name', ['sts:TagSession', 'sts:SetSourceIdentity']],
  ];

  it.each(alongside)(
    'a statement lets nobody in that lets a session only carry %s along',
    (_, Action) => {
      const theirs = aTrustStatement({ Principal: { AWS: foreignRoot }, Action });
      expect(findingsIn([aTrustStatement(), theirs])).toEqual(nothing);
      expect(findingsIn(theirs)).toEqual({
        others: [],
        lacking: [`it does not trust ${hubRoot}`],
      });
      expect(findingsIn(aTrustStatement({ Action }))).toEqual({
        others: [],
        lacking: [`it does not trust ${hubRoot}`],
      });
    },
  );

  it.each<[string, object, string]>([
    ['everybody', { Principal: '*' }, 'everybody (*)'],
    ['everybody, as AWS’s principal', { Principal: { AWS: '*' } }, '*'],
  ])('a role that trusts %s keeps nobody out', (_, parts, named) => {
    const plans = [{}, { principals: [zabbix, verifier] }];
    for (const plan of plans) {
      expect(findingsIn(aTrustStatement(parts), plan)).toEqual(trusts(named));
    }
  });

  it('a role keeps the hub out that does not trust it', () => {
    expect(findingsIn(trusting(foreignRoot))).toEqual({
      others: [`it trusts ${foreignRoot}`],
      lacking: [`it does not trust ${hubRoot}`],
    });
    expect(findingsIn([])).toEqual({ others: [], lacking: [`it does not trust ${hubRoot}`] });
  });

  it('all that is wrong is named', () => {
    const statements = [
      trusting(foreignRole, foreignAccount),
      aTrustStatement({ Principal: { Service: 'ec2.amazonaws.com' }, ...withExternalId }),
    ];
    expect(findingsIn(statements, { externalId })).toEqual({
      others: [
        `it trusts ${foreignRole}`,
        `it trusts ${foreignAccount}`,
        'it trusts ec2.amazonaws.com',
        'it does not insist on the external id',
      ],
      lacking: [`it does not trust ${hubRoot}`],
    });
  });
});

describe('where principals of the hub are named', () => {
  const named = { principals: [zabbix, verifier] };

  it.each<[string, object[]]>([
    ['them', [trusting(zabbix, verifier)]],
    ['them in another order', [trusting(verifier, zabbix)]],
    ['each in a statement of its own', [trusting(verifier), trusting(zabbix)]],
  ])('a role is right that trusts %s', (_, statements) => {
    expect(findingsIn(statements, named)).toEqual(nothing);
  });

  it.each([
    ['the hub account as a whole', hubRoot],
    ['the hub account by its id', hubAccountId],
    ['another role of the hub', `arn:aws:iam::${hubAccountId}:role/grafana`],
    ['a role of that name in another account', foreignRole],
    ['a role whose name begins alike', `${zabbix}-2`],
  ])('a role is refused that trusts %s besides', (_, principal) => {
    expect(findingsIn(trusting(zabbix, verifier, principal), named)).toEqual(trusts(principal));
  });

  it.each([
    ['as its root', hubRoot],
    ['by its id', hubAccountId],
  ])(
    'a role that trusts the hub account as a whole, %s, is too wide, but keeps nobody out',
    (_, principal) => {
      expect(findingsIn(trusting(principal), named)).toEqual(trusts(principal));
    },
  );

  it('a role keeps out whom it does not trust', () => {
    expect(findingsIn(trusting(zabbix), named)).toEqual({
      others: [],
      lacking: [`it does not trust ${verifier}`],
    });
  });

  // IAM shows the id of a principal that was deleted, and a new one of the same name is another.
  it('a role keeps out one that was deleted and made anew', () => {
    expect(findingsIn(trusting(verifier, 'AROADBQP57FF2AEXAMPLE'), named)).toEqual({
      others: ['it trusts AROADBQP57FF2AEXAMPLE'],
      lacking: [`it does not trust ${zabbix}`],
    });
  });
});

describe('the external id', () => {
  const planned = { externalId };

  it.each<[string, object]>([
    ['it', withExternalId],
    ['it as a list of one', { Condition: { StringEquals: { 'sts:ExternalId': [externalId] } } }],
    [
      'it by its key in lower case',
      { Condition: { StringEquals: { 'sts:externalid': externalId } } },
    ],
    [
      'it by its key in upper case',
      { Condition: { StringEquals: { 'STS:EXTERNALID': externalId } } },
    ],
    [
      'it and MFA',
      {
        Condition: {
          ...withExternalId.Condition,
          Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        },
      },
    ],
    [
      'it and an organization',
      {
        Condition: { StringEquals: { 'sts:ExternalId': externalId, 'aws:PrincipalOrgID': 'o-1' } },
      },
    ],
  ])('is insisted on by a role that asks for %s', (_, condition) => {
    expect(findingsIn(aTrustStatement(condition), planned)).toEqual(nothing);
  });

  it.each<[string, object]>([
    ['asks for none', {}],
    ['asks for nothing but MFA', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }],
    ['takes another one too', insistingOn(externalId, 'other')],
    ['takes another one too, named first', insistingOn('other', externalId)],
    ['has it twice', insistingOn(externalId, externalId)],
    ['compares it with wildcards', { Condition: { StringLike: { 'sts:ExternalId': externalId } } }],
    ['takes any', { Condition: { StringLike: { 'sts:ExternalId': '*' } } }],
    ['takes any but one', { Condition: { StringNotEquals: { 'sts:ExternalId': 'other' } } }],
    ['just refuses it', { Condition: { StringNotEquals: { 'sts:ExternalId': externalId } } }],
    [
      'asks for it only if there is one',
      { Condition: { StringEqualsIfExists: { 'sts:ExternalId': externalId } } },
    ],
    [
      'asks for it among all values',
      { Condition: { 'ForAllValues:StringEquals': { 'sts:ExternalId': externalId } } },
    ],
    [
      'does not mind its case',
      { Condition: { StringEqualsIgnoreCase: { 'sts:ExternalId': externalId } } },
    ],
    ['asks that there is none', { Condition: { Null: { 'sts:ExternalId': 'true' } } }],
    [
      'takes another one too, by the key in lower case',
      { Condition: { StringEquals: { 'sts:externalid': [externalId, 'other'] } } },
    ],
    [
      'asks for it by a key that is only called alike',
      { Condition: { StringEquals: { 'sts:ExternalIds': externalId } } },
    ],
    [
      'asks for an organization instead',
      { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
    ],
  ])('is not insisted on by a role that %s', (_, condition) => {
    expect(findingsIn(aTrustStatement(condition), planned)).toEqual(isLax);
  });

  it.each<[string, object[]]>([
    ['first', [aTrustStatement(), aTrustStatement(withExternalId)]],
    ['last', [aTrustStatement(withExternalId), aTrustStatement()]],
    ['for a role of the hub', [aTrustStatement(withExternalId), trusting(zabbix)]],
    [
      'that asks for another',
      [aTrustStatement(withExternalId), aTrustStatement(insistingOn('other'))],
    ],
    [
      'that asks for none, beside one that asks for another',
      [aTrustStatement(insistingOn('other')), aTrustStatement()],
    ],
  ])('is not insisted on where one of several statements does not: the %s', (_, statements) => {
    expect(findingsIn(statements, planned)).toEqual(isLax);
  });

  it('is not insisted on by a statement that only denies without it', () => {
    const denied = aTrustStatement({
      Effect: 'Deny',
      Condition: { StringNotEquals: { 'sts:ExternalId': externalId } },
    });
    expect(findingsIn([aTrustStatement(), denied], planned)).toEqual(isLax);
  });

  it.each([['other'], [externalId.toUpperCase()], [`${externalId} `]])(
    'keeps the hub out where a role asks for another: %j',
    (other) => {
      expect(findingsIn(aTrustStatement(insistingOn(other)), planned)).toEqual(asksForAnother);
    },
  );

  it('keeps the hub out where a role asks for one and none is set', () => {
    expect(findingsIn(aTrustStatement(withExternalId))).toEqual(asksForAnother);
    expect(findingsIn(aTrustStatement(insistingOn('one', 'other')))).toEqual(asksForAnother);
  });

  it('keeps the hub out only where every statement asks for another', () => {
    const one = aTrustStatement(insistingOn('one'));
    const other = aTrustStatement(insistingOn('other'));
    expect(findingsIn([one, other], planned)).toEqual(asksForAnother);
    expect(findingsIn([one, other])).toEqual(asksForAnother);
    expect(findingsIn([one, aTrustStatement()])).toEqual(nothing);
    expect(findingsIn([aTrustStatement(), other])).toEqual(nothing);
  });

  it('keeps the hub out where a role asks for another by its key in any case', () => {
    for (const key of ['sts:externalid', 'STS:ExternalID']) {
      const condition = { Condition: { StringEquals: { [key]: 'other' } } };
      expect(findingsIn(aTrustStatement(condition), planned)).toEqual(asksForAnother);
      expect(findingsIn(aTrustStatement(condition))).toEqual(asksForAnother);
    }
  });

  it('is not for a statement to ask for that lets nobody in', () => {
    const tagging = aTrustStatement({ Action: 'sts:TagSession' });
    expect(findingsIn([aTrustStatement(withExternalId), tagging], planned)).toEqual(nothing);
    const theirs = aTrustStatement(insistingOn('other'));
    expect(findingsIn([theirs, tagging], planned)).toEqual(asksForAnother);
  });

  it('is in no finding, be it the right one or another', () => {
    const findings = JSON.stringify([
      findingsIn(aTrustStatement(insistingOn('their-secret')), planned),
      findingsIn(aTrustStatement(insistingOn(externalId, 'their-secret')), planned),
      findingsIn(aTrustStatement(insistingOn('their-secret'))),
    ]);
    expect(findings).not.toContain('secret');
  });
});

it('does not take for a trust policy what is none', () => {
  expect(() => findingsInTrust('%7B%7D', aRolePlan())).toThrow(
    expect.objectContaining({ name: 'ZodError' }),
  );
});

describe('whatever a trust policy says', () => {
  const conditions = fc.constantFrom<object>(
    {},
    withExternalId,
    insistingOn('other'),
    insistingOn(externalId, 'other'),
    { Condition: { StringLike: { 'sts:ExternalId': '*' } } },
    { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
  );
  const actions = fc.constantFrom<object>(
    { Action: 'sts:AssumeRole' },
    { Action: ['sts:AssumeRole', 'sts:TagSession'] },
    { Action: 'sts:*' },
    { Action: 'sts:AssumeRoleWithWebIdentity' },
    { Action: undefined, NotAction: 'sts:TagSession' },
  );
  const effects = fc.constantFrom('Allow', 'Allow', 'Deny');
  const hubs = fc.subarray([hubRoot, hubAccountId, zabbix, verifier], { minLength: 1 });
  const hubStatement = fc
    .tuple(hubs, conditions, actions, effects)
    .map(([AWS, condition, action, Effect]) =>
      aTrustStatement({ Principal: { AWS }, ...condition, ...action, Effect }),
    );
  const stranger = fc.oneof(
    fc.stringMatching(/^[2-9]\d{11}$/),
    fc.stringMatching(/^[2-9]\d{11}$/).map((id) => `arn:aws:iam::${id}:root`),
    fc.stringMatching(/^[2-9]\d{11}$/).map((id) => `arn:aws:iam::${id}:role/zabbix`),
    fc.stringMatching(/^AROA[A-Z0-9]{17}$/),
    fc.constant('*'),
  );
  /** Principals with a stranger among them, and what that is called. */
  const strangers = fc.oneof(
    fc.tuple(hubs, stranger, fc.nat(4)).map(([AWS, one, at]) => ({
      principals: { Principal: { AWS: AWS.toSpliced(at, 0, one) } },
      called: one,
    })),
    stranger.map((one) => ({ principals: { Principal: { AWS: one } }, called: one })),
    fc.constantFrom<{ principals: object; called: string }>(
      { principals: { Principal: '*' }, called: 'everybody' },
      {
        principals: { Principal: undefined, NotPrincipal: { AWS: hubRoot } },
        called: 'everybody but some',
      },
      {
        principals: { Principal: { Service: 'ec2.amazonaws.com' } },
        called: 'ec2.amazonaws.com',
      },
      {
        principals: { Principal: { AWS: hubRoot, Federated: 'accounts.google.com' } },
        called: 'accounts.google.com',
      },
    ),
  );
  const plans = fc.constantFrom<Partial<RolePlan>>(
    {},
    { externalId },
    { principals: [zabbix, verifier] },
    { principals: [zabbix, verifier], externalId },
  );

  it('nobody besides the hub whom it lets in is overlooked', () => {
    fc.assert(
      fc.property(
        fc.array(hubStatement, { maxLength: 3 }),
        strangers,
        conditions,
        actions,
        fc.nat(3),
        plans,
        (statements, { principals, called }, condition, action, at, plan) => {
          const theirs = aTrustStatement({ ...principals, ...condition, ...action });
          const { others } = findingsIn(statements.toSpliced(at, 0, theirs), plan);
          expect(others.join()).toContain(`it trusts ${called}`);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('no statement without the external id passes for one that insists on it', () => {
    const lax = conditions.filter((condition) => condition !== withExternalId);
    fc.assert(
      fc.property(
        fc.array(hubStatement, { maxLength: 3 }),
        hubs,
        lax,
        fc.nat(3),
        (statements, AWS, condition, at) => {
          const one = aTrustStatement({ Principal: { AWS }, ...condition });
          const { others, lacking } = findingsIn(statements.toSpliced(at, 0, one), { externalId });
          expect([...others, ...lacking].join()).toContain('external id');
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a role', () => {
  const existing = (parts: Partial<ExistingRole> = {}): ExistingRole => ({
    trustPolicy: encodeURIComponent(trustPolicyFor(aRolePlan())),
    policyArns: [readOnlyAccess],
    inlinePolicyNames: [],
    boundaryArn: undefined,
    ...parts,
  });

  it('has what was asked and nothing beyond, in whatever order', () => {
    const policyArns = [readOnlyAccess, viewOnlyAccess];
    const reversed = existing({ policyArns: policyArns.toReversed() });
    expect(missingPolicies(reversed, aRolePlan({ policyArns }))).toEqual([]);
    expect(extraPolicies(reversed, aRolePlan({ policyArns }))).toEqual([]);
  });

  it('lacks policies, which are named in the order of the plan', () => {
    const plan = aRolePlan({ policyArns: [viewOnlyAccess, readOnlyAccess, securityAudit] });
    expect(missingPolicies(existing(), plan)).toEqual([viewOnlyAccess, securityAudit]);
    expect(notAttached(viewOnlyAccess)).toBe(`${viewOnlyAccess} is not attached`);
  });

  it('has policies beyond, attached or inline', () => {
    const role = existing({
      policyArns: [readOnlyAccess, ownPolicy],
      inlinePolicyNames: ['write', 'more'],
    });
    expect(extraPolicies(role, aRolePlan())).toEqual([
      `${ownPolicy} is attached and was not asked for`,
      'it has the inline policy write, which was not asked for',
      'it has the inline policy more, which was not asked for',
    ]);
  });

  it('is not taken to have a policy of the same name in another account', () => {
    const theirs = 'arn:aws:iam::aws:policy/Monitoring';
    const plan = aRolePlan({ policyArns: [ownPolicy] });
    expect(missingPolicies(existing({ policyArns: [theirs] }), plan)).toEqual([ownPolicy]);
    expect(extraPolicies(existing({ policyArns: [theirs] }), plan)).toHaveLength(1);
  });
});

describe('the refusal of a role', () => {
  const refusalOf = (...args: Parameters<typeof refuseRole>): Error | undefined => {
    try {
      refuseRole(...args);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  };
  const names = ['RoleConflict', 'RoleTrustsOthers', 'RoleTooPowerful'] as const;

  it.each(names)('does not come where nothing was found: %s', (name) => {
    expect(refusalOf(name, aRolePlan(), [])).toBeUndefined();
  });

  it.each(names)('names the role and all that was found: %s', (name) => {
    expect(refusalOf(name, aRolePlan(), ['it is too wide', 'it is too old'])).toMatchObject({
      name,
      message: expect.stringMatching(
        new RegExp(
          `^Role ${monitoringRoleArn} .*: it is too wide; it is too old\\. Sightline leaves it as it is\\.\n`,
        ),
      ),
    });
  });

  it.each(['RoleConflict', 'RoleTrustsOthers'] as const)(
    'has the command that puts the trust policy right, without the external id: %s',
    (name) => {
      const plan = aRolePlan({ externalId, principals: [zabbix, verifier] });
      const { message = '' } = refusalOf(name, plan, ['it is too wide']) ?? {};
      expect(message).not.toContain(externalId);
      expect(message).toContain('(with the external id in its place, if there is one)');
      const [, role, document = ''] =
        /update-assume-role-policy --role-name (\S+) --policy-document '([^']+)'/.exec(message) ??
        [];
      expect(role).toBe('cross-role');
      expect(JSON.parse(document)).toEqual(JSON.parse(trustPolicyToShow(plan)));
    },
  );
});
