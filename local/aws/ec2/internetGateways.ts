import type { CreateInternetGatewayRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import { changing, onNew } from './access.ts';

const action = 'CreateInternetGateway';

/**
 * Internet gateways: with `DryRun` one can ask whether one may make one, for which nothing else has to be
 * there. None are made here; world.yml's routes lead to gateways by their ids.
 */
export const internetGatewayOperations = () => ({
  [action]: changing(
    ({ TagSpecifications }: CreateInternetGatewayRequest, call) =>
      onNew(call, action, 'internet-gateway', TagSpecifications),
    (): never => {
      const message = `the local AWS answers ec2:${action} only with DryRun`;
      throw new AwsError('UnsupportedOperation', message);
    },
  ),
});
