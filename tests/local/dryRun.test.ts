import type { Verdict } from '../../shared/preflight/verdict.ts';
import { deployed } from './harness.ts';

const plain = '222222222222';

type Sightline = Awaited<ReturnType<typeof deployed>>;

const verdictOn = async ({ api }: Sightline, request: object): Promise<Verdict> => {
  const { status, body } = await api('POST', '/onboardings?dryRun=true', request);
  expect(status).toBe(200);
  return body;
};

it('a dry run tells every call that the onboarding then makes, and starts nothing', async () => {
  const sightline = await deployed();
  const before = sightline.snapshot();

  const verdict = await verdictOn(sightline, { accountId: plain });
  expect(sightline.snapshot()).toEqual(before);
  const { calls, status } = await sightline.onboard({ accountId: plain });

  expect(verdict).toMatchObject({ possible: true, findings: [] });
  expect(status).toBe('SUCCEEDED');
  const made = calls
    .filter(({ mutating, error }) => mutating && !error)
    .map(({ service, action, accountId }) => `${service}:${action} in ${accountId}`);
  const planned = verdict.changes.flatMap(({ call, accountId }) =>
    call ? [`${call} in ${accountId}`] : [],
  );
  expect(planned.toSorted()).toEqual(made.toSorted());
});

it('a dry run of an onboarding that has been tells that nothing would be done', async () => {
  const sightline = await deployed();
  await sightline.onboard({ accountId: plain });

  const { changes } = await verdictOn(sightline, { accountId: plain });

  expect(changes.length).toBeGreaterThan(5);
  expect(new Set(changes.map(({ does }) => does))).toEqual(new Set(['leave']));
});

it('a dry run tells everything that stands in the way at once, and an onboarding fails with all of it', async () => {
  const sightline = await deployed(({ accounts }) => {
    const [vpc] = accounts[plain]!.regions['eu-central-1']!.vpcs;
    vpc!.cidrs.push('10.0.64.0/20');
    vpc!.routeTables[0]!.routes.push({
      destination: '10.0.0.0/16',
      target: 'tgw-0123456789abcdef0',
    });
  });
  const request = { accountId: plain, dnsResolution: true };

  const { possible, findings, changes } = await verdictOn(sightline, request);
  const { failure } = await sightline.onboard(request);

  expect(possible).toBe(false);
  expect(changes).toEqual([]);
  expect(findings.map(({ name }) => name).toSorted()).toEqual([
    'CidrOverlap',
    'DnsAttributesOff',
    'RouteConflict',
  ]);
  for (const { remedy } of findings) expect(remedy).not.toMatch(/<\w+>/);
  expect(failure?.name).toBe('PreflightRefused');
  for (const { name } of findings) expect(failure?.message).toContain(name);
});

it('a dry run tells where Sightline is not let in, with what may be the reason', async () => {
  const sightline = await deployed();

  const { possible, findings } = await verdictOn(sightline, { accountId: '555555555555' });

  expect(possible).toBe(false);
  expect(findings).toMatchObject([{ severity: 'blocks', name: 'OnboardingRoleNotAssumable' }]);
});

it('two accounts with default VPCs collide, and the second is told whom it collides with', async () => {
  const sightline = await deployed(({ accounts }) => {
    const [model] = accounts['333333333333']!.regions['eu-central-1']!.vpcs;
    accounts['666666666666']!.regions['eu-central-1'] = {
      vpcs: [{ ...model!, id: 'vpc-0f6666666666666ff' }],
    };
  });
  const first = { accountId: '333333333333', vpcId: 'vpc-0c33333333333333c' };
  const { status } = await sightline.onboard(first);
  const before = sightline.snapshot();

  const second = await sightline.onboard({
    accountId: '666666666666',
    vpcId: 'vpc-0f6666666666666ff',
  });

  expect(status).toBe('SUCCEEDED');
  expect(second.failure).toMatchObject({
    name: 'RouteCollision',
    message: expect.stringContaining('vpc-0c33333333333333c of account 333333333333'),
    remedy: expect.stringContaining('excludeCidrs'),
  });
  expect(sightline.snapshot()).toEqual(before);
});

it('a wrong query is refused', async () => {
  const { api } = await deployed();

  const answer = await api('POST', '/onboardings?dryRun=maybe', { accountId: plain });

  expect(answer).toMatchObject({ status: 400, body: { problems: [{ path: 'dryRun' }] } });
});
