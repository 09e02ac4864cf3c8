import { Command } from 'commander';
import { startInstance, worldFile } from './instance.ts';
import { hubRegionOf, readWorld } from './world.ts';

const { port, apiPort } = new Command('npm start --')
  .description('Keeps the local AWS running, with Sightline deployed on it.')
  .option('--port <number>', 'the port on 127.0.0.1', '4566')
  .option('--api-port <number>', "the port of Sightline's own API on 127.0.0.1", '3000')
  .parse()
  .opts<{ port: string; apiPort: string }>();

const world = readWorld(worldFile);

const instance = await startInstance(
  { port: Number(port), apiPort: Number(apiPort) },
  ({ functionName, text }) => process.stdout.write(`${functionName}  ${text}\n`),
);

process.stdout.write(`
The local AWS listens on ${instance.url} (this machine only). Signatures are not checked: an access key
that is a 12-digit account id makes you that account's administrator. Its accounts: ${worldFile}

  export AWS_ENDPOINT_URL=${instance.url} AWS_REGION=${hubRegionOf(world)}
  export AWS_ACCESS_KEY_ID=${world.hub} AWS_SECRET_ACCESS_KEY=local

Start an onboarding over HTTP (here without signature, so on this machine only), and see how it goes:

  curl -s -X POST ${instance.apiUrl}/onboardings -d '{"accountId":"222222222222"}'
  curl -s ${instance.apiUrl}/onboardings/222222222222_auto_1

by the event of a new account:

  aws events put-events --entries file://local/newAccount.json

with Step Functions itself:

  aws stepfunctions start-execution --state-machine-arn ${instance.stateMachineArn} --input '{"accountId":"222222222222"}'

or: npm run demo -- --endpoint ${instance.url}
Stop with Ctrl+C.
`);

const stop = () => {
  instance.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
