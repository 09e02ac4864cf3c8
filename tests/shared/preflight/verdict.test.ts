import { blocks, type Finding, warns } from '../../../shared/preflight/findings.ts';
import { buildVerdict, Verdict } from '../../../shared/preflight/verdict.ts';
import { accountId, aPlan, region, tableId } from '../../builders.ts';

const change = {
  does: 'create' as const,
  call: 'ec2:CreateRoute',
  accountId,
  region,
  what: 'a route',
};
const obstacle = blocks('PermissionsMissing', { accountId, actions: 'ec2:CreateRoute' });
const advice = warns('RouteTakesPart', {
  routeTableId: tableId,
  existing: '10.0.9.0/24',
  target: 'tgw-1',
  wanted: '10.0.0.0/16',
});

it.each<[string, Finding[], boolean, object[]]>([
  ['nothing was found', [], true, [change]],
  ['there is only something to know', [advice], true, [change]],
  ['something stands in the way', [advice, obstacle], false, []],
])('where %s', (_, findings, possible, changes) => {
  const verdict = buildVerdict({ plan: aPlan(), changes: [change], findings });
  expect(verdict).toEqual({
    accountId,
    possible,
    findings: findings.map(({ severity, error }) =>
      expect.objectContaining({ severity, name: error.name, remedy: expect.any(String) }),
    ),
    changes,
    did: 'planned',
  });
  expect(Verdict.parse(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
});
