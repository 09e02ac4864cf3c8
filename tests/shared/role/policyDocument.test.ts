import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import {
  escalationsIn,
  type Statement,
  statementsIn,
} from '../../../shared/role/policyDocument.ts';
import { hubRoot } from '../../builders.ts';

/** A policy document as IAM's API gives it. */
const encoded = (document: unknown) => encodeURIComponent(JSON.stringify(document));

const statementsOf = (...Statement: object[]): Statement[] =>
  statementsIn(encoded({ Version: '2012-10-17', Statement }));

const allow = (Action: string | string[], parts: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...parts,
});

/** By which of these actions a policy that allows them lets its holder give itself more. */
const escalationsOf = (...actions: string[]) => escalationsIn(statementsOf(allow(actions)));

describe('a policy document', () => {
  it('is read out of its percent-encoding, in which IAM gives it', () => {
    const Condition = { StringEquals: { 'aws:PrincipalTag/team': '100% ours & theirs' } };
    const text = encoded({ Statement: [allow('s3:Get*', { Condition })] });
    expect(text).toContain('%7B%22Statement');
    expect(statementsIn(text)).toMatchObject([
      {
        Action: ['s3:Get*'],
        Condition: { StringEquals: { 'aws:PrincipalTag/team': ['100% ours & theirs'] } },
      },
    ]);
  });

  it('may have a single statement that is not in a list', () => {
    expect(statementsIn(encoded({ Statement: allow('s3:Get*') }))).toEqual(
      statementsOf(allow('s3:Get*')),
    );
  });

  it('may have no statement at all', () => {
    expect(statementsIn(encoded({ Statement: [] }))).toEqual([]);
  });

  it('has one value or a list of them, quoted or not', () => {
    const trust = {
      Effect: 'Allow',
      Principal: { AWS: hubRoot, Service: ['ec2.amazonaws.com'] },
      NotAction: 'sts:TagSession',
      Condition: {
        Bool: { 'aws:MultiFactorAuthPresent': true },
        NumericLessThan: { 'aws:MultiFactorAuthAge': 60 },
      },
    };
    expect(statementsOf(trust)).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: [hubRoot], Service: ['ec2.amazonaws.com'] },
        NotAction: ['sts:TagSession'],
        Condition: {
          Bool: { 'aws:MultiFactorAuthPresent': ['true'] },
          NumericLessThan: { 'aws:MultiFactorAuthAge': ['60'] },
        },
      },
    ]);
  });

  it('has no condition where its statement has none', () => {
    expect(statementsOf(allow('s3:Get*'))).toMatchObject([{ Condition: {} }]);
  });

  it.each<[string, unknown, string]>([
    ['an empty object', {}, 'ZodError'],
    ['a list', [allow('*')], 'ZodError'],
    ['a text', 'Allow', 'ZodError'],
    ['nothing', null, 'ZodError'],
    ['a statement without an effect', { Statement: { Action: '*' } }, 'ZodError'],
    ['an effect that there is not', { Statement: { Effect: 'allow', Action: '*' } }, 'ZodError'],
    ['a statement without an action', { Statement: { Effect: 'Allow' } }, 'ZodError'],
    ['one that denies without an action', { Statement: { Effect: 'Deny' } }, 'ZodError'],
    [
      'a statement whose elements it does not know',
      { Statement: { Effect: 'Allow', action: '*' } },
      'ZodError',
    ],
    [
      'one such statement after a good one',
      { Statement: [allow('s3:Get*'), { Effect: 'Allow', notAction: 's3:*' }] },
      'ZodError',
    ],
    ['an action that is an object', { Statement: { Effect: 'Allow', Action: {} } }, 'ZodError'],
  ])('is not %s', (_, document, name) => {
    expect(() => statementsIn(encoded(document))).toThrow(expect.objectContaining({ name }));
  });

  it.each([
    ['', 'SyntaxError'],
    ['{"Statement":', 'SyntaxError'],
    ['%7B%22Statement%22', 'SyntaxError'],
    ['%', 'URIError'],
  ])('is not the text %j', (text, name) => {
    expect(() => statementsIn(text)).toThrow(expect.objectContaining({ name }));
  });
});

