import type { FunctionDefinition } from '../../../local/aws/lambda/lambda.ts';
import { Lambda } from '../../../local/aws/lambda/lambda.ts';
import { createLosses } from '../../../local/aws/losses.ts';
import { createS3 } from '../../../local/aws/s3/s3.ts';
import { createSqs } from '../../../local/aws/sqs.ts';
import { createStepFunctions } from '../../../local/aws/stepFunctions/stepFunctions.ts';
import { bucketProviders } from '../../../local/deployment/buckets.ts';
import { deploy } from '../../../local/deployment/deploy.ts';
import { lambdaProviders } from '../../../local/deployment/lambda.ts';
import { stateMachineProvider } from '../../../local/deployment/stateMachine.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';
import { aLocalAws, allow, aPolicy, lambdaTrust } from '../aws/aLocalAws.ts';

const context = { accountId: '111111111111', region: 'eu-central-1', stackName: 'test' };

/** As serverless-step-functions packages it: the definition is a text with places for ARNs. */
const template = `
Resources:
  Bucket: { Type: AWS::S3::Bucket }
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: onboarding
      RoleArn: arn:aws:iam::111111111111:role/states
      TracingConfiguration: { Enabled: true }
      DefinitionString:
        Fn::Sub:
          - '{"StartAt":"Greet","States":{"Greet":{"Type":"Task","Resource":"\${a1}","End":true}}}'
          - { a1: !GetAtt Greet.Arn }
  Logs: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /aws/lambda/test-greet } }
  Greet:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: test-greet
      Handler: functions/greet.handler
      Runtime: nodejs24.x
      Role: arn:aws:iam::111111111111:role/greet
      Timeout: 60
      Code: { S3Bucket: !Ref Bucket, S3Key: serverless/test/greet.zip }
      Environment: { Variables: { REGION: !Ref AWS::Region } }
      TracingConfig: { Mode: Active }
      DeadLetterConfig: { TargetArn: arn:aws:sqs:eu-central-1:111111111111:dead-letters }
  Rules:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !GetAtt Greet.Arn
      Principal: events.amazonaws.com
      SourceArn: !Sub arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/new
  Apis:
    Type: AWS::Lambda::Permission
    Properties:
      { Action: lambda:InvokeFunction, FunctionName: test-greet, Principal: apigateway.amazonaws.com }
Outputs: { Logs: { Value: !GetAtt Logs.Arn }, LogGroup: { Value: !Ref Logs } }`;

const role = (name: string, ...statements: ReturnType<typeof allow>[]) => ({
  name,
  trust: lambdaTrust,
  inlinePolicies: { permissions: aPolicy(...statements) },
});
const writesItsLog = allow(['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:*']);
const mayGreet = allow('lambda:InvokeFunction');

const given = async (text = template, states = [mayGreet, allow('xray:*')]) => {
  const aws = aLocalAws({ hub: [role('greet', writesItsLog), role('states', ...states)] });
  const { lost, attempt } = createLosses(aws.judge);
  const sqs = createSqs({ ...context, attempt });
  const invocations: [FunctionDefinition, unknown][] = [];
  const lambda = new Lambda({
    ...{ ...context, judge: aws.judge, attempt, sqs },
    runtime: {
      invoke: async (definition, event) => {
        invocations.push([definition, event]);
        return 'hello';
      },
    },
  });
  const stepFunctions = createStepFunctions({
    ...{ ...context, attempt },
    invoke: (functionArn, payload, actor) => lambda.invoke(actor, functionArn, payload),
  });
  const deployment = await deploy(parseTemplate(text), context, {
    ...bucketProviders(createS3({ ...context, judge: aws.judge }), context),
    ...lambdaProviders(lambda, context, 'packages'),
    'AWS::StepFunctions::StateMachine': stateMachineProvider(stepFunctions),
  });
  return { lambda, stepFunctions, deployment, invocations, lost };
};

const arn = 'arn:aws:lambda:eu-central-1:111111111111:function:test-greet';
const rule = {
  servicePrincipal: 'events.amazonaws.com',
  sourceArn: 'arn:aws:events:eu-central-1:111111111111:rule/new',
};
const otherRule = { ...rule, sourceArn: `${rule.sourceArn}er` };

it('knows a function as its template describes it', async () => {
  const { lambda } = await given();
  expect(lambda.functions.get(arn)).toEqual({
    name: 'test-greet',
    arn,
    roleArn: 'arn:aws:iam::111111111111:role/greet',
    handler: 'functions/greet.handler',
    timeoutSeconds: 60,
    memoryMb: 128,
    environment: { REGION: 'eu-central-1' },
    codePath: 'packages/greet.zip',
    logGroup: '/aws/lambda/test-greet',
    traced: true,
    deadLetterArn: 'arn:aws:sqs:eu-central-1:111111111111:dead-letters',
  });
});

