import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import 'aws-sdk-client-mock-jest';
import { deploy } from '../../../local/deployment/deploy.ts';
import { iamProviders } from '../../../local/deployment/iam.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';

const iam = mockClient(IAMClient);
beforeEach(() => iam.reset());

const context = { accountId: '222222222222', region: 'eu-central-1', stackName: 'test' };
const deployed = (text: string) =>
  deploy(
    parseTemplate(text),
    context,
    iamProviders({ iam: new IAMClient({}), stackName: context.stackName }),
  );

const trust = '{ Version: 2012-10-17, Statement: [] }';
const arn = 'arn:aws:iam::222222222222:role/made';

beforeEach(() => {
  iam.on(CreateRoleCommand).resolves({
    Role: { Arn: arn, RoleId: 'AROA', RoleName: 'made', Path: '/', CreateDate: new Date() },
  });
  iam.on(CreatePolicyCommand).resolves({ Policy: { Arn: 'arn:aws:iam::222222222222:policy/p' } });
});

it('makes a role with its policies, tags and boundary', async () => {
  const { outputs } = await deployed(`
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: named
      Path: /sightline/
      AssumeRolePolicyDocument: ${trust}
      Policies: [{ PolicyName: Network, PolicyDocument: { Statement: [!Ref AWS::AccountId] } }]
      ManagedPolicyArns: [!Sub 'arn:\${AWS::Partition}:iam::aws:policy/ReadOnlyAccess']
      PermissionsBoundary: arn:boundary
      Tags: [{ Key: k, Value: v }]
Outputs: { Arn: { Value: !GetAtt Role.Arn }, Name: { Value: !Ref Role } }`);
  expect(outputs).toEqual({ Arn: arn, Name: 'named' });
  expect(iam).toHaveReceivedCommandWith(CreateRoleCommand, {
    RoleName: 'named',
    Path: '/sightline/',
    AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    PermissionsBoundary: 'arn:boundary',
    Tags: [{ Key: 'k', Value: 'v' }],
  });
  expect(iam).toHaveReceivedCommandWith(PutRolePolicyCommand, {
    RoleName: 'named',
    PolicyName: 'Network',
    PolicyDocument: '{"Statement":["222222222222"]}',
  });
  expect(iam).toHaveReceivedCommandWith(AttachRolePolicyCommand, {
    RoleName: 'named',
    PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  });
});

it('makes up a name for a role that has none, within the 64 characters that IAM allows', async () => {
  const logicalId = 'A'.repeat(80);
  const { resources } = await deployed(`
Resources:
  ${logicalId}: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: ${trust} } }`);
  expect(resources[logicalId]?.ref).toMatch(/^test-A{46}-[\dA-F]{12}$/);
});

it('gives a policy to its roles, as an inline or as a managed one', async () => {
  const { outputs } = await deployed(`
Resources:
  Inline: { Type: AWS::IAM::Policy, Properties: { PolicyName: i, PolicyDocument: {}, Roles: [a] } }
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties: { ManagedPolicyName: m, PolicyDocument: {}, Roles: [b] }
Outputs: { Managed: { Value: !Ref Managed } }`);
  const policyArn = 'arn:aws:iam::222222222222:policy/p';
  expect(outputs).toEqual({ Managed: policyArn });
  expect(iam).toHaveReceivedCommandWith(PutRolePolicyCommand, { RoleName: 'a', PolicyName: 'i' });
  expect(iam).toHaveReceivedCommandWith(AttachRolePolicyCommand, {
    ...{ RoleName: 'b', PolicyArn: policyArn },
  });
});

it('refuses a property that it does not know', async () => {
  const text = `
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: ${trust}, Color: red } }`;
  await expect(deployed(text)).rejects.toThrow('Color');
});
