import * as z from 'zod';
import { SightlineError } from '../../shared/errors.ts';
import { task } from '../../shared/task.ts';
import { accountId, aPlan, aRolePlan, executionName, peeringId } from '../builders.ts';
import { logged } from './recordedAws.ts';

const Input = z.object({ plan: z.object({ accountId: z.string() }), looks: z.int() });
const context = { functionName: 'sightline-prod-verifyRole' };
const plan = aPlan({ role: aRolePlan({ externalId: 'a-well-kept-secret' }) });
const event = { executionName, plan, looks: 1 };
const result = { arn: 'arn', did: 'read with the role' };

it('hands the use case what it picked from the execution, and passes its result on', async () => {
  const useCase = jest.fn(async () => result);
  await expect(task(Input, useCase)(event, context)).resolves.toBe(result);
  expect(useCase).toHaveBeenCalledTimes(1);
  expect(useCase).toHaveBeenCalledWith({ plan: { accountId }, looks: 1 });
});

it('refuses what it does not expect, naming the step and every problem', async () => {
  const useCase = jest.fn(async () => result);
  await expect(task(Input, useCase)({ plan: {}, looks: 'x' }, context)).rejects.toMatchObject({
    name: 'InvalidStepInput',
    message: expect.stringMatching(
      /handed sightline-prod-verifyRole something else than it expects: plan\.accountId: .*; looks: /,
    ),
  });
  expect(useCase).not.toHaveBeenCalled();
  expect(logged).not.toHaveBeenCalled();
});

it.each([[undefined], [null], ['text'], [{ plan: 'none' }]])('refuses %j', async (nonsense) => {
  await expect(task(Input, async () => result)(nonsense, context)).rejects.toMatchObject({
    name: 'InvalidStepInput',
  });
});

it.each([
  new SightlineError('PeeringDeleted', { peeringId }),
  Object.assign(new Error('slow down'), { name: 'RequestLimitExceeded' }),
])(
  'lets an error pass untouched, for the state machine knows it by its name: %s',
  async (error) => {
    const useCase = async () => {
      throw error;
    };
    await expect(task(Input, useCase)(event, context)).rejects.toBe(error);
  },
);

it('logs one line: what was done, for which execution and account, and no secret', async () => {
  await task(Input, async () => result)(event, context);
  expect(logged.mock.calls).toEqual([
    [
      'read with the role',
      { execution: executionName, accountId, step: 'sightline-prod-verifyRole' },
    ],
  ]);
  expect(JSON.stringify(logged.mock.calls)).not.toContain('a-well-kept-secret');
});

it('logs the account of the request where there is no plan yet', async () => {
  const request = { accountId, role: { externalId: 'a-well-kept-secret' } };
  await task(z.unknown(), async () => result)({ executionName, request }, context);
  expect(logged.mock.calls).toEqual([
    [expect.any(String), { execution: executionName, accountId, step: context.functionName }],
  ]);
});

it('logs whom the result is about where the input does not tell it', async () => {
  const about = { accountId, execution: executionName };
  await task(z.unknown(), async () => ({ ...result, about }))({ id: 'of an event' }, context);
  expect(logged.mock.calls).toEqual([[result.did, { ...about, step: context.functionName }]]);
});

it('logs what was done of a step whose input says nothing of an account', async () => {
  await task(z.unknown(), async () => result)({ plan: 'none' }, context);
  expect(logged.mock.calls).toEqual([
    [result.did, expect.objectContaining({ step: context.functionName })],
  ]);
});
