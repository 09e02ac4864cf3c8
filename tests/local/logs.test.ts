import { deployed } from './harness.ts';

const secret = 'only-the-two-of-us-know';

/** Everything that is written while something happens, line by line. */
const captured = async (happen: () => Promise<unknown>) => {
  const written: string[] = [];
  const capture = (chunk: unknown) => {
    written.push(String(chunk));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(capture),
  );
  try {
    await happen();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '');
};

const requests = [
  { accountId: '222222222222', role: { externalId: secret } },
  { accountId: '444444444444', role: { externalId: secret } },
  { accountId: '222222222222', access: ['api'], role: { externalId: `another-${secret}` } },
];

it('every line of the functions’ logs tells the account, the execution and the step', async () => {
  const { api, finish } = await deployed();

  const lines = await captured(async () => {
    for (const request of requests) {
      await api('POST', '/onboardings', request);
      await finish();
    }
  });

  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({
      level: 'INFO',
      message: expect.stringMatching(/\w/),
      accountId: expect.stringMatching(/^\d{12}$/),
      execution: expect.stringMatching(/^\d{12}_auto_\d$/),
      step: expect.stringMatching(/^sightline-dev-\w+$/),
    });
  }
});

it('no line of the logs holds an external id, a key or a session token', async () => {
  const { api, finish, aws } = await deployed();
  const issued: string[] = [];
  const { credentialsFor, handle } = aws;
  aws.credentialsFor = (...role) => {
    const session = credentialsFor(...role);
    issued.push(session.accessKeyId, session.secretAccessKey, session.sessionToken);
    return session;
  };
  aws.handle = async (request) => {
    const response = await handle(request);
    const tokens = response.body.matchAll(
      /<(?:SecretAccessKey|SessionToken|AccessKeyId)>([^<]+)</g,
    );
    issued.push(...[...tokens].map(([, token]) => token ?? ''));
    return response;
  };

  const lines = await captured(async () => {
    for (const request of requests) {
      await api('POST', '/onboardings', request);
      await finish();
    }
  });

  const all = lines.join('\n');
  expect(lines.length).toBeGreaterThan(15);
  expect(issued.filter((value) => value.length > 10).length).toBeGreaterThan(20);
  for (const value of [secret, 'sightline-111111111111', ...issued]) {
    expect(all).not.toContain(value);
  }
});
