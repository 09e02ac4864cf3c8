import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Aws, worldOf } from './aws.ts';
import { startLocalAws } from './localAws.ts';
import { suite } from './suite.ts';

type Answer = (response: ServerResponse, action: string) => void;

/** An AWS that has the same answer to everything. */
const serveAlways = async (answer: Answer): Promise<Aws & { close: () => void }> => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    answer(response, form.get('Action') ?? 'json');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const keys = { accessKeyId: 'AKIAANYBODY', secretAccessKey: 'x' };
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    administrator: () => keys,
    sessionOf: async () => keys,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const nothing: Answer = (response, action) =>
  response.end(
    action === 'json'
      ? '{}'
      : `<${action}Response><${action}Result></${action}Result></${action}Response>`,
  );

const refusal: Answer = (response) =>
  response
    .writeHead(400)
    .end('<ErrorResponse><Error><Code>Refused</Code><Message>no</Message></Error></ErrorResponse>');

it('every check has a name of its own', () => {
  const names = suite.map(({ name }) => name);
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
});

it.each([
  ['answers nothing', nothing],
  ['refuses everything', refusal],
])('no check holds in an AWS that %s', async (_, answer) => {
  const aws = await serveAlways(answer);
  const held: string[] = [];
  for (const { name, run } of suite) {
    await run(worldOf(aws)).then(
      () => held.push(name),
      () => undefined,
    );
  }
  aws.close();
  expect(held).toEqual([]);
});

it.each(suite)('the local AWS: $name', async ({ run }) => {
  const aws = await startLocalAws();
  try {
    await run(worldOf(aws));
  } finally {
    await aws.close();
  }
});
