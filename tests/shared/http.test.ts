import { badRequest, HttpProblem, type HttpRequest, jsonIn, route } from '../../shared/http.ts';
import { anApiEvent, anAwsError } from '../builders.ts';
import { loggedErrors } from './recordedAws.ts';

/** What a route that only throws answers. */
const answerTo = async (error: unknown) => {
  const { body, ...answer } = await route(async () => {
    throw error;
  })(anApiEvent());
  return { ...answer, body: JSON.parse(body) };
};

/** What a route gets of an event; it answers nothing of interest. */
const requestIn = async (event: unknown) => {
  const answer = jest.fn(async (_: HttpRequest) => ({ status: 200, body: 'ok' }));
  const { statusCode } = await route(answer)(event);
  return { statusCode, request: answer.mock.calls[0]?.[0] };
};

describe('a route that succeeds', () => {
  it('answers JSON that nobody may keep', async () => {
    const handler = route(async () => ({
      status: 202,
      body: { id: 'a' },
      headers: { location: '/a' },
    }));
    expect(await handler(anApiEvent())).toEqual({
      statusCode: 202,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        location: '/a',
      },
      body: '{"id":"a"}',
    });
  });

  it('gets headers, query, path and body', async () => {
    const event = anApiEvent({
      headers: { 'idempotency-key': 'k' },
      query: { limit: '2' },
      path: { id: 'one' },
      body: { accountId: '1' },
    });
    expect(await requestIn(event)).toEqual({
      statusCode: 200,
      request: {
        headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
        query: { limit: '2' },
        path: { id: 'one' },
        body: '{"accountId":"1"}',
      },
    });
  });

  it('gets empty ones where the request has none', async () => {
    const { request } = await requestIn({ version: '2.0' });
    expect(request).toEqual({ headers: {}, query: {}, path: {}, body: '' });
  });

  it('gets a body of base64 as the text that it stands for', async () => {
    const body = Buffer.from('{"a":"ä"}').toString('base64');
    const { request } = await requestIn({ body, isBase64Encoded: true });
    expect(request).toMatchObject({ body: '{"a":"ä"}' });
  });
});

describe('a route that refuses', () => {
  it('answers a problem document with what it threw', async () => {
    const problem = new HttpProblem(409, 'It is taken', 'Wait for its end.', { running: 'one' });
    expect(await answerTo(problem)).toEqual({
      statusCode: 409,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: {
        type: 'about:blank',
        title: 'It is taken',
        status: 409,
        detail: 'Wait for its end.',
        running: 'one',
      },
    });
    expect(loggedErrors).not.toHaveBeenCalled();
  });

  it('names every field that is wrong, and the body where it is wrong as a whole', async () => {
    const problem = badRequest([
      { path: 'ports.1', message: 'expected a port profile' },
      { path: '', message: 'expected an object' },
    ]);
    expect(problem).toMatchObject({ name: 'HttpProblem' });
    expect(await answerTo(problem)).toMatchObject({
      statusCode: 400,
      body: {
        detail: 'ports.1: expected a port profile; body: expected an object',
        problems: [
          { path: 'ports.1', message: 'expected a port profile' },
          { path: 'body', message: 'expected an object' },
        ],
      },
    });
  });

  it.each(['', '{', 'accountId=1'])('refuses %j as JSON', async (body) => {
    const answer = await route(async (request) => ({ status: 200, body: jsonIn(request.body) }))({
      body,
    });
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      problems: [{ path: 'body', message: 'expected JSON' }],
    });
  });

  it.each([
    ['as it is', (text: string) => ({ body: text })],
    [
      'in base64',
      (text: string) => ({ body: Buffer.from(text).toString('base64'), isBase64Encoded: true }),
    ],
  ])('takes a body of 32 KiB and refuses a larger one, counted in bytes, %s', async (_, as) => {
    const limit = 32 * 1024;
    expect(await requestIn(as('x'.repeat(limit)))).toMatchObject({ statusCode: 200 });
    expect(await requestIn(as('x'.repeat(limit + 1)))).toEqual({ statusCode: 413 });
    expect(await requestIn(as('ä'.repeat(limit / 2 + 1)))).toEqual({ statusCode: 413 });
  });
});

describe('a route that fails', () => {
  it('answers 500, tells nothing of the inside, and logs it', async () => {
    const error = anAwsError(
      'AccessDeniedException',
      'arn:aws:iam::111111111111:role/secret may not',
    );
    const answer = await answerTo(error);
    expect(answer).toEqual({
      statusCode: 500,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: {
        type: 'about:blank',
        title: 'Sightline failed',
        status: 500,
        detail: 'The log of the function tells why.',
      },
    });
    expect(loggedErrors.mock.calls).toEqual([['the request failed', error]]);
  });

  it('answers 500 also to what is no error and to an event that is none', async () => {
    expect(await answerTo('a text')).toMatchObject({ statusCode: 500 });
    expect(await requestIn(undefined)).toEqual({ statusCode: 500 });
    expect(await requestIn({ body: 1 })).toEqual({ statusCode: 500 });
    expect(loggedErrors.mock.calls[0]).toEqual([
      'the request failed',
      expect.objectContaining({ message: 'a text' }),
    ]);
  });

  it.each([
    'ThrottlingException',
    'Throttling',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'ExecutionLimitExceeded',
  ])('answers 503 to %s, and when to try again', async (name) => {
    expect(await answerTo(anAwsError(name))).toMatchObject({
      statusCode: 503,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
      body: { status: 503, title: 'AWS is busy' },
    });
    expect(loggedErrors).toHaveBeenCalledTimes(1);
  });
});
