import { readFileSync } from 'node:fs';
import { diagramSvg } from '../../../local/diagram/diagram.ts';
import { idsOf } from '../../diagram/whatIsReported.ts';
import { deployed } from '../harness.ts';

/** The report of a real onboarding on the local AWS, and its picture. */
const drawn = async (request: { accountId: string; region?: string }) => {
  const { onboard } = await deployed();
  const { report } = await onboard(request);
  // The layout waits on the real clock.
  jest.useRealTimers();
  return { report: report!, svg: await diagramSvg(report!) };
};

it('the README shows the plain account (npm run demo -- --diagram docs/onboarding.svg)', async () => {
  const { svg } = await drawn({ accountId: '222222222222' });
  expect(svg).toBe(readFileSync('docs/onboarding.svg', 'utf8'));
});

it('an account in another Region is drawn with all that its report has', async () => {
  const { report, svg } = await drawn({ accountId: '666666666666', region: 'us-east-1' });
  expect(idsOf(report)).toContain('us-east-1');
  for (const id of idsOf(report)) expect(svg).toContain(id);
});
