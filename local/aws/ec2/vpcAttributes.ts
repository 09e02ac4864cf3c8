import type {
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  ModifyVpcAttributeRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import type { Operation } from '../service.ts';
import { changing, onExisting } from './access.ts';
import { notKnown, onlyKnows } from './input.ts';
import { mustOwn, mustSeeVpc } from './sharing.ts';
import { type Ec2State, type Place, placeOf, type VpcRecord } from './state.ts';

const describe = (
  state: Ec2State,
  input: DescribeVpcAttributeRequest,
  place: Place,
): DescribeVpcAttributeResult => {
  onlyKnows('DescribeVpcAttribute', input, ['Attribute', 'VpcId']);
  const vpc = mustSeeVpc(state, place, input.VpcId);
  switch (input.Attribute) {
    case 'enableDnsSupport':
      return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.enableDnsSupport } };
    case 'enableDnsHostnames':
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
    default:
      throw notKnown(`the Attribute ${input.Attribute} of ec2:DescribeVpcAttribute`);
  }
};

const modify = (state: Ec2State, input: ModifyVpcAttributeRequest, place: Place): void => {
  onlyKnows('ModifyVpcAttribute', input, ['VpcId', 'EnableDnsSupport', 'EnableDnsHostnames']);
  const vpc = mustOwn(state, 'vpc', state.vpcs, place, input.VpcId);
  if ((input.EnableDnsSupport === undefined) === (input.EnableDnsHostnames === undefined)) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Exactly one of enableDnsSupport and enableDnsHostnames can be modified in one request',
    );
  }
  if (input.EnableDnsHostnames?.Value) mustHaveDnsSupport(vpc);
  vpc.enableDnsSupport = input.EnableDnsSupport?.Value ?? vpc.enableDnsSupport;
  vpc.enableDnsHostnames = input.EnableDnsHostnames?.Value ?? vpc.enableDnsHostnames;
};

const mustHaveDnsSupport = (vpc: VpcRecord): void => {
  if (vpc.enableDnsSupport) return;
  throw new AwsError(
    'InvalidParameterValue',
    `DNS hostnames need DNS support, which the VPC ${vpc.id} does not have`,
  );
};

/** A VPC's DNS attributes, on which DNS resolution over peering depends. */
export const vpcAttributeOperations = (state: Ec2State) => {
  // A Describe, yet IAM knows the VPC as its resource.
  const DescribeVpcAttribute: Operation<DescribeVpcAttributeRequest, DescribeVpcAttributeResult> = {
    mutating: false,
    checks: (input, call) => [onExisting(state, call, 'DescribeVpcAttribute', 'vpc', input.VpcId)],
    run: (input, call) => describe(state, input, placeOf(call)),
  };
  const ModifyVpcAttribute = changing(
    (input: ModifyVpcAttributeRequest, call) => [
      onExisting(state, call, 'ModifyVpcAttribute', 'vpc', input.VpcId),
    ],
    (input, place) => modify(state, input, place),
  );
  return { DescribeVpcAttribute, ModifyVpcAttribute };
};
