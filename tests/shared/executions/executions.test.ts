import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { sfn as client } from '../../../shared/clients.ts';
import {
  collides,
  describeExecution,
  executionArnOf,
  idOf,
  isId,
  isInBatch,
  keyedName,
  listExecutions,
  numberIn,
  prefixOf,
} from '../../../shared/executions/executions.ts';
import { accountId, anAwsError, executionArns, vpcId } from '../../builders.ts';
import { callsTo, sfn } from '../recordedAws.ts';
import { anExecution, givenExecutions } from '../recordedExecutions.ts';

const otherVpcId = 'vpc-0f999999999999999';
const otherAccountId = '333333333333';
const unnamed = { accountId, vpcId: undefined };
const named = { accountId, vpcId };

const numberedName = (subject: Parameters<typeof prefixOf>[0], n: number) =>
  `${prefixOf(subject)}${n}`;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const awsAllows = /^[^\s<>{}[\]?*"#%\\^|~$&,;:/\p{Cc}]{1,80}$/u;

describe('an id', () => {
  it('is the end of the execution’s ARN', () => {
    expect(executionArnOf('one')).toBe(`${executionArns}:one`);
    expect(idOf(executionArnOf('one'))).toBe('one');
  });

  it('is any name that the console gives an execution, too', () => {
    expect(isId('b7a9c3f1-1111-4222-8333-444455556666')).toBe(true);
    expect(isId(numberedName(named, 1))).toBe(true);
    expect(isId(keyedName(prefixOf(named), 'a key'))).toBe(true);
  });

  it.each(['', 'a b', 'a/b', 'a:b', 'a*', '%2F', 'ä', 'one\n', 'x'.repeat(81)])(
    'is not %j',
    (text) => {
      expect(isId(text)).toBe(false);
    },
  );
});

describe('the name of an onboarding', () => {
  it('tells the account, the VPC and the number, and the number is read from it again', () => {
    expect(numberedName(named, 12)).toBe(`${accountId}_${vpcId}_12`);
    expect(numberedName(unnamed, 1)).toBe(`${accountId}_auto_1`);
    expect(numberIn(numberedName(named, 12), prefixOf(named))).toBe(12);
  });

  it.each([
    ['of another account', numberedName({ accountId: otherAccountId, vpcId }, 1)],
    ['of another VPC', numberedName({ accountId, vpcId: otherVpcId }, 1)],
    ['of no named VPC', numberedName(unnamed, 1)],
    ['for a key', keyedName(prefixOf(named), '1')],
    ['that somebody chose', `${accountId}_${vpcId}_1b`],
    ['without a number', `${accountId}_${vpcId}_`],
  ])('has no number of ours %s', (_, name) => {
    expect(numberIn(name, prefixOf(named))).toBeUndefined();
  });

  it('is the same for the same key, and another for another key, account or VPC', () => {
    const names = [
      keyedName(prefixOf(named), 'a'),
      keyedName(prefixOf(named), 'b'),
      keyedName(prefixOf(unnamed), 'a'),
      keyedName(prefixOf({ accountId: otherAccountId, vpcId }), 'a'),
    ];
    expect(keyedName(prefixOf(named), 'a')).toBe(names[0]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(['a', '', '  / : ü\n', 'x'.repeat(10_000)])(
    'is one that AWS allows for key %j',
    (key) => {
      expect(keyedName(prefixOf(named), key)).toMatch(awsAllows);
      expect(numberedName(named, 999_999)).toMatch(awsAllows);
    },
  );
});

describe('the name of an onboarding in a batch', () => {
  const name = `${prefixOf(named)}batch-b7a9c3f1-1111-4222-8333-444455556666-0`;

  it('tells that it is in one, and which account may be changed, and AWS allows it', () => {
    expect(isInBatch(name)).toBe(true);
    expect(collides(name, named)).toBe(true);
    expect(`${name}9`).toMatch(awsAllows);
  });

  it.each([numberedName(named, 1), keyedName(prefixOf(named), 'a'), 'b7a9c3f1-batch-4222'])(
    'is not %s',
    (other) => {
      expect(isInBatch(other)).toBe(false);
    },
  );
});

describe('a running onboarding', () => {
  it.each([
    ['of the same VPC', numberedName(named, 3), named, true],
    ['of the same VPC for a key', keyedName(prefixOf(named), 'a'), named, true],
    ['of a VPC that is still to be found', numberedName(unnamed, 1), named, true],
    ['of any VPC, where the request names none', numberedName(named, 1), unnamed, true],
    ['of another VPC', numberedName({ accountId, vpcId: otherVpcId }, 1), named, false],
    ['of another account', numberedName({ accountId: otherAccountId, vpcId }, 1), named, false],
    ['that the console named', 'b7a9c3f1-1111-4222-8333-444455556666', named, false],
  ])('%s may change the same or not', (_, name, request, expected) => {
    expect(collides(name, request)).toBe(expected);
  });
});

describe('reading executions', () => {
  it('finds one by its id', async () => {
    const [one] = givenExecutions(anExecution({ name: 'one' }));
    expect(await describeExecution(client(), 'one')).toBe(one);
    expect(await callsTo(sfn)).toMatchObject([
      { in: 'eu-central-1', input: { executionArn: `${executionArns}:one` } },
    ]);
  });

  it('finds nothing for an id that there is not', async () => {
    givenExecutions();
    expect(await describeExecution(client(), 'two')).toBeUndefined();
  });

  it('does not ask AWS for an id that can be none', async () => {
    expect(await describeExecution(client(), 'other:onboarding')).toBeUndefined();
    expect(await callsTo(sfn)).toEqual([]);
  });

  it('passes on that AWS throttles', async () => {
    sfn.on(DescribeExecutionCommand).rejects(anAwsError('ThrottlingException'));
    await expect(describeExecution(client(), 'one')).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
  });

  it('lists every page, the newest first, in the status that is asked for', async () => {
    givenExecutions(
      anExecution({ name: 'a' }),
      anExecution({ name: 'b', status: 'FAILED' }),
      anExecution({ name: 'c' }),
      anExecution({ name: 'd' }),
    );
    const names = async (status?: 'RUNNING') => {
      const found: string[] = [];
      for await (const { name } of listExecutions(client(), status)) found.push(name);
      return found;
    };
    expect(await names()).toEqual(['d', 'c', 'b', 'a']);
    expect(await names('RUNNING')).toEqual(['d', 'c', 'a']);
  });

  it('reads no more pages than it is asked for', async () => {
    givenExecutions(...['a', 'b', 'c', 'd'].map((name) => anExecution({ name })));
    for await (const { name } of listExecutions(client())) if (name === 'd') break;
    expect(await callsTo(sfn)).toHaveLength(1);
  });
});
