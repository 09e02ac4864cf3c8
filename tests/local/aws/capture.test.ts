import {
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateTagsCommand,
  CreateVpcPeeringConnectionCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { createLocalAws } from '../../../local/aws/localAws.ts';
import { readWorld } from '../../../local/world.ts';

const hub = '111111111111';

const given = () => {
  const aws = createLocalAws(readWorld('local/world.yml'), {
    throttling: {
      mutating: { bucket: 10, refill: 0 },
      createTags: { bucket: 1, refill: 0 },
      describe: { bucket: 10, refill: 0 },
    },
  });
  const config = {
    region: 'eu-central-1',
    credentials: { accessKeyId: hub, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
    maxAttempts: 1,
  };
  const [ec2, iam] = [new EC2Client(config), new IAMClient(config)];
  const { routeTables, securityGroups } = aws.ec2.state.snapshot(hub)[hub]!['eu-central-1']!;
  const changeEverything = async () => {
    const peering = {
      VpcId: 'vpc-0a11111111111111a',
      PeerVpcId: 'vpc-0b22222222222222b',
      PeerOwnerId: '222222222222',
    };
    await ec2.send(new CreateVpcPeeringConnectionCommand(peering));
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: routeTables[0]!.RouteTableId,
        DestinationCidrBlock: '10.99.0.0/16',
        GatewayId: 'igw-0123456789abcdef0',
      }),
    );
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: securityGroups[0]!.GroupId,
        IpPermissions: [
          { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.1.0.0/16' }] },
        ],
      }),
    );
    await ec2.send(
      new CreateTagsCommand({
        Resources: [routeTables[0]!.RouteTableId!],
        Tags: [{ Key: 'touched', Value: 'yes' }],
      }),
    );
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: hub }, Action: 'sts:AssumeRole' }],
    });
    await iam.send(new CreateRoleCommand({ RoleName: 'made', AssumeRolePolicyDocument }));
  };
  const everything = () => ({
    ec2: aws.ec2.state.snapshot(),
    roles: [...aws.iam.now(hub).roles.keys()],
  });
  return { aws, changeEverything, everything };
};

it('what was captured comes back as often as it is asked for, whatever has changed since', async () => {
  const { aws, changeEverything, everything } = given();
  const before = everything();
  const restore = aws.capture();
  await changeEverything();
  const after = everything();

  restore();
  expect(everything()).toEqual(before);
  // The same changes once more have the same ids, and CreateTags its one token again.
  await changeEverything();
  expect(everything()).toEqual(after);
  restore();
  expect(everything()).toEqual(before);
});
