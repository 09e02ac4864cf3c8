import { createLocalAws } from './aws/localAws.ts';
import { serve } from './aws/server.ts';
import { createWorkerRuntime } from './deployment/workerRuntime.ts';
import { packageApplication } from './packaged.ts';
import { deploySightline, hubRegion } from './sightline.ts';
import { readWorld } from './world.ts';

/** The accounts of the local AWS. */
export const worldFile = 'local/world.yml';

/** A local AWS that listens, with Sightline deployed on it. */
export type LocalInstance = {
  url: string;
  stateMachineArn: string;
  close: () => Promise<void>;
};

/**
 * Packages Sightline if need be and deploys it on a local AWS of its own.
 * `port` 0 takes a free one; `log` gets each line that a function writes.
 */
export const startInstance = async (
  port: number,
  log: (line: { functionName: string; text: string }) => void,
): Promise<LocalInstance> => {
  await packageApplication();
  const world = readWorld(worldFile);
  const aws = createLocalAws(world);
  const server = await serve(aws, { port });
  const runtime = createWorkerRuntime({
    region: hubRegion,
    endpointUrl: server.url,
    credentialsOf: async ({ roleArn, name }) => aws.credentialsFor(roleArn, name),
    log,
  });
  const stateMachineArn = await deploySightline(aws, world, runtime);
  return {
    url: server.url,
    stateMachineArn,
    close: async () => {
      await runtime.close();
      await server.close();
    },
  };
};
