import * as ec2 from '@aws-sdk/client-ec2';
import type { deployed } from '../local/harness.ts';

/** Sightline, deployed on a local AWS. */
export type Sightline = Awaited<ReturnType<typeof deployed>>;

export const hub = '111111111111';
export const plain = '222222222222';
export const hubVpcId = 'vpc-0a11111111111111a';
export const vpcId = 'vpc-0b22222222222222b';

/** How an account's administrator talks to AWS. */
export const administrator = (
  { aws }: Pick<Sightline, 'aws'>,
  accountId: string,
  region = 'eu-central-1',
) => ({
  region,
  credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
  requestHandler: aws.requestHandler,
});

/** An EC2 client of an account's administrator. */
export const ec2Of = (
  sightline: Pick<Sightline, 'aws'>,
  accountId: string,
  region?: string,
): ec2.EC2Client =>
  new ec2.EC2Client({ ...administrator(sightline, accountId, region), maxAttempts: 1 });

const request = async (
  sightline: Sightline,
  accountId: string,
  input: ec2.CreateVpcPeeringConnectionCommandInput,
) => {
  const { VpcPeeringConnection: made } = await ec2Of(sightline, accountId).send(
    new ec2.CreateVpcPeeringConnectionCommand(input),
  );
  jest.advanceTimersByTime(1000);
  return made?.VpcPeeringConnectionId ?? '';
};

/** The owner of the monitored account requests a peering with the hub; its id. */
export const requestFromTheirSide = (sightline: Sightline): Promise<string> =>
  request(sightline, plain, { VpcId: vpcId, PeerVpcId: hubVpcId, PeerOwnerId: hub });

/** Somebody in the hub requests a peering with the monitored account; its id. */
export const requestFromTheHub = (sightline: Sightline): Promise<string> =>
  request(sightline, hub, { VpcId: hubVpcId, PeerVpcId: vpcId, PeerOwnerId: plain });
