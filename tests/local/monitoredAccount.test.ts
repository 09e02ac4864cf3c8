import { deployed } from './harness.ts';

const plain = '222222222222';
const vpcId = 'vpc-0b22222222222222b';
const defaultVpcId = 'vpc-0b22222222222222f';

/** The plain account, with its stack deployed with these parameters. */
const withParameters = (parameters: Record<string, string>) =>
  deployed(({ accounts }) => {
    const account = accounts[plain]!;
    account.regions['eu-central-1']!.vpcs[1]!.id = defaultVpcId;
    for (const stack of account.stacks) Object.assign(stack.parameters, parameters);
  });

const both = { accountId: plain };
const api = { accountId: plain, access: ['api'] };
const network = { accountId: plain, access: ['network'] };

describe('the monitored-account template', () => {
  it.each<[string, Record<string, string>, object, string | undefined]>([
    ['makes the monitoring role itself', { MonitoringRole: 'template' }, both, 'already'],
    ['lets Sightline make the monitoring role', { MonitoringRole: 'sightline' }, both, 'created'],
    [
      'makes a role that insists on an external id',
      { MonitoringRole: 'template', MonitoringExternalId: 'zabbix-7' },
      { ...both, role: { externalId: 'zabbix-7' } },
      'already',
    ],
    [
      'makes a role with other policies',
      {
        MonitoringRole: 'template',
        MonitoringPolicyArns: 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess',
      },
      { ...both, role: { policyArns: ['arn:aws:iam::aws:policy/job-function/ViewOnlyAccess'] } },
      'already',
    ],
    [
      'gives access by API only',
      { MonitoringRole: 'template', NetworkAccess: 'no' },
      api,
      'already',
    ],
    [
      'gives access by API only, with a role that Sightline makes',
      { MonitoringRole: 'sightline', NetworkAccess: 'no' },
      api,
      'created',
    ],
    ['gives access to one VPC only', { MonitoringRole: 'template', VpcId: vpcId }, both, 'already'],
    [
      'leaves the monitoring role to others, where it is not asked for',
      { MonitoringRole: 'existing' },
      network,
      undefined,
    ],
  ])('%s, and the onboarding succeeds', async (_, parameters, request, outcome) => {
    const { onboard } = await withParameters(parameters);

    const first = await onboard(request);
    const again = await onboard(request);

    expect(first.failure).toBeUndefined();
    expect(first.report?.role?.outcome).toBe(outcome);
    expect(again).toMatchObject({ status: 'SUCCEEDED', writes: [] });
  });

  it('keeps the network closed where it gives access by API only', async () => {
    const { onboard, snapshot } = await withParameters({ NetworkAccess: 'no' });
    const before = snapshot();

    const { failure, writes } = await onboard(both);

    expect(failure).toMatchObject({
      name: 'UnauthorizedOperation',
      remedy: expect.stringContaining('NetworkAccess=no'),
    });
    expect(writes).toEqual([]);
    expect(snapshot()).toEqual(before);
  });

  it('keeps the network of another VPC closed where it names one, as is found out beforehand', async () => {
    const { onboard, snapshot } = await withParameters({ VpcId: vpcId });
    const before = snapshot();

    const { failure, writes } = await onboard({ ...network, vpcId: defaultVpcId });

    expect(failure).toMatchObject({
      name: 'PermissionsMissing',
      message: expect.stringContaining('ec2:CreateRoute'),
    });
    expect(writes).toEqual([]);
    expect(snapshot()).toEqual(before);
  });

  it('says what to do where Sightline may not make the role that is missing', async () => {
    const { onboard, snapshot } = await withParameters({ MonitoringRole: 'existing' });
    const before = snapshot();

    const { failure } = await onboard(api);

    expect(failure).toMatchObject({
      name: 'RoleMissing',
      remedy: expect.stringContaining('MonitoringRole=template'),
    });
    expect(snapshot()).toEqual(before);
  });
});
