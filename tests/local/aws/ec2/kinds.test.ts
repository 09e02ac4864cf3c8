import { missing } from '../../../../local/aws/ec2/kinds.ts';

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
it.each([
  ['vpc', 'InvalidVpcID.NotFound', 'InvalidVpcID.Malformed'],
  ['subnet', 'InvalidSubnetID.NotFound', 'InvalidSubnetID.Malformed'],
  ['route-table', 'InvalidRouteTableID.NotFound', 'InvalidRouteTableId.Malformed'],
  ['security-group', 'InvalidGroup.NotFound', 'InvalidGroupId.Malformed'],
  [
    'security-group-rule',
    'InvalidSecurityGroupRuleId.NotFound',
    'InvalidSecurityGroupRuleId.Malformed',
  ],
  [
    'vpc-peering-connection',
    'InvalidVpcPeeringConnectionID.NotFound',
    'InvalidVpcPeeringConnectionId.Malformed',
  ],
  ['network-acl', 'InvalidNetworkAclID.NotFound', 'InvalidNetworkAclId.Malformed'],
  ['internet-gateway', 'InvalidInternetGatewayID.NotFound', 'InvalidInternetGatewayId.Malformed'],
  ['instance', 'InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed'],
] as const)('a %s is not found as %s, and malformed as %s', (kind, notFound, malformed) => {
  const prefix = /"(\w+-)\.\.\."/.exec(missing(kind, 'nothing').message)?.[1];
  expect(missing(kind, 'nothing').name).toBe(malformed);
  expect(missing(kind, `${prefix}0123456789abcdef0`).name).toBe(notFound);
});
