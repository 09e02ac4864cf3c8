import * as ec2 from '@aws-sdk/client-ec2';
import { ec2Of } from '../scenarios/owners.ts';
import { immediate, prepare } from './onboardings.ts';
import { plain, scenarios } from './scenarios.ts';

it('an onboarding left in the middle holds up none of the next ones', async () => {
  const request = { ...scenarios.plain.request, acceptance: 'manual' };
  const { aws, begin, start, finish } = await prepare({ ...scenarios.plain, request });
  begin([], { latency: () => 1000 });
  start();
  for (let turn = 0; turn < 1000; turn++) await immediate();

  const owner = ec2Of({ aws }, plain);
  let looks = 0;
  begin([], {
    // Between two looks is more time than any function waits for a timer.
    before: async (state) => {
      if (state === 'WaitForAcceptance') looks += 1;
      if (looks !== 3) return;
      const { VpcPeeringConnections: [pending] = [] } = await owner.send(
        new ec2.DescribeVpcPeeringConnectionsCommand({}),
      );
      const VpcPeeringConnectionId = pending?.VpcPeeringConnectionId;
      await owner.send(new ec2.AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    },
  });
  const { status, error } = await finish(start());

  expect({ status, error }).toEqual({ status: 'SUCCEEDED' });
}, 60_000);
