import { StateMachine } from 'aws-local-stepfunctions';
import { awsErrors, catalogue } from '../../shared/errors.ts';
import { deployable, functionOf, readMachine, type State, statesOf } from './definition.ts';

const machine = readMachine('onboarding');
/** Validated once, which takes longer than running it. */
const stateMachine = new StateMachine(deployable(machine) as never);
const tasks = statesOf(machine).filter(([, { Type }]) => Type === 'Task');
const taskNames = tasks.map(([name]) => name);

const failure = (name: string) => Object.assign(new Error(`${name} happened`), { name });

type Handler = (input: Record<string, unknown>) => unknown;

/** Answers one after the other; the last one again and again. */
const inTurn = (...answers: (unknown | Error)[]): Handler => {
  let turn = 0;
  return () => {
    const answer = answers[Math.min(turn++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer;
  };
};

/** Asks for all that there is, so that every state has something to do. */
const network = { acceptance: 'auto', dnsResolution: true, monitored: {}, hub: {} };
const plan = { accountId: '222222222222', network, role: { name: 'cross-role' } };
const withoutDns = { ...plan, network: { ...network, dnsResolution: false } };
const peering = (status: string, more = {}) => ({
  id: 'pcx-1',
  accepter: 'monitored',
  status,
  looks: 1,
  lookAgainInSeconds: 7,
  ...more,
});

const wellBehaved = (): Record<string, Handler> => ({
  Preflight: inTurn(plan),
  RequestPeering: inTurn(peering('initiating-request', { looks: 0 })),
  WaitForAcceptance: inTurn(peering('active')),
  AcceptPeering: inTurn({ outcome: 'created' }),
  AddRoutesInHub: inTurn({ routes: ['there'] }),
  AddRoutesInMonitoredAccount: inTurn({ routes: ['back'] }),
  OpenSecurityGroups: inTurn({ rules: ['in'] }),
  SetDnsResolution: inTurn({ outcome: 'updated' }),
  EnsureRole: inTurn({ arn: 'arn:role', lookInSeconds: 7 }),
  VerifyRole: inTurn({ arn: 'arn:session' }),
  ConfirmReadiness: inTurn({ ready: true }),
});

const withoutWaiting = { LetRequestAppear: 0, LookAgainLater: 0, LetRolePropagate: 0 };

/** Runs the real state machine with stand-ins for its functions, without waiting. */
const run = async (
  handlers: Record<string, Handler>,
  input: object = { accountId: '222222222222' },
  waitTimeOverrides: Record<string, number> = withoutWaiting,
) => {
  const calls: [string, Record<string, unknown>][] = [];
  const all = { ...wellBehaved(), ...handlers };
  const taskResourceLocalHandlers = Object.fromEntries(
    Object.entries(all).map(([name, handler]) => [
      name,
      async (given: Record<string, unknown>) => {
        calls.push([name, given]);
        return handler(given);
      },
    ]),
  );
  const execution = stateMachine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: taskResourceLocalHandlers as never,
      waitTimeOverrides,
      retryIntervalOverrides: Object.fromEntries(taskNames.map((name) => [name, 0])),
    },
    context: { Execution: { Name: 'run-1' } } as never,
  });
  const result: { output?: unknown; error?: Error } = await execution.result.then(
    (output: unknown) => ({ output }),
    (error: Error & { cause?: Error }) => ({ error: error.cause ?? error }),
  );
  const count = (name: string) => calls.filter(([called]) => called === name).length;
  const inputsOf = (name: string) =>
    calls.filter(([called]) => called === name).map(([, given]) => given);
  const inputOf = (name: string) => inputsOf(name)[0];
  return { ...result, calls: calls.map(([name]) => name), count, inputOf, inputsOf };
};

