import { checkDeployment } from './checkDeployment.ts';
import { checkOnboardings } from './checkOnboardings.ts';
import { createChecks, say } from './checks.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { startLocalAws } from './localAws.ts';
import { type Deployed, deploySightline, hub, world } from './sightline.ts';

/** What the functions find in the local AWS, as the SDK names it in environment variables. */
const services = ['EC2', 'IAM', 'STS', 'SERVICE_QUOTAS'];

const checks = createChecks();
let emulator: Emulator | undefined;
let deployed: Deployed | undefined;

const theEmulator = () => {
  if (emulator) return emulator;
  throw new Error('a function called before the emulator had started');
};

const aws = await startLocalAws(world, hub, theEmulator);

const stop = async () => {
  deployed?.subscriber.close();
  await emulator?.stop();
  await aws.close();
};

// Whatever ends this process ends the emulator too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  say('Sightline on ministack, an emulator of AWS: only EC2, IAM, STS and Service Quotas, as the');
  say(
    'functions see them, are the local AWS. `so` says how it is done where the emulator is unlike AWS.\n',
  );
  await checks.check('the emulator starts', async () => {
    emulator = await startEmulator(hub, { url: aws.url, services });
    return emulator.url;
  });
  if (emulator) {
    say('           Deploying Sightline there:');
    await checks.check('serverless deploy deploys Sightline there', async () => {
      deployed = await deploySightline(theEmulator(), aws);
      return undefined;
    });
  }
  if (deployed) {
    await checkDeployment(checks, deployed);
    await checkOnboardings(checks, deployed);
  }
} finally {
  await stop();
}
process.exitCode = checks.sum() ? 0 : 1;