describe('a policy lets its holder give itself more', () => {
  it.each([
    '*',
    'iam:*',
    'IAM:*',
    'Iam:*',
    'iam:Create*',
    'iam:CreateRole',
    'iam:PutRolePolicy',
    'IAM:PutRolePolicy',
    'iam:putrolepolicy',
    'iam:AttachRolePolicy',
    'iam:UpdateAssumeRolePolicy',
    'iam:PassRole',
    'iam:SetDefaultPolicyVersion',
    'iam:*Role*',
    'iam:?utRolePolicy',
    'iam:G*',
    'iam:*Get*',
    'iam:TagRole',
    'iam:Delete*',
    'iam:UploadServerCertificate',
    // Whatever matches an action of IAM, and is no plain prefix of another service.
    '*:*',
    '**',
    'i*:*',
    '*:Put*',
    '?am:*',
    'ia?:PutRolePolicy',
    'iam*:Get*',
    's*:*',
    ':*',
    '',
    // To assume a role is to have what that has.
    'sts:*',
    'STS:*',
    'sts:AssumeRole',
    'sts:assumerole',
    'sts:AssumeRole*',
    'sts:AssumeRoleWithWebIdentity',
    'sts:AssumeRoot',
    'sts:?ssumeRole',
    'sts:*Get*',
    'sts:G*',
    'st?:AssumeRole',
    '*:AssumeRole',
  ])('that allows %s', (action) => {
    expect(escalationsOf('iam:Get*', action, 's3:*')).toEqual([action]);
  });

  it.each([
    ['iam:Create*', ['iam:Create*']],
    [
      ['iam:Create*', 'iam:Delete*'],
      ['iam:Create*', 'iam:Delete*'],
    ],
    ['s3:*', ['s3:*']],
    [
      ['ec2:*', 'rds:*'],
      ['ec2:*', 'rds:*'],
    ],
    // These do not keep back all of IAM, and all of STS.
    ['iam:Put*', ['iam:Put*']],
    ['iam:*', ['iam:*']],
    ['sts:*', ['sts:*']],
    [
      ['iam:*', 'sts:Get*'],
      ['iam:*', 'sts:Get*'],
    ],
    [
      ['iam:*', 'organizations:*', 'account:*'],
      ['iam:*', 'organizations:*', 'account:*'],
    ],
  ])('that allows all but %j', (NotAction, named) => {
    const statements = statementsOf({ Effect: 'Allow', NotAction, Resource: '*' });
    expect(escalationsIn(statements)).toEqual([`all but ${named.join(' and ')}`]);
  });

  it('on one resource, or on a condition: what narrows a statement is not looked at', () => {
    const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'iam' } };
    const Resource = 'arn:aws:iam::222222222222:role/one';
    const statements = statementsOf(allow('iam:PassRole', { Resource, Condition }));
    expect(escalationsIn(statements)).toEqual(['iam:PassRole']);
  });

  it('though another statement denies it', () => {
    const statements = statementsOf(allow('iam:PassRole'), { Effect: 'Deny', Action: 'iam:*' });
    expect(escalationsIn(statements)).toEqual(['iam:PassRole']);
  });

  it('in any of its statements, each of which is named', () => {
    const statements = statementsOf(
      allow(['s3:Get*', 'iam:PassRole']),
      allow('ec2:Describe*'),
      { Effect: 'Allow', NotAction: 's3:*', Resource: '*' },
      allow('*'),
    );
    expect(escalationsIn(statements)).toEqual(['iam:PassRole', 'all but s3:*', '*']);
  });

  it('that is a single statement', () => {
    expect(escalationsIn(statementsIn(encoded({ Statement: allow('iam:*') })))).toEqual(['iam:*']);
  });
});

describe('a policy does not let its holder give itself more', () => {
  it.each([
    'iam:Get*',
    'iam:List*',
    'iam:Generate*',
    'iam:Simulate*',
    'IAM:GetRole',
    'iam:listroles',
    'iam:GenerateCredentialReport',
    'iam:SimulatePrincipalPolicy',
    'sts:Get*',
    'sts:GetCallerIdentity',
    'STS:GetSessionToken',
    'sts:Decode*',
    'sts:DecodeAuthorizationMessage',
    's3:*',
    's3:?*',
    'ec2:CreateVpc',
    // Of other services than IAM and STS, in spite of their names.
    'iamx:Create*',
    'stsx:AssumeRole',
    'sso:*',
    'identitystore:*',
    'access-analyzer:*',
  ])('that allows %s', (action) => {
    expect(escalationsOf(action)).toEqual([]);
  });

  it.each([[['iam:*', 'sts:*']], [['IAM:*', 'STS:*']], [['iam:*', 'sts:*', 'account:*']], ['*']])(
    'that allows all but %j',
    (NotAction) => {
      expect(escalationsIn(statementsOf({ Effect: 'Allow', NotAction, Resource: '*' }))).toEqual(
        [],
      );
    },
  );

  it.each([
    ['Action', '*'],
    ['Action', 'iam:*'],
    ['NotAction', 's3:*'],
  ])('that denies %s %s', (element, value) => {
    const statements = statementsOf({ Effect: 'Deny', [element]: value, Resource: '*' });
    expect(escalationsIn(statements)).toEqual([]);
  });

  it('that allows nothing', () => {
    expect(escalationsIn([])).toEqual([]);
  });
});

describe('of AWS’s own policies', () => {
  const policies: Record<string, object[]> = parse(
    readFileSync('local/managedPolicies.yml', 'utf8'),
  );

  it.each([
    ['AdministratorAccess', ['*']],
    [
      'PowerUserAccess',
      [
        'all but iam:* and organizations:* and account:*',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
      ],
    ],
  ])('%s lets its holder give itself more', (name, writes) => {
    expect(escalationsIn(statementsOf(...policies[name]!))).toEqual(writes);
  });

  it.each([
    'ReadOnlyAccess',
    'job-function/ViewOnlyAccess',
    'SecurityAudit',
    'CloudWatchReadOnlyAccess',
    'AmazonEC2ReadOnlyAccess',
    'IAMReadOnlyAccess',
  ])('%s does not', (name) => {
    expect(escalationsIn(statementsOf(...policies[name]!))).toEqual([]);
  });
});
