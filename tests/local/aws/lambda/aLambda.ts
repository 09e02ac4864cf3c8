import { type FunctionDefinition, Lambda } from '../../../../local/aws/lambda/lambda.ts';
import { createLosses } from '../../../../local/aws/losses.ts';
import { createSqs } from '../../../../local/aws/sqs.ts';
import { aLocalAws, allow, aWorker, hub, roleArnOf } from '../aLocalAws.ts';

export const where = { accountId: hub, region: 'eu-central-1' };
export const functionArn = `arn:aws:lambda:eu-central-1:${hub}:function:work`;
export const queueArn = `arn:aws:sqs:eu-central-1:${hub}:dead-letters`;
export const logStreams = `arn:aws:logs:eu-central-1:${hub}:log-group:/aws/lambda/work:log-stream:*`;

type Statement = ReturnType<typeof allow>;

/** What a function's role usually allows. */
export const writesItsLog = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], {
  Resource: logStreams,
});

type Given = {
  /** What the function's role, the hub's `worker`, allows. */
  statements?: Statement[];
  definition?: Partial<FunctionDefinition>;
  run?: (event: unknown) => unknown;
  logGroup?: boolean;
};

/** A Lambda with one function, `work`, that writes down what it gets; its log group is there. */
export const aLambda = ({
  statements = [writesItsLog],
  definition = {},
  run = () => 'done',
  logGroup = true,
}: Given = {}) => {
  const aws = aLocalAws({ hub: [aWorker(...statements)] });
  const { lost, attempt } = createLosses(aws.judge);
  const sqs = createSqs({ ...where, attempt });
  const events: unknown[] = [];
  const invoke = async (_: FunctionDefinition, event: unknown) => {
    events.push(event);
    return run(event);
  };
  const lambda = new Lambda({ ...where, runtime: { invoke }, judge: aws.judge, attempt, sqs });
  lambda.createFunction({
    ...{ name: 'work', arn: functionArn, roleArn: roleArnOf(hub, 'worker'), environment: {} },
    ...{
      handler: 'functions/work.handler',
      timeoutSeconds: 3,
      memoryMb: 128,
      codePath: 'work.zip',
    },
    ...{ logGroup: '/aws/lambda/work', traced: false, ...definition },
  });
  if (logGroup) lambda.createLogGroup('/aws/lambda/work');
  return { aws, lambda, sqs, events, lost };
};

export const failing = (message: string) => () => {
  throw new Error(message);
};
