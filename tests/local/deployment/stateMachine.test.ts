import { EventBridge } from '../../../local/aws/eventBridge.ts';
import { createStepFunctions } from '../../../local/aws/stepFunctions/stepFunctions.ts';
import { deploy } from '../../../local/deployment/deploy.ts';
import { eventProviders } from '../../../local/deployment/events.ts';
import { stateMachineProvider } from '../../../local/deployment/stateMachine.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';
import { hub } from '../aws/aLocalAws.ts';

const where = { accountId: hub, region: 'eu-central-1' };
const roleArn = `arn:aws:iam::${hub}:role/states`;
const ruleFor = (name: string) => `
    Type: AWS::Events::Rule
    Properties:
      Name: ${name}
      EventPattern:
        source: [aws.states]
        detail-type: [Step Functions Execution Status Change]
        detail: { stateMachineArn: [!GetAtt ${name}.Arn] }
      Targets: [{ Id: t, Arn: 'arn:aws:lambda:eu-central-1:${hub}:function:${name}' }]`;

/** Two machines, of which the first needs the second, and a rule on the status of each. */
const template = `
Resources:
  Bulk:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: bulk
      RoleArn: ${roleArn}
      DefinitionString:
        Fn::Sub:
          - >-
            {"StartAt":"All","States":{"All":{"Type":"Map","Label":"Each","ItemsPath":"$.items",
            "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
            "StartAt":"Do","States":{"Do":{"Type":"Task","End":true,
            "Resource":"arn:\${AWS::Partition}:states:::states:startExecution.sync:2",
            "Parameters":{"StateMachineArn":"\${Other}"}}}},"End":true}}}
          - { Other: !GetAtt Inner.Arn }
  Inner:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: inner
      RoleArn: ${roleArn}
      DefinitionString: !Join ['', ['{"StartAt":"Do","States":{"Do":{"Type":"', 'Pass', '","End":true}}}']]
  BulkRule:${ruleFor('Bulk')}
  InnerRule:${ruleFor('Inner')}`;

it('makes several machines, and rules tell the events of one from those of the other', async () => {
  const delivered: string[] = [];
  const bulkEnded = Promise.withResolvers<void>();
  const eventBridge = new EventBridge({
    ...where,
    lambda: {
      invokeAsync: async (_actor, functionArn, event) => {
        const { detail } = event as { detail: { status: string } };
        delivered.push(`${functionArn.split(':').at(-1)} ${detail.status}`);
      },
    },
    sqs: { sendDeadLetter: async () => undefined },
  });
  const stepFunctions = createStepFunctions({
    ...where,
    invoke: async () => null,
    onStatusChange: (detail) => {
      eventBridge.emit('aws.states', 'Step Functions Execution Status Change', [], detail);
      if (detail.name === 'b' && detail.status !== 'RUNNING') bulkEnded.resolve();
    },
  });
  const providers = {
    ...eventProviders(eventBridge),
    'AWS::StepFunctions::StateMachine': stateMachineProvider(stepFunctions),
  };
  const { resources } = await deploy(
    parseTemplate(template),
    { ...where, stackName: 't' },
    providers,
  );
  const stateMachineArn = resources['Bulk']?.ref ?? '';
  expect(stateMachineArn).toBe(`arn:aws:states:eu-central-1:${hub}:stateMachine:bulk`);
  const call = {
    ...{ service: 'states', action: '', region: where.region },
    caller: { accountId: hub, arn: roleArn, principalArn: roleArn },
  };
  const input = '{"items":[1]}';
  await stepFunctions.operations.StartExecution.run({ stateMachineArn, name: 'b', input }, call);
  await bulkEnded.promise;
  await eventBridge.idle();
  expect(delivered).toEqual([
    ...['Bulk RUNNING', 'Inner RUNNING', 'Inner SUCCEEDED', 'Bulk SUCCEEDED'],
  ]);
});
