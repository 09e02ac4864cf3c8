import { readFileSync } from 'node:fs';
import * as sfnSdk from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { handler as get } from '../../functions/getOnboarding.ts';
import { handler as list } from '../../functions/listOnboardings.ts';
import { handler as onboardNewAccount } from '../../functions/onboardNewAccount.ts';
import { handler as redrive } from '../../functions/redriveOnboarding.ts';
import { handler as start } from '../../functions/startOnboarding.ts';
import { awsJson } from '../../local/aws/awsJson.ts';
import { createLocalAws } from '../../local/aws/localAws.ts';
import { createStepFunctions } from '../../local/aws/stepFunctions/stepFunctions.ts';
import { World } from '../../local/world.ts';
import { transport } from '../../shared/clients.ts';
import { settingsEnvironment } from '../builders.ts';

const hub = '111111111111';
const where = { accountId: hub, region: 'eu-central-1' };

/** Step Functions with a state machine that ends at once: what is fuzzed is the way in. */
const givenStepFunctions = () => {
  const world = World.parse({ hub, accounts: { [hub]: { name: 'hub', about: 'the hub' } } });
  const aws = createLocalAws(world);
  const stepFunctions = createStepFunctions({ ...where, invoke: async () => ({}) });
  const definition = JSON.stringify({ StartAt: 'End', States: { End: { Type: 'Succeed' } } });
  const { operations } = stepFunctions;
  aws.register({ signingName: 'states', protocol: awsJson('1.0'), sdk: sfnSdk, operations });
  transport.requestHandler = aws.requestHandler;
  return stepFunctions.createStateMachine('sightline-dev-onboarding', definition, {
    roleArn: `arn:aws:iam::${hub}:role/onboarding`,
  });
};

beforeAll(() => {
  Object.assign(process.env, settingsEnvironment(), {
    STATE_MACHINE_ARN: givenStepFunctions(),
    AWS_ACCESS_KEY_ID: hub,
    AWS_SECRET_ACCESS_KEY: 'local',
  });
});

type Answer = { statusCode: number; headers: Record<string, string>; body: string };

/** No answer is a server error, and whatever is refused is refused by name. */
const expectGoodAnswer = ({ statusCode, headers, body }: Answer) => {
  expect(statusCode).toBeLessThan(500);
  const document = JSON.parse(body);
  if (statusCode < 400) return;
  expect(headers['content-type']).toBe('application/problem+json');
  expect(document).toMatchObject({ status: statusCode, title: expect.any(String) });
  if (statusCode !== 400) return;
  expect(document.problems).not.toHaveLength(0);
  for (const { path, message } of document.problems) {
    expect(path).not.toBe('');
    expect(message).not.toBe('');
  }
};

const accountId = fc.stringMatching(/^\d{12}$/);
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));

/** Requests whose fields are good, nearly good, or anything. */
const request = fc.record(
  {
    accountId: fc.oneof(accountId, accountId, fc.string(), fc.integer()),
    region: fc.oneof(fc.constantFrom('eu-central-1', 'us-gov-west-1', 'europe'), fc.anything()),
    vpcId: fc.oneof(
      hex(17).map((id) => `vpc-${id}`),
      fc.string(),
    ),
    acceptance: fc.oneof(fc.constantFrom('auto', 'manual', 'maybe'), fc.anything()),
    routeTables: fc.oneof(fc.record({ hub: fc.constant('in-use') }), fc.anything()),
    securityGroups: fc.oneof(fc.array(hex(17).map((id) => `sg-${id}`)), fc.anything()),
    ports: fc.oneof(
      fc.array(fc.constantFrom('zabbix-agent', 'ping', 'constructor', '__proto__')),
      fc.array(
        fc.record({
          protocol: fc.constantFrom('tcp', 'icmp'),
          from: fc.integer(),
          to: fc.integer(),
        }),
      ),
      fc.anything(),
    ),
    sources: fc.oneof(
      fc.array(fc.tuple(fc.ipV4(), fc.nat(40)).map(([address, length]) => `${address}/${length}`)),
      fc.array(fc.tuple(fc.ipV6(), fc.nat(140)).map(([address, length]) => `${address}/${length}`)),
      fc.array(fc.string()),
      fc.anything(),
    ),
    role: fc.oneof(
      fc.record(
        {
          name: fc.constantFrom('cross-role', '../admin'),
          policyArns: fc.array(
            fc.constantFrom(
              'arn:aws:iam::aws:policy/ReadOnlyAccess',
              'arn:aws:iam::aws:policy/AdministratorAccess',
              'arn:aws:iam::*:policy/Monitoring',
            ),
          ),
          allowWrites: fc.oneof(fc.boolean(), fc.anything()),
        },
        { requiredKeys: [] },
      ),
      fc.anything(),
    ),
    access: fc.oneof(fc.constant(['api']), fc.anything()),
    newAccount: fc.oneof(fc.boolean(), fc.anything()),
    bogus: fc.anything(),
  },
  { requiredKeys: [] },
);

/** JSON as it travels: what JSON cannot say is left out or null. */
const body = fc.oneof(
  request.map((value) => JSON.stringify(value)),
  accountId.map((id) => JSON.stringify({ accountId: id })),
  fc.json(),
  fc.string(),
);

const text = fc.string();

describe('whatever comes in', () => {
  it('POST /onboardings answers with no server error, and names what is wrong', async () => {
    const headers = fc.oneof(
      fc.constant({}),
      text.map((key) => ({ 'idempotency-key': key })),
    );
    await fc.assert(
      fc.asyncProperty(body, headers, fc.boolean(), async (text, given, isBase64Encoded) => {
        const sent = isBase64Encoded ? Buffer.from(text).toString('base64') : text;
        expectGoodAnswer(await start({ body: sent, headers: given, isBase64Encoded }));
      }),
      { numRuns: 2500 },
    );
  });

  it('GET /onboardings answers with no server error, and names what is wrong', async () => {
    const query = fc.record(
      {
        accountId: fc.oneof(accountId, text),
        status: fc.oneof(fc.constantFrom('RUNNING', 'FAILED', 'running'), text),
        limit: fc.oneof(fc.integer().map(String), text),
        nextToken: text,
        bogus: text,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(query, async (queryStringParameters) => {
        expectGoodAnswer(await list({ queryStringParameters }));
      }),
      { numRuns: 1000 },
    );
  });

  it('an id that is none is 404', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (id) => {
        for (const answer of [
          await get({ pathParameters: { id } }),
          await redrive({ pathParameters: { id } }),
        ]) {
          expect(answer.statusCode).toBe(404);
          expectGoodAnswer(answer);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('an event starts an onboarding or says why not, and never fails', async () => {
    const names = [
      'create-account-result.succeeded',
      'create-account-result.failed',
      'create-managed-account',
      'update-managed-account',
    ];
    const samples = names.map((name) =>
      JSON.parse(readFileSync(`tests/events/${name}.json`, 'utf8')),
    );
    const mangled = fc
      .tuple(
        fc.constantFrom(...samples),
        fc.constantFrom('id', 'source', 'detail', 'account'),
        fc.anything(),
      )
      .map(([event, field, value]) => ({ ...event, [field]: value }));
    const event = fc.oneof(fc.anything(), mangled, fc.object());
    await fc.assert(
      fc.asyncProperty(event, async (given) => {
        const { did } = await onboardNewAccount(given, { functionName: 'onboardNewAccount' });
        expect(did).toMatch(/^(started \d{12}_|the event announces|account \d{12} is not)/);
      }),
      { numRuns: 1000 },
    );
  });
});
