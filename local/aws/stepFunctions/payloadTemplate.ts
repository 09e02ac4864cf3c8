import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import { Json } from '../../json.ts';
import { failureOf, TaskFailed } from './failure.ts';

/** Fills a payload template in with an input and a context object. Rejects as a state of AWS would fail. */
export type PayloadTemplate = (input: Json, context: Record<string, unknown>) => Promise<Json>;

/** A payload template, which the interpreter evaluates as the Parameters of a state that does nothing else. */
export const payloadTemplate = (template: Json): PayloadTemplate => {
  const Evaluate = { Type: 'Pass' as const, Parameters: Object(template), End: true as const };
  const machine = new StateMachine(
    { StartAt: 'Evaluate', States: { Evaluate } },
    { validationOptions: { noValidate: true } },
  );
  return async (input, context) => {
    try {
      return Json.parse(await machine.run(input, { context }).result);
    } catch (error) {
      const { error: name, cause = '' } = failureOf(
        error instanceof ExecutionError ? error.cause : error,
      );
      throw new TaskFailed({ error: name, cause });
    }
  };
};
