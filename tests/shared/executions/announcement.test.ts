import { SightlineError } from '../../../shared/errors.ts';
import { announcementOf } from '../../../shared/executions/announcement.ts';
import { buildReport } from '../../../shared/report.ts';
import {
  aConfigured,
  accountId,
  aPeering,
  aPlan,
  aReport,
  cidr,
  executionArns,
  groupId,
  hubVpcId,
  monitoringRoleArn,
  peeringId,
  ping,
  vpcId,
  zabbixAgent,
} from '../../builders.ts';
import { anExecution, type Execution } from '../recordedExecutions.ts';

const name = `${accountId}_${vpcId}_1`;
const executionArn = `${executionArns}:${name}`;
const subject = { accountId, vpcId };
/** What SNS takes as the subject of a mail. */
const goodSubject = /^[\x21-\x7e][\x20-\x7e]{0,99}$/;

const announced = (
  parts: Partial<Execution>,
  about: { accountId: string; vpcId?: string } = subject,
) => announcementOf(anExecution({ name, ...parts }), about);

const ready = (report = aReport()) =>
  announced({ status: 'SUCCEEDED', output: JSON.stringify(report) });

const failed = (error: Error, about?: { accountId: string; vpcId?: string }) =>
  announced(
    {
      status: 'FAILED',
      error: error.name,
      cause: JSON.stringify({ errorType: error.name, errorMessage: error.message }),
    },
    about,
  );

describe('that an account is ready', () => {
  it('is told so that nobody has to open the console', () => {
    const { subject: title, text } = ready();
    expect(title).toBe(`Sightline: account ${accountId} is ready`);
    expect(text.split('\n')).toEqual([
      `Account ${accountId} is ready to be monitored.`,
      '',
      `Its VPC ${vpcId} (${cidr}, eu-central-1) can be reached from ${hubVpcId} through ${peeringId}, on zabbix-agent.`,
      `Its APIs can be read with ${monitoringRoleArn}.`,
      '',
      expect.stringContaining(`Still to do: Attach security group ${groupId}`),
      '',
      `https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${executionArn}`,
      '',
    ]);
  });

  it('is told to programs with the whole report', () => {
    expect(ready()).toMatchObject({
      detailType: 'Account Ready',
      detail: { onboarding: name, executionArn, accountId, status: 'SUCCEEDED', report: aReport() },
    });
  });

  it('names each port once, however many groups let it in', () => {
    const rule = { groupId, cidr, port: zabbixAgent, outcome: 'created' as const };
    const rules = [rule, { ...rule, cidr: '10.9.0.0/16' }, { ...rule, port: ping }];
    const securityGroups = { ...aConfigured().securityGroups, rules };
    const configured = aConfigured({ securityGroups });
    const report = buildReport(aPlan(), { peering: aPeering(), configured }, []);
    expect(ready(report).text).toContain('on zabbix-agent, ping.');
  });

  it('says which access there is not', () => {
    const { network: _, ...byApiOnly } = aReport();
    expect(ready(byApiOnly).text).toContain('onboarded for API access only');
    const { role: __, ...byNetworkOnly } = aReport();
    expect(ready(byNetworkOnly).text).toContain('No monitoring role was looked after.');
  });
});

describe('that an onboarding has failed', () => {
  it('is told with the account, the VPC, what went wrong and what to do', () => {
    const { subject: title, text } = failed(
      new SightlineError('PeeringRejected', { accountId, peeringId }),
    );
    expect(title).toBe(`Sightline: account ${accountId} is not ready: PeeringRejected`);
    expect(text.split('\n')).toEqual([
      `Account ${accountId}, ${vpcId}, is not ready to be monitored: PeeringRejected.`,
      '',
      `Account ${accountId} rejected the peering ${peeringId}.`,
      '',
      `What to do: Sightline does not ask again by itself. Agree with the owner of account ${accountId} (its CloudTrail shows who called RejectVpcPeeringConnection), then start the onboarding again.`,
      '',
      expect.stringContaining(`/executions/details/${executionArn}`),
      '',
    ]);
  });

  it('is told to programs with the error’s name', () => {
    const error = new SightlineError('PeeringRejected', { accountId, peeringId });
    expect(failed(error)).toMatchObject({
      detailType: 'Onboarding Failed',
      detail: {
        onboarding: name,
        executionArn,
        accountId,
        vpcId,
        status: 'FAILED',
        failure: { name: 'PeeringRejected', remedy: expect.any(String) },
      },
    });
  });

  it('names no VPC where the request named none', () => {
    const { text, detail } = failed(new Error('oh no'), { accountId });
    expect(text).toContain(`Account ${accountId} is not ready to be monitored: Error.`);
    expect(detail).not.toHaveProperty('vpcId');
  });

  it.each([
    ['TIMED_OUT', 'States.Timeout', 'What to do: See at which step it was'],
    ['ABORTED', 'Aborted', 'What to do: Start it again'],
  ] as const)('is told of one that ended as %s', (status, title, remedy) => {
    const announcement = announced({ status });
    expect(announcement.subject).toContain(title);
    expect(announcement.text).toContain(remedy);
    expect(announcement).toMatchObject({
      detailType: 'Onboarding Failed',
      detail: { status, failure: { name: title } },
    });
  });
});

describe('the subject of the mail', () => {
  it.each([
    ['is not of ASCII', 'Überlauf→🚨'],
    ['has line breaks', 'One\r\nBcc: everybody'],
    ['is long', 'E'.repeat(300)],
    ['is long and not of ASCII', '🚨'.repeat(300)],
  ])('is one that SNS takes where the error’s name %s', (_, error) => {
    expect(announced({ status: 'FAILED', error }).subject).toMatch(goodSubject);
  });

  it('is one that SNS takes where nothing was a request', () => {
    expect(failed(new Error('oh no'), { accountId: '→'.repeat(200) }).subject).toMatch(goodSubject);
    expect(ready().subject).toMatch(goodSubject);
  });
});

it.each([
  ['aws', 'https://eu-west-1.console.aws.amazon.com/'],
  ['aws-cn', 'https://eu-west-1.console.amazonaws.cn/'],
  ['aws-us-gov', 'https://eu-west-1.console.amazonaws-us-gov.com/'],
])('links to the console of the partition %s', (partition, link) => {
  const arn = `arn:${partition}:states:eu-west-1:111111111111:execution:onboarding:one`;
  const { text } = announced({ status: 'ABORTED', executionArn: arn });
  expect(text).toContain(`${link}states/home?region=eu-west-1#/v2/executions/details/${arn}\n`);
});
