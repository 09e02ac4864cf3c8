import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetExecutionHistoryCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { handler as get } from '../../functions/getOnboarding.ts';
import { handler as list } from '../../functions/listOnboardings.ts';
import { handler as redrive } from '../../functions/redriveOnboarding.ts';
import { handler as start } from '../../functions/startOnboarding.ts';
import { accountId, anApiEvent, anAwsError, aReport } from '../builders.ts';
import { sfn } from '../shared/recordedAws.ts';
import { anExecution, type Execution, givenExecutions } from '../shared/recordedExecutions.ts';

type Content = Record<string, { schema: { $ref: string } }>;
type Operation = { operationId: string; responses: Record<string, { content?: Content }> };
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Parameters<typeof z.fromJSONSchema>[0]> };
};

const document: Document = JSON.parse(readFileSync('openapi.json', 'utf8'));
const operations = new Map(
  Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .map((operation) => [operation.operationId, operation]),
);

const validator = 'node_modules/@seriousme/openapi-schema-validator/bin/validate-api-cli.js';

/** Whether it is OpenAPI, in the words of a validator, which runs on its own: it is an ES module. */
const validate = async (path: string): Promise<{ valid: boolean }> => {
  const run = promisify(execFile)(process.execPath, [validator, path]);
  const { stdout } = await run.catch((refused: { stdout: string }) => refused);
  return JSON.parse(stdout);
};

const schemaNamed = (ref: string) => {
  const schema = document.components.schemas[ref.split('/').at(-1) ?? ''];
  return z.fromJSONSchema(schema!);
};

type Answer = { statusCode: number; headers: Record<string, string>; body: string };

/** The body of an answer, which the document has described for this status and type. */
const described = (operationId: string, { statusCode, headers, body }: Answer) => {
  const content = operations.get(operationId)?.responses[statusCode]?.content ?? {};
  const { schema } = content[headers['content-type'] ?? ''] ?? {};
  expect(schema).toBeDefined();
  return schemaNamed(schema!.$ref).safeParse(JSON.parse(body));
};

const id = `${accountId}_auto_1`;
const onOne = anApiEvent({ path: { id } });
const given = (parts: Partial<Execution> = {}) =>
  givenExecutions(anExecution({ name: id, ...parts }));
const stopDate = new Date('2026-11-02T09:00:00Z');

beforeEach(() => {
  sfn.on(RedriveExecutionCommand).resolves({});
  sfn.on(GetExecutionHistoryCommand).resolves({
    events: [
      {
        id: 1,
        type: 'TaskStateEntered',
        timestamp: stopDate,
        stateEnteredEventDetails: { name: 'Preflight' },
      },
    ],
  });
});

it('the API’s description is OpenAPI 3.1', async () => {
  await expect(validate('openapi.json')).resolves.toMatchObject({ valid: true });
  expect(document).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./) });
});

it('a description that is not OpenAPI is told from it', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'openapi-')), 'wrong.json');
  writeFileSync(path, JSON.stringify({ ...document, paths: { onboardings: {} } }));
  await expect(validate(path)).resolves.toMatchObject({ valid: false });
});

it.each<[string, (event: unknown) => Promise<Answer>, Partial<Execution>, object, number]>([
  ['startOnboarding', start, {}, anApiEvent({ body: { accountId } }), 202],
  ['startOnboarding', start, {}, anApiEvent({ body: { accountId: 1, bogus: 1 } }), 400],
  ['startOnboarding', start, {}, anApiEvent({ body: { accountId, access: ['api'] } }), 409],
  ['startOnboarding', start, {}, anApiEvent({ body: 'x'.repeat(40_000) }), 413],
  ['listOnboardings', list, {}, anApiEvent(), 200],
  ['listOnboardings', list, { status: 'FAILED', stopDate }, anApiEvent(), 200],
  ['listOnboardings', list, {}, anApiEvent({ query: { limit: 'many' } }), 400],
  ['getOnboarding', get, {}, onOne, 200],
  [
    'getOnboarding',
    get,
    { status: 'SUCCEEDED', stopDate, output: JSON.stringify(aReport()) },
    onOne,
    200,
  ],
  [
    'getOnboarding',
    get,
    { status: 'FAILED', stopDate, error: 'Oops', redriveStatusReason: 'too late' },
    onOne,
    200,
  ],
  ['getOnboarding', get, {}, anApiEvent({ path: { id: 'none' } }), 404],
  ['redriveOnboarding', redrive, { status: 'FAILED' }, onOne, 202],
  ['redriveOnboarding', redrive, {}, anApiEvent({ path: { id: 'none' } }), 404],
])('%s answers as it is described', async (name, handler, execution, event, status) => {
  given(execution);
  const answer = await handler(event);
  expect(answer.statusCode).toBe(status);
  expect(described(name, answer)).toMatchObject({ success: true });
});

it.each<[string, (event: unknown) => Promise<Answer>, object]>([
  ['startOnboarding', start, anApiEvent({ body: { accountId } })],
  ['listOnboardings', list, anApiEvent()],
  ['getOnboarding', get, onOne],
  ['redriveOnboarding', redrive, onOne],
])('%s fails as it is described', async (name, handler, event) => {
  for (const [error, status] of [
    ['ThrottlingException', 503],
    ['AccessDeniedException', 500],
  ] as const) {
    sfn.onAnyCommand().rejects(anAwsError(error));
    const answer = await handler(event);
    expect(answer.statusCode).toBe(status);
    expect(described(name, answer)).toMatchObject({ success: true });
  }
});

it('redriveOnboarding refuses as it is described', async () => {
  given();
  sfn.on(RedriveExecutionCommand).rejects(anAwsError('ExecutionNotRedrivable'));
  const answer = await redrive(onOne);
  expect(answer.statusCode).toBe(409);
  expect(described('redriveOnboarding', answer)).toMatchObject({ success: true });
});

it('an answer that is not as it is described is told from it', async () => {
  given();
  const answer = await get(onOne);
  const body = JSON.stringify({ ...JSON.parse(answer.body), startedAt: 'yesterday' });
  expect(described('getOnboarding', { ...answer, body })).toMatchObject({ success: false });
});
