import { callerUnder } from '../../../../local/aws/credentials.ts';
import { allow, hub, roleArnOf } from '../aLocalAws.ts';
import {
  aLambda,
  failing,
  functionArn,
  logStreams,
  queueArn,
  where,
  writesItsLog,
} from './aLambda.ts';

const rule = `arn:aws:events:eu-central-1:${hub}:rule/accounts/new`;
const events = { servicePrincipal: 'events.amazonaws.com', sourceArn: rule };
const lets = { servicePrincipal: 'events.amazonaws.com', sourceArn: rule };
/** The function's own role, to which a test gives whatever it is about. */
const worker = { caller: callerUnder(roleArnOf(hub, 'worker'), 'session'), region: where.region };
const mayInvoke = (Resource: string) => allow('lambda:InvokeFunction', { Resource });
const traces = allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']);

describe('a function is invoked', () => {
  it('under a role that may', async () => {
    const { lambda, events } = aLambda({ statements: [writesItsLog, mayInvoke(functionArn)] });

    expect(await lambda.invoke(worker, functionArn, { x: 1 })).toBe('done');
    expect(events).toEqual([{ x: 1 }]);
  });

  it.each([
    ['without permission', []],
    ['with permission for another function', [mayInvoke(`${functionArn}2`)]],
    ['with permission for the versions only', [mayInvoke(`${functionArn}:*`)]],
  ])('not under a role %s, and is not run', async (_, statements) => {
    const { lambda, events } = aLambda({ statements });

    await expect(lambda.invoke(worker, functionArn, {})).rejects.toMatchObject({
      name: 'Lambda.AWSLambdaException',
      message: expect.stringMatching(
        `^User: arn:aws:sts::${hub}:assumed-role/worker/session is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} because no identity-based policy allows the lambda:InvokeFunction action \\(Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: [\\da-f-]{36}; Proxy: null\\)$`,
      ),
    });
    expect(events).toEqual([]);
  });

  it('by a version, which is a resource of its own', async () => {
    const { lambda } = aLambda({ statements: [writesItsLog, mayInvoke(`${functionArn}:*`)] });

    expect(await lambda.invoke(worker, `${functionArn}:7`, {})).toBe('done');
  });

  it('only if it is there', async () => {
    const { lambda } = aLambda({ statements: [mayInvoke('*')] });

    await expect(lambda.invoke(worker, `${functionArn}2`, {})).rejects.toMatchObject({
      name: 'Lambda.ResourceNotFoundException',
      message: expect.stringContaining(`Function not found: ${functionArn}2`),
    });
  });

  it.each([
    ['that its policy names', lets],
    ['of a source like that in its policy', { ...lets, sourceArn: rule.replace('new', '*') }],
    ['of the account in its policy', { ...lets, sourceArn: undefined, sourceAccount: hub }],
    ['whatever the source', { ...lets, sourceArn: undefined }],
  ])('by a service %s', async (_, permission) => {
    const { lambda } = aLambda();
    lambda.addPermission(functionArn, permission);

    expect(await lambda.invoke(events, functionArn, {})).toBe('done');
  });

  it.each([
    ['of another source', { ...lets, sourceArn: rule.replace('new', 'old') }],
    ['of the same rule on another bus', { ...lets, sourceArn: rule.replace('accounts/', '') }],
    ['of another account', { ...lets, sourceArn: undefined, sourceAccount: '888888888888' }],
    ['that is another one', { ...lets, servicePrincipal: 'apigateway.amazonaws.com' }],
  ])('not by a service %s', async (_, permission) => {
    const { lambda, events: got } = aLambda();
    lambda.addPermission(functionArn, permission);

    await expect(lambda.invoke(events, functionArn, {})).rejects.toMatchObject({
      name: 'Lambda.AWSLambdaException',
      message: expect.stringContaining('because no resource-based policy allows the lambda:Invoke'),
    });
    expect(got).toEqual([]);
  });

  it('not by a service without any permission, whatever the role of the function allows', async () => {
    const { lambda } = aLambda({ statements: [allow('*')] });

    await expect(lambda.invoke(events, functionArn, {})).rejects.toMatchObject({
      name: 'Lambda.AWSLambdaException',
    });
  });

  it('by each of the services that have a permission', async () => {
    const { lambda } = aLambda();
    lambda.addPermission(functionArn, { servicePrincipal: 'apigateway.amazonaws.com' });
    lambda.addPermission(functionArn, lets);

    expect(await lambda.invoke(events, functionArn, {})).toBe('done');
  });
});

