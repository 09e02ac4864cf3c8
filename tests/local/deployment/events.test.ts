import type { Event } from '../../../local/aws/eventBridge.ts';
import { EventBridge } from '../../../local/aws/eventBridge.ts';
import { createSns } from '../../../local/aws/sns.ts';
import { deploy } from '../../../local/deployment/deploy.ts';
import { eventProviders, messageProviders } from '../../../local/deployment/events.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';
import { hub } from '../aws/aLocalAws.ts';
import { aLambda, functionArn, queueArn, where } from '../aws/lambda/aLambda.ts';

const template = `
Resources:
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: accounts } }
  OwnRule:
    Type: AWS::Events::Rule
    Properties: { Name: own, EventBusName: !Ref Bus, EventPattern: { source: [a] }, Targets: [] }
  DefaultRule:
    Type: AWS::Events::Rule
    Properties:
      Name: default
      EventPattern: { source: [a] }
      Targets: [{ Id: t, Arn: '${functionArn}', DeadLetterConfig: { Arn: !GetAtt Letters.Arn } }]
  Letters: { Type: AWS::SQS::Queue, Properties: { QueueName: dead-letters } }
  LettersPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Letters]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: events.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Letters.Arn
            Condition: { StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }
Outputs:
  Own: { Value: !GetAtt OwnRule.Arn }
  Default: { Value: !GetAtt DefaultRule.Arn }
  Queue: { Value: !GetAtt Letters.Arn }
  Url: { Value: !Ref Letters }`;

const event: Event = {
  ...{ version: '0', id: '1', 'detail-type': 'Test', source: 'a', account: hub },
  ...{ time: '2026-11-24T10:00:00Z', region: where.region, resources: [], detail: {} },
};

const given = async (text = template) => {
  const { lambda, sqs, lost } = aLambda();
  const eventBridge = new EventBridge({ ...where, lambda, sqs });
  const { outputs } = await deploy(
    parseTemplate(text),
    { ...where, stackName: 'test' },
    { ...eventProviders(eventBridge), ...messageProviders(createSns(where), sqs) },
  );
  eventBridge.deliver(event);
  await eventBridge.idle();
  return { outputs, sqs, lost };
};

it('makes rules and queues with the names that AWS gives them', async () => {
  expect((await given()).outputs).toEqual({
    Own: `arn:aws:events:eu-central-1:${hub}:rule/accounts/own`,
    Default: `arn:aws:events:eu-central-1:${hub}:rule/default`,
    Queue: queueArn,
    Url: `https://sqs.eu-central-1.amazonaws.com/${hub}/dead-letters`,
  });
});

it('puts what a function does not let in into the queue of the rule, as the queue lets it', async () => {
  const { sqs, lost } = await given();

  expect(sqs.messages).toMatchObject([{ queueArn, body: JSON.stringify(event) }]);
  expect(lost).toEqual([]);
});

it('loses it when the policy of the queue is for others', async () => {
  const { sqs, lost } = await given(template.replace('Service: events.', 'Service: sns.'));

  expect(sqs.messages).toEqual([]);
  expect(lost).toEqual([{ name: 'default', what: 'dead letter', action: 'sqs:SendMessage' }]);
});
