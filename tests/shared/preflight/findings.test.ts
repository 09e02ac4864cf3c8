import { SightlineError } from '../../../shared/errors.ts';
import { blocks, decided, refuseBlocked, tell, warns } from '../../../shared/preflight/findings.ts';
import { accountId, tableId } from '../../builders.ts';

const shared = () => blocks('VpcShared', { vpcId: 'vpc-1', accountId, ownerId: '333333333333' });
const noPermission = () => blocks('PermissionsMissing', { accountId, actions: 'ec2:CreateRoute' });
const detour = () =>
  warns('RouteTakesPart', {
    routeTableId: tableId,
    existing: '10.0.9.0/24',
    target: 'tgw-1',
    wanted: '10.0.0.0/16',
  });

const refusalOf = (...findings: Parameters<typeof refuseBlocked>[0]) => {
  try {
    refuseBlocked(findings);
    return undefined;
  } catch (error) {
    return error;
  }
};

it('is told by its name, with the values and the remedy of the catalogue', () => {
  expect(tell(detour())).toEqual({
    severity: 'warns',
    name: 'RouteTakesPart',
    message: `Route table ${tableId} sends 10.0.9.0/24 to tgw-1: that part of 10.0.0.0/16 will not be reached through the peering.`,
    remedy: 'Nothing, if it is meant so. Otherwise remove that route.',
  });
});

describe('what is found', () => {
  it('refuses nothing where it is nothing, or nothing but what a person should know', () => {
    expect(refusalOf()).toBeUndefined();
    expect(refusalOf(detour(), detour())).toBeUndefined();
  });

  it('refuses under its own name where one thing stands in the way', () => {
    const only = shared();
    expect(refusalOf(detour(), only)).toBe(only.error);
  });

  it('refuses as a whole where several things stand in the way, each with its remedy', () => {
    const { name, message } = refusalOf(shared(), detour(), noPermission()) as Error;
    expect(name).toBe('PreflightRefused');
    expect(message).toMatch(/^1\. VpcShared: VPC vpc-1 .* 2\. PermissionsMissing: The onboarding/);
    expect(message).toContain('Nothing was changed: 2 things stand in the way.');
    expect(message).toMatch(/1\. Onboard account 333333333333 .* 2\. Update the stack /);
    expect(message).not.toContain('RouteTakesPart');
  });
});

describe('a decision', () => {
  it('comes to its result', () => {
    expect(decided(() => 42)).toEqual({ result: 42, findings: [] });
  });

  it('that refuses comes to what stands in the way', () => {
    const { error } = shared();
    const refuse = () => {
      throw error;
    };
    expect(decided(refuse)).toEqual({ findings: [{ severity: 'blocks', error }] });
    expect(error).toBeInstanceOf(SightlineError);
  });

  it('that fails is no finding', () => {
    const bug = new TypeError('a bug');
    const fail = () => {
      throw bug;
    };
    expect(() => decided(fail)).toThrow(bug);
  });
});