describe('the log and the traces of a function', () => {
  const invoked = async (given: Parameters<typeof aLambda>[0]) => {
    const { lambda, lost } = aLambda(given);
    lambda.addPermission(functionArn, lets);
    await lambda.invoke(events, functionArn, {}).catch(() => undefined);
    return lost;
  };
  const traced = { definition: { traced: true } };

  it('arrive when its role allows all that they take', async () => {
    expect(await invoked({ statements: [writesItsLog, traces], ...traced })).toEqual([]);
  });

  it.each(['logs:CreateLogStream', 'logs:PutLogEvents'])(
    'are lost in part without %s, and the function runs all the same',
    async (action) => {
      const others = ['logs:CreateLogStream', 'logs:PutLogEvents'].filter((one) => one !== action);
      const { lambda, lost, events: got } = aLambda({ statements: [allow(others)] });
      lambda.addPermission(functionArn, lets);

      expect(await lambda.invoke(events, functionArn, {})).toBe('done');
      expect(got).toHaveLength(1);
      expect(lost).toEqual([{ name: 'work', what: 'logs', action }]);
    },
  );

  it.each(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'])(
    'are lost in part without %s, if the function is traced',
    async (action) => {
      const others = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'].filter(
        (one) => one !== action,
      );
      const statements = [writesItsLog, allow(others)];

      expect(await invoked({ statements, ...traced })).toEqual([
        { name: 'work', what: 'traces', action },
      ]);
      expect(await invoked({ statements })).toEqual([]);
    },
  );

  it('of a failed invocation need the same', async () => {
    expect(await invoked({ statements: [], run: failing('no') })).toEqual([
      { name: 'work', what: 'logs', action: 'logs:CreateLogStream' },
    ]);
  });

  it('are lost when the role may write to the log of another function', async () => {
    const elsewhere = logStreams.replace('/work:', '/other:');

    expect(await invoked({ statements: [allow('logs:*', { Resource: elsewhere })] })).toEqual([
      { name: 'work', what: 'logs', action: 'logs:CreateLogStream' },
    ]);
  });

  it('go by the policies of the moment', async () => {
    const { aws, lambda, lost } = aLambda();
    lambda.addPermission(functionArn, lets);
    await lambda.invoke(events, functionArn, {});
    const [role] = [...aws.iam.now(hub).roles.values()];
    aws.iam.change(hub, { roles: new Map([['worker', { ...role!, inlinePolicies: new Map() }]]) });
    aws.iam.settle();
    await lambda.invoke(events, functionArn, {});

    expect(lost).toHaveLength(1);
  });

  it('need logs:CreateLogGroup as long as the log group is not there', async () => {
    const makesIt = allow('logs:CreateLogGroup', { Resource: logStreams });
    const { lambda, lost } = aLambda({ statements: [writesItsLog], logGroup: false });
    lambda.addPermission(functionArn, lets);
    await lambda.invoke(events, functionArn, {});

    expect(lost).toEqual([{ name: 'work', what: 'logs', action: 'logs:CreateLogGroup' }]);
    expect(await invoked({ statements: [writesItsLog, makesIt], logGroup: false })).toEqual([]);
  });

  it('need logs:CreateLogGroup once, for then the log group is there', async () => {
    const asked: string[] = [];
    const statements = [writesItsLog, allow('logs:CreateLogGroup')];
    const { aws, lambda } = aLambda({ statements, logGroup: false });
    lambda.addPermission(functionArn, lets);
    aws.onAuthorization(({ action, resource }) => asked.push(`${action} ${resource}`));
    await lambda.invoke(events, functionArn, {});
    await lambda.invoke(events, functionArn, {});

    const group = logStreams.slice(0, -1);
    const stream = expect.stringMatching(/:log-stream:\d{4}\/\d\d\/\d\d\/\[\$LATEST\][\da-f]{32}$/);
    expect(asked[0]).toBe(`logs:CreateLogGroup ${group}`);
    expect(asked).toEqual([expect.anything(), ...Array(4).fill(stream)]);
  });
});

describe('an event that nobody waits for', () => {
  const mayBury = allow('sqs:SendMessage', { Resource: queueArn });
  const definition = { deadLetterArn: queueArn };
  const handedOver = async (given: Parameters<typeof aLambda>[0]) => {
    const made = aLambda(given);
    made.lambda.addPermission(functionArn, lets);
    await made.lambda.invokeAsync(events, functionArn, { x: 1 });
    return made;
  };

  it('gets to the function once when that succeeds', async () => {
    const { events: got, sqs } = await handedOver({ definition });

    expect(got).toEqual([{ x: 1 }]);
    expect(sqs.messages).toEqual([]);
  });

  it('gets to a function that fails three times at most', async () => {
    let left = 2;
    const run = () => {
      left -= 1;
      if (left >= 0) throw new Error('not yet');
    };
    const { events: got, sqs } = await handedOver({ definition, run });

    expect(got).toHaveLength(3);
    expect(sqs.messages).toEqual([]);
  });

  it('becomes a dead letter of the function, under its role', async () => {
    const {
      sqs,
      lost,
      events: got,
    } = await handedOver({
      statements: [writesItsLog, mayBury],
      definition,
      run: failing('broken'),
    });

    expect(got).toHaveLength(3);
    expect(sqs.messages).toEqual([
      {
        queueArn,
        body: '{"x":1}',
        attributes: { RequestID: expect.any(String), ErrorCode: '200', ErrorMessage: 'broken' },
      },
    ]);
    expect(lost).toEqual([]);
  });

  it.each([
    ['sqs:SendMessage', []],
    ['sqs:SendMessage on that queue', [allow('sqs:SendMessage', { Resource: `${queueArn}2` })]],
  ])('is lost when the role of the function does not allow %s', async (_, statements) => {
    const { sqs, lost } = await handedOver({
      statements: [writesItsLog, ...statements],
      definition,
      run: failing('broken'),
    });

    expect(sqs.messages).toEqual([]);
    expect(lost).toEqual([{ name: 'work', what: 'dead letter', action: 'sqs:SendMessage' }]);
  });

  it('is forgotten when the function has no queue for it', async () => {
    const { sqs, lost } = await handedOver({ run: failing('broken') });

    expect([...sqs.messages, ...lost]).toEqual([]);
  });

  it('is refused when whoever sends it may not invoke the function', async () => {
    const { lambda, events: got } = aLambda();

    await expect(lambda.invokeAsync(events, functionArn, {})).rejects.toMatchObject({
      name: 'Lambda.AWSLambdaException',
    });
    expect(got).toEqual([]);
  });
});
