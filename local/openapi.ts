import * as z from 'zod';
import { ListQuery } from '../functions/listOnboardings.ts';
import { StartQuery } from '../functions/startOnboarding.ts';
import { BatchRequest } from '../shared/batch/batch.ts';
import { ResultLine } from '../shared/batch/batchResults.ts';
import { Verdict } from '../shared/preflight/verdict.ts';
import { Report } from '../shared/report.ts';
import { Request } from '../shared/request.ts';

const schemaOf = (schema: z.core.$ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: string) => ({ 'application/json': { schema: ref(name) } });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});

/** What any route may answer besides. */
const always = {
  '403': { description: 'The caller may not `execute-api:Invoke` this route.' },
  '500': problem('Sightline failed; the log of the function tells why.'),
  '503': problem('AWS throttles the calls. Try again after `Retry-After` seconds.'),
};

const id = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id that `POST /onboardings` answered.',
  schema: { type: 'string', examples: ['222222222222_auto_1'] },
};

const batchId = {
  ...id,
  description: 'The id that `POST /onboardings/batch` answered.',
  schema: { type: 'string', examples: ['batch_e86a516cbc04_1'] },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key is the same onboarding or batch, also after its end.',
  schema: { type: 'string' },
};

const started = (description: string) => ({
  description,
  headers: {
    Location: { schema: { type: 'string' }, description: 'Where to look how far it is.' },
  },
  content: json('Started'),
});

const queryParameters = (query: z.core.$ZodType) => {
  const { properties = {} } = z.toJSONSchema(query, { io: 'output' });
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
};

const Started = z.object({ id: z.string(), executionArn: z.string(), status: z.string() });

const Summary = Started.extend({
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
});

const Step = z.object({
  state: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'stopped']),
  startedAt: z.iso.datetime(),
  durationSeconds: z.number(),
  passes: z.int().describe('How often the execution went through the state.'),
  attempts: z.int().describe('How often its function was called, retries included.'),
  did: z.string().optional(),
});

const Failure = z.object({
  name: z.string(),
  message: z.string(),
  remedy: z.string(),
  redrivable: z.boolean(),
  reason: z.string().optional().describe('Why it cannot be redriven.'),
});

const Progress = z
  .object({
    total: z.int(),
    pending: z.int(),
    running: z.int(),
    succeeded: z.int(),
    failed: z.int(),
  })
  .describe('Of the accounts that are tried now: all of them, or after a redrive those left.');

const Results = z
  .object({
    ready: z.int(),
    already: z.int().describe('Ready before: nothing had to be made or changed.'),
    failed: z.int(),
    notTried: z.int(),
    file: z.string().describe('Where in S3 there is a line of JSON for each account.'),
    notReady: z.array(ResultLine),
  })
  .describe('What became of the accounts, once all have been tried.');

const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const schemas = () => ({
  Request: schemaOf(Request, 'input'),
  Started: schemaOf(Started, 'output'),
  Onboarding: schemaOf(
    Summary.extend({
      request: z.unknown(),
      steps: z.array(Step),
      report: z.optional(Report),
      diagram: z.string().optional().describe('The report as a picture: a Mermaid flowchart.'),
      failure: Failure.optional(),
    }),
    'output',
  ),
  Onboardings: schemaOf(
    z.object({ onboardings: z.array(Summary), nextToken: z.string().optional() }),
    'output',
  ),
  BatchRequest: schemaOf(BatchRequest, 'input'),
  Batch: schemaOf(
    Summary.extend({
      accounts: z.int().describe('How many accounts, each counted once.'),
      maxConcurrency: z.int(),
      toleratedFailurePercentage: z.number(),
      progress: Progress.optional(),
      results: Results.optional(),
      failure: Failure.optional(),
    }),
    'output',
  ),
  Verdict: schemaOf(Verdict, 'output'),
  Problem: schemaOf(Problem, 'output'),
});

