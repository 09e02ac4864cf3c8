import { createStepFunctions } from '../../../local/aws/stepFunctions/stepFunctions.ts';
import { deploy } from '../../../local/deployment/deploy.ts';
import { createLambda, type FunctionDefinition } from '../../../local/deployment/lambda.ts';
import { stateMachineProvider } from '../../../local/deployment/stateMachine.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';

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
      DefinitionString:
        Fn::Sub:
          - '{"StartAt":"Greet","States":{"Greet":{"Type":"Task","Resource":"\${a1}","End":true}}}'
          - { a1: !GetAtt Greet.Arn }
  Greet:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: test-greet
      Handler: functions/greet.handler
      Runtime: nodejs24.x
      Role: arn:aws:iam::111111111111:role/greet
      Timeout: 60
      Code: { S3Bucket: !Ref Bucket, S3Key: serverless/test/greet.zip }
      Environment: { Variables: { REGION: !Ref AWS::Region } }`;

const given = async (text = template) => {
  const invocations: [FunctionDefinition, unknown][] = [];
  const lambda = createLambda({
    ...context,
    packageDirectory: 'packages',
    runtime: {
      invoke: async (definition, event) => {
        invocations.push([definition, event]);
        return 'hello';
      },
    },
  });
  const stepFunctions = createStepFunctions({ ...context, invoke: lambda.invoke });
  const deployment = await deploy(parseTemplate(text), context, {
    'AWS::Lambda::Function': lambda.provider,
    'AWS::StepFunctions::StateMachine': stateMachineProvider(stepFunctions),
  });
  return { lambda, stepFunctions, deployment, invocations };
};

const arn = 'arn:aws:lambda:eu-central-1:111111111111:function:test-greet';

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
  });
});

it('lets a deployed state machine invoke a deployed function', async () => {
  const { stepFunctions, deployment, invocations } = await given();
  const { operations } = stepFunctions;
  const call = {
    service: 'states',
    action: '',
    region: '',
    caller: { accountId: '', arn: '', principalArn: '' },
  };
  const stateMachineArn = deployment.resources['Machine']?.ref;
  const { executionArn } = await operations.StartExecution.run(
    { stateMachineArn, input: '{"x":1}' },
    call,
  );
  await new Promise(setImmediate);
  expect(await operations.DescribeExecution.run({ executionArn }, call)).toMatchObject({
    ...{ status: 'SUCCEEDED', output: '"hello"' },
  });
  expect(invocations).toEqual([[expect.objectContaining({ arn }), { x: 1 }]]);
});

it('invokes a function by an ARN with a version too, and refuses an unknown one', async () => {
  const { lambda } = await given();
  expect(await lambda.invoke(`${arn}:7`, {})).toBe('hello');
  await expect(lambda.invoke(`${arn}2`, {})).rejects.toMatchObject({
    name: 'Lambda.ResourceNotFoundException',
  });
});

it('refuses what it cannot run', async () => {
  await expect(given(template.replace('nodejs24.x', 'python3.14'))).rejects.toThrow('Node.js');
  await expect(given(template.replace('Timeout:', 'Layers:'))).rejects.toThrow('Layers');
  await expect(
    given(template.replace('RoleArn:', 'StateMachineType: EXPRESS\n      RoleArn:')),
  ).rejects.toThrow('STANDARD');
});