describe('an onboarding that nothing disturbs', () => {
  it('goes through every state and ends with the report', async () => {
    const { output, calls } = await run({});

    expect(output).toEqual({ ready: true });
    expect(new Set(calls)).toEqual(new Set(taskNames));
    expect(calls[0]).toBe('Preflight');
    expect(calls.at(-1)).toBe('ConfirmReadiness');
  });

  it('hands Preflight the request and the name of the execution', async () => {
    const request = { accountId: '222222222222', vpcId: 'vpc-1' };
    const { inputOf } = await run({}, request);

    expect(inputOf('Preflight')).toEqual({ executionName: 'run-1', request });
  });

  it('tells AddRoutes which side it is on', async () => {
    const { inputOf } = await run({});

    expect(inputOf('AddRoutesInHub')).toMatchObject({
      side: 'hub',
      plan,
      peering: { id: 'pcx-1' },
    });
    expect(inputOf('AddRoutesInMonitoredAccount')).toMatchObject({ side: 'monitored' });
  });

  it('hands ConfirmReadiness what both branches did', async () => {
    const { inputOf } = await run({});

    expect(inputOf('ConfirmReadiness')).toMatchObject({
      plan,
      prepared: [
        {
          peering: { status: 'active' },
          configured: {
            routesInHub: { routes: ['there'] },
            routesInMonitoredAccount: { routes: ['back'] },
            securityGroups: { rules: ['in'] },
          },
          dns: { outcome: 'updated' },
        },
        { role: { arn: 'arn:role' }, verified: { arn: 'arn:session' } },
      ],
    });
  });

  it('takes at most 20 state transitions when the peering is active at the first look', async () => {
    const handlers = { ...wellBehaved(), Preflight: inTurn(withoutDns) };
    const entered: string[] = [];
    const execution = stateMachine.run({} as never, {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(
          Object.entries(handlers).map(([name, handler]) => [name, async () => handler({})]),
        ) as never,
        waitTimeOverrides: withoutWaiting,
      },
      context: { Execution: { Name: 'run-1' } } as never,
    });
    for await (const event of execution.eventLogs) {
      if (event.type === 'StateEntered') entered.push(event.state.name);
    }

    expect(entered).toHaveLength(20);
  });
});

describe('the wait for the peering', () => {
  it('accepts a request without a look at it, which would tell nothing that the acceptance does not', async () => {
    const { calls } = await run({});
    const network = calls.filter((name) => /Peering|Acceptance/.test(name));

    expect(network).toEqual(['RequestPeering', 'AcceptPeering', 'WaitForAcceptance']);
  });

  it.each(['unknown', 'provisioning'])('looks again later while it is %s', async (status) => {
    const { output, count } = await run({
      WaitForAcceptance: inTurn(peering(status), peering(status), peering('active')),
    });

    expect(output).toEqual({ ready: true });
    expect(count('WaitForAcceptance')).toBe(3);
    expect(count('AcceptPeering')).toBe(1);
  });

  it.each(['initiating-request', 'pending-acceptance'])(
    'accepts it once more where it is %s after all',
    async (status) => {
      const { output, count } = await run({
        WaitForAcceptance: inTurn(peering(status), peering('active')),
      });

      expect(output).toEqual({ ready: true });
      expect(count('AcceptPeering')).toBe(2);
    },
  );

  it.each(['initiating-request', 'pending-acceptance'])(
    'leaves a request that is %s to the owner of the other account where that was asked',
    async (status) => {
      const pending = failure('AcceptancePending');
      const byHand = { ...plan, network: { ...network, acceptance: 'manual' } };
      const { count } = await run({
        Preflight: inTurn(byHand),
        RequestPeering: inTurn(peering(status)),
        WaitForAcceptance: inTurn(
          peering('initiating-request'),
          pending,
          pending,
          peering('provisioning'),
          peering('active'),
        ),
      });

      expect(count('AcceptPeering')).toBe(0);
      expect(count('WaitForAcceptance')).toBe(5);
    },
  );

  it('accepts what waits for the hub itself, also where acceptance is by hand', async () => {
    const byHand = { ...plan, network: { ...network, acceptance: 'manual' } };
    const { count } = await run({
      Preflight: inTurn(byHand),
      RequestPeering: inTurn(peering('pending-acceptance', { accepter: 'hub' })),
    });

    expect(count('AcceptPeering')).toBe(1);
  });

  it('requests a peering again that has expired, and tells of the one before', async () => {
    const { output, count, inputsOf } = await run({
      RequestPeering: inTurn(peering('initiating-request'), peering('pending-acceptance')),
      WaitForAcceptance: inTurn(peering('expired', { requests: 1 }), peering('active')),
    });

    expect(output).toEqual({ ready: true });
    expect(count('RequestPeering')).toBe(2);
    const [first, second] = inputsOf('RequestPeering');
    expect(first?.['before']).not.toHaveProperty('peering');
    expect(second).toMatchObject({ before: { peering: { status: 'expired', requests: 1 } } });
  });

  it('looks every 2 minutes for 7 days, then every 5, within the history of an execution', () => {
    const wait = statesOf(machine).find(([name]) => name === 'WaitForAcceptance')?.[1];
    const retriers = new Map(wait?.Retry?.map((one) => [one.ErrorEquals[0], one]));
    const [first, second] = ['AcceptancePending', 'AcceptanceStillPending'].map((name) =>
      retriers.get(name),
    );

    expect(first).toMatchObject({ IntervalSeconds: 120, BackoffRate: 1 });
    expect(second).toMatchObject({ IntervalSeconds: 300, BackoffRate: 1 });
    const week = 7 * 24 * 3600;
    expect(first!.MaxAttempts * 120).toBeGreaterThan(week);
    expect(second!.MaxAttempts * 300).toBeGreaterThan(week);
    expect((first!.MaxAttempts + second!.MaxAttempts) * 3).toBeLessThan(22_000);
  });

  it('goes straight on with a peering that is active already', async () => {
    const { count } = await run({ RequestPeering: inTurn(peering('active')) });

    expect(count('WaitForAcceptance')).toBe(0);
    expect(count('AcceptPeering')).toBe(0);
    expect(count('AddRoutesInHub')).toBe(1);
  });

  it('waits as long as the last look said', () => {
    const wait = statesOf(machine).find(([name]) => name === 'LookAgainLater')?.[1];

    expect(wait).toMatchObject({ Type: 'Wait', SecondsPath: '$.peering.lookAgainInSeconds' });
  });
});

