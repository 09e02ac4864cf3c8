import {
  describeDifferences,
  differencesOf,
  sameTrust,
  trustPolicyFor,
} from '../../shared/monitoringRole.ts';
import { aRolePlan, hubRoot, readOnlyAccess, viewOnlyAccess } from '../builders.ts';

const zabbix = 'arn:aws:iam::111111111111:role/zabbix';
const withSecret = { StringEquals: { 'sts:ExternalId': 'secret' } };

const aStatement = (parts: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: hubRoot },
  Action: 'sts:AssumeRole',
  ...parts,
});

const aPolicy = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

describe('the trust policy', () => {
  it('lets the hub account assume the role', () => {
    expect(JSON.parse(trustPolicyFor(aRolePlan()))).toEqual({
      Version: '2012-10-17',
      Statement: [aStatement()],
    });
  });

  it('names several principals, and requires the external id if there is one', () => {
    const plan = aRolePlan({ principals: [hubRoot, zabbix], externalId: 'secret' });
    expect(JSON.parse(trustPolicyFor(plan))).toMatchObject({
      Statement: [{ Principal: { AWS: [hubRoot, zabbix] }, Condition: withSecret }],
    });
  });
});

describe('two trust policies say the same', () => {
  it.each([
    [
      'their fields are in another order',
      '{"Statement":[{"Principal":{"AWS":"a"},"Effect":"Allow"}]}',
      '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"a"}}]}',
    ],
    ['a statement has an id', aPolicy(aStatement({ Sid: 'Hub' })), aPolicy(aStatement())],
    [
      'a list of one action is written as a list',
      aPolicy(aStatement({ Action: ['sts:AssumeRole'] })),
      aPolicy(aStatement()),
    ],
    [
      'a list of one principal is written as a list',
      aPolicy(aStatement({ Principal: { AWS: [hubRoot] } })),
      aPolicy(aStatement()),
    ],
    [
      'principals are in another order',
      aPolicy(aStatement({ Principal: { AWS: [hubRoot, zabbix] } })),
      aPolicy(aStatement({ Principal: { AWS: [zabbix, hubRoot] } })),
    ],
    [
      'values of a condition are in another order, or a list of one',
      aPolicy(aStatement({ Condition: { StringEquals: { a: ['1', '2'], b: ['3'] } } })),
      aPolicy(aStatement({ Condition: { StringEquals: { b: '3', a: ['2', '1'] } } })),
    ],
    [
      'a single statement is not in a list',
      JSON.stringify({ Statement: aStatement() }),
      aPolicy(aStatement()),
    ],
    [
      'another version stands above',
      JSON.stringify({ Version: '2008-10-17', Statement: [aStatement()] }),
      aPolicy(aStatement()),
    ],
  ])('where %s', (_, one, other) => {
    expect(sameTrust(one, other)).toBe(true);
    expect(sameTrust(other, one)).toBe(true);
  });
});

describe('two trust policies differ', () => {
  it.each([
    ['another principal', aStatement({ Principal: { AWS: zabbix } })],
    ['a principal more', aStatement({ Principal: { AWS: [hubRoot, zabbix] } })],
    ['another kind of principal', aStatement({ Principal: { Service: hubRoot } })],
    ['every principal', aStatement({ Principal: '*' })],
    ['all but the principal', aStatement({ Principal: undefined, NotPrincipal: { AWS: hubRoot } })],
    ['another action', aStatement({ Action: 'sts:TagSession' })],
    ['an action more', aStatement({ Action: ['sts:AssumeRole', 'sts:TagSession'] })],
    ['a denial', aStatement({ Effect: 'Deny' })],
    ['a condition', aStatement({ Condition: withSecret })],
    ['MFA', aStatement({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })],
  ])('where one has %s', (_, statement) => {
    expect(sameTrust(aPolicy(statement), aPolicy(aStatement()))).toBe(false);
  });

  it('where the external ids differ', () => {
    const requiring = (id: string) =>
      aPolicy(aStatement({ Condition: { StringEquals: { 'sts:ExternalId': id } } }));
    expect(sameTrust(requiring('secret'), requiring('other'))).toBe(false);
  });

  it('where one has a statement more', () => {
    const more = aPolicy(aStatement(), aStatement({ Principal: { AWS: zabbix } }));
    expect(sameTrust(more, aPolicy(aStatement()))).toBe(false);
  });
});

it('does not take for a trust policy what is none', () => {
  expect(() => sameTrust('{}', aPolicy(aStatement()))).toThrow(
    expect.objectContaining({ name: 'ZodError' }),
  );
});

describe('a role', () => {
  const existing = {
    trustPolicy: aPolicy(aStatement()),
    policyArns: [readOnlyAccess],
    inlinePolicyNames: [],
  };
  const none = { trust: false, missingPolicyArns: [], extraPolicies: [] };

  it('fits that has what was asked', () => {
    expect(differencesOf(existing, aRolePlan())).toEqual(none);
    expect(describeDifferences(none)).toBe('');
  });

  it('fits whatever the order of its policies is', () => {
    const policyArns = [readOnlyAccess, viewOnlyAccess];
    const reversed = { ...existing, policyArns: [...policyArns].reverse() };
    expect(differencesOf(reversed, aRolePlan({ policyArns }))).toEqual(none);
  });

  it('differs by its trust policy, by what it lacks and by what it has beyond', () => {
    const other = { ...existing, inlinePolicyNames: ['write'] };
    const plan = aRolePlan({ policyArns: [viewOnlyAccess], externalId: 'secret' });
    const differences = differencesOf(other, plan);
    expect(differences).toEqual({
      trust: true,
      missingPolicyArns: [viewOnlyAccess],
      extraPolicies: [readOnlyAccess, 'inline policy write'],
    });
    expect(describeDifferences(differences)).toBe(
      [
        'its trust policy is not the asked one',
        `${viewOnlyAccess} is not attached`,
        `${readOnlyAccess} is attached and was not asked for`,
        'inline policy write is attached and was not asked for',
      ].join('; '),
    );
  });
});