it('knows the log group that a function is given, and leaves out what it is not given', async () => {
  const { lambda } = await given(
    template
      .replace('TracingConfig: { Mode: Active }', 'LoggingConfig: { LogGroup: /shared }')
      .replace(/DeadLetterConfig.*/, ''),
  );
  expect(lambda.functions.get(arn)).toMatchObject({
    ...{ logGroup: '/shared', traced: false, deadLetterArn: undefined },
  });
});

describe('a deployed state machine', () => {
  const call = {
    ...{ service: 'states', action: '', region: '' },
    caller: { accountId: '', arn: '', principalArn: '' },
  };
  const run = async ({ stepFunctions, deployment }: Awaited<ReturnType<typeof given>>) => {
    const { operations } = stepFunctions;
    const stateMachineArn = deployment.resources['Machine']?.ref;
    const { executionArn } = await operations.StartExecution.run(
      { stateMachineArn, input: '{"x":1}' },
      call,
    );
    for (;;) {
      const execution = await operations.DescribeExecution.run({ executionArn }, call);
      if (execution.status !== 'RUNNING') return execution;
      await new Promise(setImmediate);
    }
  };

  it('invokes a deployed function under its role', async () => {
    const made = await given();
    expect(await run(made)).toMatchObject({ status: 'SUCCEEDED', output: '"hello"' });
    expect(made.invocations).toEqual([[expect.objectContaining({ arn }), { x: 1 }]]);
    expect(made.lost).toEqual([]);
  });

  it('fails when its role does not allow that', async () => {
    const made = await given(template, []);
    expect(await run(made)).toMatchObject({
      status: 'FAILED',
      error: 'Lambda.AWSLambdaException',
      cause: expect.stringMatching(
        `^User: arn:aws:sts::111111111111:assumed-role/states/[A-Za-z]{32} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} because no identity-based policy allows the lambda:InvokeFunction action `,
      ),
    });
    expect(made.invocations).toEqual([]);
  });

  it('is traced under its role, and runs without the traces too', async () => {
    const made = await given(template, [mayGreet, allow('xray:Put*')]);
    expect(await run(made)).toMatchObject({ status: 'SUCCEEDED' });
    expect(made.lost).toEqual([
      { name: 'onboarding', what: 'traces', action: 'xray:GetSamplingRules' },
      { name: 'onboarding', what: 'traces', action: 'xray:GetSamplingTargets' },
    ]);
  });

  it('needs nothing for traces when it is not traced', async () => {
    const made = await given(template.replace('{ Enabled: true }', '{ Enabled: false }'), [
      mayGreet,
    ]);
    await run(made);
    expect(made.lost).toEqual([]);
  });
});

it('lets in the services that the template permits, by the name of a function or its ARN', async () => {
  const { lambda } = await given();
  const api = {
    servicePrincipal: 'apigateway.amazonaws.com',
    sourceArn: 'arn:aws:execute-api:::x',
  };
  expect(await lambda.invoke(rule, arn, {})).toBe('hello');
  expect(await lambda.invoke(api, arn, {})).toBe('hello');
  await expect(lambda.invoke(otherRule, arn, {})).rejects.toMatchObject({
    name: 'Lambda.AWSLambdaException',
  });
});

it('makes the log group that is in the template, so that the function need not make it', async () => {
  const { lambda, lost, deployment } = await given();
  await lambda.invoke(rule, arn, {});
  expect(lost).toEqual([]);
  expect(deployment.outputs).toEqual({
    Logs: 'arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/test-greet:*',
    LogGroup: '/aws/lambda/test-greet',
  });

  const other = await given(template.replace('LogGroupName: /aws/', 'LogGroupName: /elsewhere/'));
  await other.lambda.invoke(rule, arn, {});
  expect(other.lost).toEqual([{ name: 'test-greet', what: 'logs', action: 'logs:CreateLogGroup' }]);
});

it('refuses what it cannot run', async () => {
  await expect(given(template.replace('nodejs24.x', 'python3.14'))).rejects.toThrow('Node.js');
  await expect(given(template.replace('Timeout:', 'Layers:'))).rejects.toThrow('Layers');
  await expect(
    given(template.replace('RoleArn:', 'StateMachineType: EXPRESS\n      RoleArn:')),
  ).rejects.toThrow('STANDARD');
  await expect(given(template.replace('arn:aws:sqs:', 'arn:aws:sns:'))).rejects.toThrow('queues');
  await expect(
    given(template.replace('Principal: events.amazonaws.com', 'Principal: "*"')),
  ).rejects.toThrow('only services');
});
