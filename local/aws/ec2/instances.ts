import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Instance,
} from '@aws-sdk/client-ec2';
import { describing } from './access.ts';
import { type Selection, select } from './filters.ts';

const selection: Selection<Instance> = {
  action: 'DescribeInstances',
  kind: 'instance',
  idsMember: 'InstanceIds',
  idOf: (instance) => instance.InstanceId,
  filters: {
    'instance-id': (instance) => [instance.InstanceId],
    'instance-state-name': (instance) => [instance.State?.Name],
    'vpc-id': (instance) => [instance.VpcId],
    'subnet-id': (instance) => [instance.SubnetId],
    'private-ip-address': (instance) => [instance.PrivateIpAddress],
    'instance.group-id': ({ SecurityGroups = [] }) => SecurityGroups.map(({ GroupId }) => GroupId),
  },
};

/** Instances: the accounts of the local AWS have none. */
export const instanceOperations = () => ({
  DescribeInstances: describing(
    selection.action,
    (input: DescribeInstancesRequest): DescribeInstancesResult => {
      const { next } = select(input, input.InstanceIds, [], selection);
      return { Reservations: [], ...next };
    },
  ),
});
