import { createLocalAws } from './aws/localAws.ts';
import { serve } from './aws/server.ts';
import { serveHttpApi } from './deployment/httpApi.ts';
import { createWorkerRuntime } from './deployment/workerRuntime.ts';
import { packageApplication } from './packaged.ts';
import { deploySightline } from './sightline.ts';
import { hubRegionOf, readWorld } from './world.ts';

/** The accounts of the local AWS. */
export const worldFile = 'local/world.yml';

/** A local AWS that listens, with Sightline deployed on it. */
export type LocalInstance = {
  url: string;
  /** Where Sightline's HTTP API is served. */
  apiUrl: string;
  stateMachineArn: string;
  close: () => Promise<void>;
};

/**
 * Packages Sightline if need be and deploys it on a local AWS of its own.
 * A port of 0 takes a free one; `log` gets each line that a function writes.
 */
export const startInstance = async (
  { port, apiPort }: { port: number; apiPort: number },
  log: (line: { functionName: string; text: string }) => void,
): Promise<LocalInstance> => {
  await packageApplication();
  const world = readWorld(worldFile);
  const aws = createLocalAws(world);
  const server = await serve(aws, { port });
  const runtime = createWorkerRuntime({
    region: hubRegionOf(world),
    endpointUrl: server.url,
    // Its IAM takes less time than AWS's.
    environment: { ROLE_PROPAGATION_SECONDS: '1' },
    credentialsOf: async ({ roleArn, name }) => aws.credentialsFor(roleArn, name),
    log,
  });
  const { stateMachineArn, httpApi, eventBridge } = await deploySightline(aws, world, runtime);
  const api = await serveHttpApi(httpApi, apiPort);
  return {
    url: server.url,
    apiUrl: api.url,
    stateMachineArn,
    close: async () => {
      await api.close();
      // An event that is still being delivered would start its function again, and so keep the process.
      await eventBridge.idle();
      await runtime.close();
      await server.close();
    },
  };
};