describe('DNS resolution', () => {
  it('is set where it was asked for, once the peering is active and before the ways are opened', async () => {
    const { calls, inputOf } = await run({
      WaitForAcceptance: inTurn(peering('provisioning'), peering('active')),
    });
    const network = calls.filter((name) => !/Preflight|Role|Ready|Confirm/.test(name));

    expect(network.slice(0, 5)).toEqual([
      'RequestPeering',
      'AcceptPeering',
      'WaitForAcceptance',
      'WaitForAcceptance',
      'SetDnsResolution',
    ]);
    expect(network.slice(5).toSorted()).toEqual([
      'AddRoutesInHub',
      'AddRoutesInMonitoredAccount',
      'OpenSecurityGroups',
    ]);
    expect(inputOf('SetDnsResolution')).toEqual({
      executionName: 'run-1',
      plan,
      peering: peering('active'),
    });
  });

  it('is set too where the peering was active from the start', async () => {
    const { output, count } = await run({ RequestPeering: inTurn(peering('active')) });

    expect(output).toEqual({ ready: true });
    expect(count('SetDnsResolution')).toBe(1);
  });

  it('is not even looked at where it was not asked for, and nothing is told of it', async () => {
    // The request says so itself, which must not pass for what was done.
    const request = { accountId: '222222222222', dnsResolution: false };
    const { output, calls, inputOf } = await run({ Preflight: inTurn(withoutDns) }, request);

    expect(output).toEqual({ ready: true });
    expect(calls).not.toContain('SetDnsResolution');
    expect(calls).toEqual(
      expect.arrayContaining([
        'AddRoutesInHub',
        'AddRoutesInMonitoredAccount',
        'OpenSecurityGroups',
      ]),
    );
    expect(inputOf('ConfirmReadiness')).toMatchObject({ prepared: [{ configured: {} }, {}] });
    expect(inputOf('ConfirmReadiness')).not.toHaveProperty('prepared.0.dns');
  });
});

