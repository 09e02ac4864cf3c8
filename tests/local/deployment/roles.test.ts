// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { deploy } from '../../../local/deployment/deploy.ts';
import { iamProviders } from '../../../local/deployment/iam.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';
import { adminOf, aLocalAws, clientsWith, hub } from '../aws/aLocalAws.ts';

const template = `
Parameters: { Bounded: { Type: String, Default: 'yes' } }
Conditions: { HasBoundary: !Equals [!Ref Bounded, 'yes'] }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      Path: /monitoring/
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }
      ManagedPolicyArns: [!Sub 'arn:\${AWS::Partition}:iam::aws:policy/AdministratorAccess']
      PermissionsBoundary:
        !If
          - HasBoundary
          - !Sub 'arn:\${AWS::Partition}:iam::aws:policy/ReadOnlyAccess'
          - !Ref AWS::NoValue
      Tags: [{ Key: team, Value: network }]
Outputs: { Arn: { Value: !GetAtt Role.Arn } }`;

/** The clients of a session of a role that was deployed on a local AWS. */
const given = async (parameters: Record<string, string> = {}) => {
  const aws = aLocalAws();
  const { iam } = adminOf(aws, hub);
  const { outputs } = await deploy(
    parseTemplate(template),
    { accountId: hub, region: 'eu-central-1', stackName: 'test', parameters },
    iamProviders({ iam, stackName: 'test' }),
  );
  aws.iam.settle();
  const roleArn = String(outputs['Arn']);
  return { iam, roleArn, ec2: clientsWith(aws, aws.credentialsFor(roleArn, 'session')).ec2 };
};

const createVpc = new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' });

it('deploys a role with its path, tags and permissions boundary', async () => {
  const { iam, roleArn } = await given();

  expect(roleArn).toBe(`arn:aws:iam::${hub}:role/monitoring/reader`);
  expect((await iam.send(new GetRoleCommand({ RoleName: 'reader' }))).Role).toMatchObject({
    Arn: roleArn,
    Path: '/monitoring/',
    Tags: [{ Key: 'team', Value: 'network' }],
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    },
  });
});

it('keeps an administrator whose boundary is ReadOnlyAccess from changing anything', async () => {
  const { ec2 } = await given();

  await expect(ec2.send(new DescribeVpcsCommand())).resolves.toHaveProperty('Vpcs');
  await expect(ec2.send(createVpc)).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
    message: expect.stringContaining('because no permissions boundary allows the ec2:CreateVpc'),
  });
});

it('lets an administrator without boundary change everything', async () => {
  const { iam, ec2 } = await given({ Bounded: 'no' });

  await expect(ec2.send(createVpc)).resolves.toHaveProperty('Vpc');
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: 'reader' }));
  expect(role?.PermissionsBoundary).toBeUndefined();
});
