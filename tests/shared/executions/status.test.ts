import { SightlineError } from '../../../shared/errors.ts';
import { failureOf, reportOf, stepStatuses } from '../../../shared/executions/status.ts';
import type { Step } from '../../../shared/executions/steps.ts';
import { accountId, aReport, peeringId } from '../../builders.ts';
import { anExecution } from '../recordedExecutions.ts';

/** The cause of an execution whose Lambda threw this. */
const causeOf = ({ name, message }: Error) =>
  JSON.stringify({ errorType: name, errorMessage: message, trace: [`${name}: at …`] });

describe('why an onboarding failed', () => {
  it.each(['RUNNING', 'SUCCEEDED'] as const)('is not told while it is %s', (status) => {
    expect(failureOf(anExecution({ status }))).toBeUndefined();
  });

  it('is told with the values and the remedy of the error that the function threw', () => {
    const error = new SightlineError('PeeringRejected', { accountId, peeringId });
    const execution = anExecution({ status: 'FAILED', error: error.name, cause: causeOf(error) });
    expect(failureOf(execution)).toEqual({
      name: 'PeeringRejected',
      message: `Account ${accountId} rejected the peering ${peeringId}.`,
      remedy: `Sightline does not ask again by itself. Agree with the owner of account ${accountId} (its CloudTrail shows who called RejectVpcPeeringConnection), then start the onboarding again.`,
    });
  });

  it('is told in AWS’s words where AWS refused, with what the catalogue advises', () => {
    const error = Object.assign(new Error('The table is full.'), { name: 'RouteLimitExceeded' });
    const execution = anExecution({ status: 'FAILED', error: error.name, cause: causeOf(error) });
    expect(failureOf(execution)).toEqual({
      name: 'RouteLimitExceeded',
      message: 'The table is full.',
      remedy: expect.stringContaining('Routes per route table'),
    });
  });

  it.each([
    ['no JSON', 'The state ran out of time.', 'The state ran out of time.'],
    ['JSON of another kind', '{"a":1}', '{"a":1}'],
    ['nothing', undefined, 'A step or the onboarding took longer than it may.'],
  ])('is told where the cause is %s', (_, cause, message) => {
    const execution = anExecution({ status: 'FAILED', error: 'States.Timeout', cause });
    expect(failureOf(execution)).toMatchObject({ name: 'States.Timeout', message });
  });

  it('is told for an error that nobody knows', () => {
    const execution = anExecution({ status: 'FAILED', error: 'Oops', cause: 'oh no' });
    expect(failureOf(execution)).toEqual({
      name: 'Oops',
      message: 'oh no',
      remedy: expect.stringContaining('not a known outcome'),
    });
  });

  it('is that somebody stopped it', () => {
    expect(failureOf(anExecution({ status: 'ABORTED' }))).toMatchObject({
      name: 'Aborted',
      message: 'Somebody stopped the onboarding.',
      remedy: expect.stringContaining('Start it again'),
    });
  });

  it('is what the one who stopped it said', () => {
    const said = { error: 'WrongAccount', cause: 'It was a mistake.' };
    expect(failureOf(anExecution({ status: 'ABORTED', ...said }))).toMatchObject({
      name: 'WrongAccount',
      message: 'It was a mistake.',
    });
  });

  it('is that it took too long', () => {
    expect(failureOf(anExecution({ status: 'TIMED_OUT' }))).toMatchObject({
      name: 'States.Timeout',
      remedy: expect.stringContaining('See at which step'),
    });
  });
});

describe('the report', () => {
  it('is the output of the execution', () => {
    const output = JSON.stringify(aReport());
    expect(reportOf(anExecution({ status: 'SUCCEEDED', output }))).toEqual(aReport());
  });

  it('is not there before the end', () => {
    expect(reportOf(anExecution())).toBeUndefined();
  });

  it('is not the output of an execution that has failed', () => {
    const output = JSON.stringify({ Error: 'RouteConflict', Cause: '{}' });
    const execution = anExecution({ status: 'FAILED', error: 'RouteConflict', output });
    expect(reportOf(execution)).toBeUndefined();
  });

  it('is not made of another output', () => {
    const execution = anExecution({ status: 'SUCCEEDED', output: '{"ready":false}' });
    const reading = () => reportOf(execution);
    expect(reading).toThrow(expect.objectContaining({ name: 'ZodError' }));
  });
});

describe('the steps', () => {
  const at = (second: number) => new Date(second * 1000);
  const aStep = (parts: Partial<Step> = {}): Step => ({
    state: 'Preflight',
    status: 'succeeded',
    startedAt: at(0),
    endedAt: at(2),
    attempts: 1,
    attemptFailed: false,
    did: 'planned',
    ...parts,
  });

  it('are shown with how long they took and what they did', () => {
    expect(stepStatuses([aStep({ endedAt: at(2.5) })], at(9))).toEqual([
      {
        state: 'Preflight',
        status: 'succeeded',
        startedAt: at(0).toISOString(),
        durationSeconds: 2.5,
        passes: 1,
        attempts: 1,
        did: 'planned',
      },
    ]);
  });

  it('are shown with how long they have been running', () => {
    const { endedAt: _, did: __, ...running } = aStep({ status: 'running' });
    const [shown] = stepStatuses([running], at(9));
    expect(shown).toMatchObject({ status: 'running', durationSeconds: 9 });
    expect(shown).not.toHaveProperty('did');
  });

  it('are shown once each, in the order in which they were first gone through', () => {
    const look = (begin: number, parts: Partial<Step>) =>
      aStep({ state: 'WaitForAcceptance', startedAt: at(begin), endedAt: at(begin + 1), ...parts });
    const steps = [
      look(1, { did: 'pending-acceptance', attempts: 2 }),
      aStep({ state: 'AcceptPeering', startedAt: at(2), endedAt: at(3) }),
      look(5, { did: 'active' }),
    ];
    expect(stepStatuses(steps, at(9))).toMatchObject([
      {
        state: 'WaitForAcceptance',
        did: 'active',
        startedAt: at(1).toISOString(),
        durationSeconds: 5,
        passes: 2,
        attempts: 3,
      },
      { state: 'AcceptPeering', passes: 1 },
    ]);
  });
});