describe('the wait for IAM', () => {
  /** The other timers are those of tasks and of the execution, which may take a minute or more. */
  const isWait = (ms: number) => ms > 0 && ms < 60_000;

  /** Runs the onboarding, and says how long it would have waited between EnsureRole and VerifyRole. */
  const waitsFor = async (lookInSeconds: number) => {
    const { LetRolePropagate: _, ...others } = withoutWaiting;
    const setTimer = setTimeout;
    const timers = jest
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation((callback, ms = 0) => setTimer(callback, isWait(ms) ? 0 : ms));
    const { output, calls } = await run(
      { EnsureRole: inTurn({ arn: 'arn:role', lookInSeconds }) },
      undefined,
      others,
    );
    const waited = timers.mock.calls.map(([, ms = 0]) => ms).filter(isWait);
    timers.mockRestore();
    return { output, waited, role: calls.filter((name) => name.endsWith('Role')) };
  };

  it.each([8, 1])('takes the %s seconds that EnsureRole says', async (seconds) => {
    await expect(waitsFor(seconds)).resolves.toEqual({
      output: { ready: true },
      waited: [seconds * 1000],
      role: ['EnsureRole', 'VerifyRole'],
    });
  });

  it('takes no time where the role was there', async () => {
    await expect(waitsFor(0)).resolves.toEqual({
      output: { ready: true },
      waited: [],
      role: ['EnsureRole', 'VerifyRole'],
    });
  });

  it('is some 3 minutes more of looking again, each time after a tenth longer at most', () => {
    const verify = statesOf(machine).find(([name]) => name === 'VerifyRole')?.[1];
    const { IntervalSeconds, BackoffRate, MaxAttempts } = verify!.Retry![0]!;
    const waits = Array.from({ length: MaxAttempts }, (_, n) => IntervalSeconds * BackoffRate ** n);
    const total = waits.reduce((sum, wait) => sum + wait, 0);

    expect(total).toBeGreaterThan(170);
    expect(total).toBeLessThan(190);
    expect(BackoffRate).toBe(1.1);
  });
});

describe('an onboarding that asks for one kind of access', () => {
  it('leaves the network alone when only the API is asked for', async () => {
    const { output, calls } = await run({ Preflight: inTurn({ ...plan, network: undefined }) });

    expect(output).toEqual({ ready: true });
    expect(calls).toEqual(['Preflight', 'EnsureRole', 'VerifyRole', 'ConfirmReadiness']);
  });

  it('leaves the role alone when only the network is asked for', async () => {
    const { output, calls } = await run({ Preflight: inTurn({ ...plan, role: undefined }) });

    expect(output).toEqual({ ready: true });
    expect(calls).not.toContain('EnsureRole');
    expect(calls).not.toContain('VerifyRole');
  });
});

const retriesIn = ([state, { Retry = [] }]: [string, State]) =>
  Retry.flatMap(({ ErrorEquals, MaxAttempts }) =>
    ErrorEquals.map((error) => ({ state, error, attempts: MaxAttempts })),
  );
const retriesOf = tasks.flatMap(retriesIn);

