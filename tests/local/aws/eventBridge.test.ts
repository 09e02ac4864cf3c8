import { type Event, EventBridge } from '../../../local/aws/eventBridge.ts';
import { hub } from './aLocalAws.ts';
import { aLambda, failing, functionArn, queueArn, where } from './lambda/aLambda.ts';

const pattern = { source: ['test'] };
const event: Event = {
  ...{ version: '0', id: '1', 'detail-type': 'Test', source: 'test', account: hub },
  ...{ time: '2026-11-24T10:00:00Z', region: where.region, resources: [], detail: { x: 1 } },
};
const defaultRule = `arn:aws:events:eu-central-1:${hub}:rule/test`;
const ownRule = `arn:aws:events:eu-central-1:${hub}:rule/own/test`;

/** A policy of the queue that lets EventBridge send the dead letters of some rule. */
const lettersOf = (ruleArn: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queueArn,
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    },
  ],
});

type Given = Parameters<typeof aLambda>[0] & {
  busName?: string;
  /** The rule that the function lets in. */
  permitted?: string;
  /** The rule whose dead letters the queue takes. */
  letters?: string;
};

/** A rule whose target is a function, with a dead-letter queue. */
const given = ({ busName = 'default', permitted, letters, ...rest }: Given = {}) => {
  const made = aLambda(rest);
  const { lambda, sqs } = made;
  const eventBridge = new EventBridge({ ...where, lambda, sqs });
  eventBridge.createBus('own');
  const targets = [{ functionArn, deadLetterArn: queueArn }];
  const ruleArn = eventBridge.createRule({ name: 'test', busName, pattern, targets });
  if (permitted) {
    const service = { servicePrincipal: 'events.amazonaws.com', sourceArn: permitted };
    lambda.addPermission(functionArn, service);
  }
  if (letters) sqs.setPolicy(sqs.createQueue('dead-letters').url, lettersOf(letters));
  const deliver = async () => {
    eventBridge.deliver(event, busName);
    await eventBridge.idle();
  };
  return { ...made, eventBridge, ruleArn, deliver };
};

describe('a rule', () => {
  it.each([
    ['the default bus', 'default', defaultRule],
    ['another bus', 'own', ownRule],
  ])('on %s has that ARN, and by it a function lets it in', async (_, busName, arn) => {
    const { ruleArn, deliver, events, sqs } = given({ busName, permitted: arn });
    await deliver();

    expect(ruleArn).toBe(arn);
    expect(events).toEqual([event]);
    expect(sqs.messages).toEqual([]);
  });

  it('sends an event to each of its targets', async () => {
    const { eventBridge, deliver, events } = given({ permitted: defaultRule });
    const targets = [{ functionArn }, { functionArn }];
    eventBridge.createRule({ name: 'test', busName: 'default', pattern, targets });
    await deliver();

    expect(events).toHaveLength(3);
  });

  it.each([
    ['no rule', undefined],
    ['another rule', defaultRule.replace('test', 'other')],
    ['the rule of that name on another bus', ownRule],
  ])('gives an event up at once when the function lets in %s', async (_, permitted) => {
    const { deliver, events, sqs, lost } = given({
      letters: defaultRule,
      ...(permitted && { permitted }),
    });
    await deliver();

    expect(events).toEqual([]);
    expect(sqs.messages).toEqual([
      {
        queueArn,
        body: JSON.stringify(event),
        attributes: {
          RULE_ARN: defaultRule,
          TARGET_ARN: functionArn,
          ERROR_MESSAGE: expect.stringContaining('User: events.amazonaws.com is not authorized'),
        },
      },
    ]);
    expect(lost).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['the dead letters of another rule', ownRule],
  ])('loses what it gives up when the queue takes %s', async (_, letters) => {
    const { deliver, sqs, lost } = given({ ...(letters && { letters }) });
    await deliver();

    expect(sqs.messages).toEqual([]);
    expect(lost).toEqual([{ name: 'test', what: 'dead letter', action: 'sqs:SendMessage' }]);
  });

  it('has nothing to do with what becomes of an event that Lambda has taken', async () => {
    const { deliver, events, sqs, lost } = given({
      permitted: defaultRule,
      letters: defaultRule,
      run: failing('broken'),
    });
    await deliver();

    expect(events).toHaveLength(3);
    expect([...sqs.messages, ...lost]).toEqual([]);
  });
});