const startRoute = () => ({
  operationId: 'startOnboarding',
  summary: 'Starts an onboarding, or finds the one that an equal request has started.',
  parameters: [...queryParameters(StartQuery), idempotencyKey],
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: ref('Request'), example: { accountId: '222222222222' } },
    },
  },
  responses: {
    '200': { description: 'What it would do (`dryRun=true`).', content: json('Verdict') },
    '202': started('It runs, or an equal one did already.'),
    '400': problem('The request is wrong; every wrong field is named.'),
    '409': problem('Another onboarding of the account and VPC runs, or the key is taken.'),
    '413': problem('The body is too large.'),
    ...always,
  },
});

const listRoute = () => ({
  operationId: 'listOnboardings',
  summary: 'Onboardings, the newest first. A page may hold fewer than `limit`.',
  parameters: queryParameters(ListQuery),
  responses: {
    '200': { description: 'A page of them.', content: json('Onboardings') },
    '400': problem('The query is wrong; every wrong parameter is named.'),
    ...always,
  },
});

const getRoute = {
  operationId: 'getOnboarding',
  summary: 'How far an onboarding is, its report, or why it failed and what to do.',
  parameters: [id],
  responses: {
    '200': { description: 'The onboarding.', content: json('Onboarding') },
    '404': problem('There is no such onboarding.'),
    ...always,
  },
};

const redriveRoute = {
  operationId: 'redriveOnboarding',
  summary: 'Goes on from the failed step.',
  parameters: [id],
  responses: {
    '202': started('It runs again.'),
    '404': problem('There is no such onboarding.'),
    '409': problem('It cannot be redriven; the reason is told.'),
    ...always,
  },
};

const startBatchRoute = {
  operationId: 'startBatch',
  summary: 'Onboards many accounts, or finds the batch that an equal request has started.',
  parameters: [idempotencyKey],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          oneOf: [
            { type: 'array', description: 'Just the accounts.', minItems: 1, items: {} },
            ref('BatchRequest'),
          ],
        },
        example: { accounts: ['222222222222', { accountId: '333333333333', access: ['api'] }] },
      },
    },
  },
  responses: {
    '202': started('It runs, or an equal one did already.'),
    '400': problem('Something is wrong; every wrong field is named with where it stands.'),
    '409': problem('The key is taken.'),
    '413': problem('The body is too large: put the list into S3.'),
    ...always,
  },
};

const getBatchRoute = {
  operationId: 'getBatch',
  summary: 'How far a batch is, and which accounts are not ready, each with the remedy.',
  parameters: [batchId],
  responses: {
    '200': { description: 'The batch.', content: json('Batch') },
    '404': problem('There is no such batch.'),
    ...always,
  },
};

const redriveBatchRoute = {
  operationId: 'redriveBatch',
  summary: 'Tries the accounts again that are not ready, and no other.',
  parameters: [batchId],
  responses: {
    '202': started('It runs again.'),
    '404': problem('There is no such batch.'),
    '409': problem('It cannot be redriven; the reason is told.'),
    ...always,
  },
};

/** The API as an OpenAPI 3.1 document, made from the schemas by which requests are read. */
export const openApi = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Sightline',
    version: '1',
    description: 'Gets AWS accounts ready to be monitored.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  security: [{ sigv4: [] }],
  paths: {
    '/onboardings': { post: startRoute(), get: listRoute() },
    '/onboardings/batch': { post: startBatchRoute },
    '/onboardings/batch/{id}': { get: getBatchRoute },
    '/onboardings/batch/{id}/redrive': { post: redriveBatchRoute },
    '/onboardings/{id}': { get: getRoute },
    '/onboardings/{id}/redrive': { post: redriveRoute },
  },
  components: {
    securitySchemes: {
      sigv4: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        description: 'AWS Signature Version 4, for the service execute-api.',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    },
    schemas: schemas(),
  },
});