describe('errors', () => {
  it.each(retriesOf)(
    '$state is tried again after $error, and then goes on',
    async ({ state, error }) => {
      const good = wellBehaved()[state]!;
      let tries = 0;
      const { output } = await run({
        [state]: (input) => {
          tries += 1;
          if (tries === 1) throw failure(error);
          return good(input);
        },
      });

      expect(output).toEqual({ ready: true });
      expect(tries).toBeGreaterThan(1);
    },
  );

  it.each(retriesOf)(
    '$state gives up after $attempts retries of $error',
    async ({ state, error, attempts }) => {
      const outcome = await run({ [state]: inTurn(failure(error)) });

      expect(outcome).toMatchObject({ error: { name: error } });
      expect(outcome.count(state)).toBe(attempts + 1);
    },
  );

  it.each(taskNames)(
    'an error of %s that nobody retries fails the execution with its name',
    async (state) => {
      const outcome = await run({ [state]: inTurn(failure('SomethingElse')) });

      expect(outcome).toMatchObject({ error: { name: 'SomethingElse' } });
      expect(outcome.count(state)).toBe(1);
      expect(outcome.calls).not.toContain(
        state === 'ConfirmReadiness' ? 'nothing' : 'ConfirmReadiness',
      );
    },
  );

  it.each([
    ['EnsureRole', 'RoleConflict'],
    ['EnsureRole', 'RoleMissing'],
    ['EnsureRole', 'RoleTrustsOthers'],
    ['EnsureRole', 'RoleTooPowerful'],
    ['VerifyRole', 'RoleTrustsOthers'],
    ['VerifyRole', 'RoleTooPowerful'],
    ['VerifyRole', 'RoleInWrongAccount'],
    ['VerifyRole', 'AccountNotAllowed'],
    ['ConfirmReadiness', 'RoleTrustsOthers'],
    ['ConfirmReadiness', 'RoleTooPowerful'],
    ['Preflight', 'AccountNotAllowed'],
    ['Preflight', 'SourceOutsideHub'],
    ['Preflight', 'InvalidRequest'],
  ])('%s fails at once with %s, which time does not mend', async (state, error) => {
    const outcome = await run({ [state]: inTurn(failure(error)) });

    expect(outcome).toMatchObject({ error: { name: error } });
    expect(outcome.count(state)).toBe(1);
  });

  it.each(['RoleNotAssumable', 'RoleCannotRead'])(
    'VerifyRole waits while IAM has not propagated a role that was just made: %s',
    async (error) => {
      const { output, count } = await run({
        VerifyRole: inTurn(failure(error), failure(error), { arn: 'arn:session' }),
      });

      expect(output).toEqual({ ready: true });
      expect(count('VerifyRole')).toBe(3);
      expect(count('EnsureRole')).toBe(1);
    },
  );

  it.each([
    'RoleNotAssumable',
    'RoleCannotRead',
    'RoleConflict',
    'NoSuchEntityException',
    'NotReady',
  ])('ConfirmReadiness looks again at what may just be late: %s', async (error) => {
    const { output, count } = await run({
      ConfirmReadiness: inTurn(failure(error), { ready: true }),
    });

    expect(output).toEqual({ ready: true });
    expect(count('ConfirmReadiness')).toBe(2);
  });

  it('a role that lets in others fails the onboarding, and is not reported as ready', async () => {
    const { error, calls } = await run({ VerifyRole: inTurn(failure('RoleTrustsOthers')) });

    expect(error?.name).toBe('RoleTrustsOthers');
    expect(calls).not.toContain('ConfirmReadiness');
  });

  it('a refused preflight leaves everything as it was', async () => {
    const { calls, error } = (await run({
      Preflight: inTurn(failure('CidrOverlap')),
    })) as never as {
      calls: string[];
      error: Error;
    };

    expect(error.name).toBe('CidrOverlap');
    expect(calls).toEqual(['Preflight']);
  });
});

describe('the definition', () => {
  const named = retriesOf.map(({ error }) => error);
  const isPlatform = (error: string) =>
    error.startsWith('Lambda.') && !Object.hasOwn(awsErrors, error);
  const retried = Object.entries({ ...catalogue, ...awsErrors })
    .filter(([, outcome]) => 'retried' in outcome)
    .map(([name]) => name);

  it('and that for batches retry exactly the errors that the catalogue says are retried', () => {
    const ofBatches = statesOf(readMachine('bulkOnboarding')).flatMap(retriesIn);
    const all = [...named, ...ofBatches.map(({ error }) => error)];
    expect([...new Set(all.filter((error) => !isPlatform(error)))].sort()).toEqual(retried.sort());
  });

  it('never retries everything, and catches nothing: a redrive goes on from the step that failed', () => {
    const ofStates = new Set(named.filter((error) => error.startsWith('States.')));
    // Of a Task it is that its function took too long; that of the execution is not retried by AWS.
    expect([...ofStates]).toEqual(['States.Timeout']);
    expect(statesOf(machine).filter(([, state]) => state.Catch !== undefined)).toEqual([]);
    expect(statesOf(machine).filter(([, { Type }]) => Type === 'Fail')).toEqual([]);
  });

  it('retries throttling, trouble of AWS and functions that died in every task', () => {
    for (const [, { Retry = [] }] of tasks) {
      const errors = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(errors).toEqual(
        expect.arrayContaining([
          ...['RequestLimitExceeded', 'Throttling', 'Lambda.ServiceException'],
          ...['InternalError', 'ServiceUnavailable', 'TimeoutError', 'ExpiredToken'],
          ...['Runtime.ExitError', 'Sandbox.Timedout', 'Lambda.Unknown', 'States.Timeout'],
        ]),
      );
    }
  });

  it('names each state after the function it calls', () => {
    for (const [name, state] of tasks) {
      expect(name.toLowerCase()).toMatch(new RegExp(`^${functionOf(state)?.toLowerCase()}`));
    }
  });

  it('ends by itself after the 7 days of a manual acceptance, twice, and one more', () => {
    expect(machine.TimeoutSeconds).toBe(15 * 24 * 3600);
  });
});
