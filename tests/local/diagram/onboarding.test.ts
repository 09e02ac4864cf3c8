import { readFileSync } from 'node:fs';
import { diagramSvg } from '../../../local/diagram/diagram.ts';
import type { World } from '../../../local/world.ts';
import { idsOf } from '../../diagram/whatIsReported.ts';
import { deployed } from '../harness.ts';

/** The report of a real onboarding on the local AWS, and its picture. */
const drawn = async (request: object, change?: (world: World) => void) => {
  const { onboard } = await deployed(change);
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

it('agents that call in, and a group of the hub that is let in, are drawn from a real report', async () => {
  const servers = 'sg-0a11111111111111a';
  const { report, svg } = await drawn(
    {
      accountId: '222222222222',
      access: ['network'],
      sources: [servers],
      ports: ['zabbix-agent', 'zabbix-agent-active', 'snmp-trap'],
      hubSecurityGroups: [servers],
    },
    (world) => {
      const [vpc] = world.accounts['111111111111']!.regions['eu-central-1']!.vpcs;
      vpc!.securityGroups[0]!.id = servers;
    },
  );
  const { ways } = report.network!;
  expect(new Set(ways.map(({ side }) => side))).toEqual(new Set(['hub', 'monitored']));
  expect(svg).toContain(`data-id="hub/${servers}"`);
  expect(svg).toContain(`from ${servers}`);
  for (const { side, subnets } of ways) {
    for (const { subnetId } of subnets) expect(svg).toContain(`data-id="${side}/${subnetId}"`);
  }
  for (const id of idsOf(report)) expect(svg).toContain(id);
});
