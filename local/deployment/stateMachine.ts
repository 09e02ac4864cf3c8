import * as z from 'zod';
import type { StepFunctions } from '../aws/stepFunctions/stepFunctions.ts';
import { Json } from '../json.ts';
import type { Provider } from './deploy.ts';

const Properties = z.strictObject({
  StateMachineName: z.string().optional(),
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
  RoleArn: z.string(),
  StateMachineType: z.literal('STANDARD').default('STANDARD'),
  TracingConfiguration: z.strictObject({ Enabled: z.boolean() }).default({ Enabled: false }),
  // Nothing here is logged or looked up by tag.
  LoggingConfiguration: Json.optional(),
  Tags: Json.optional(),
});

/** Makes a template's state machines in the local Step Functions. Throws for what it cannot run. */
export const stateMachineProvider =
  ({ createStateMachine }: Pick<StepFunctions, 'createStateMachine'>): Provider =>
  (logicalId, properties) => {
    const {
      StateMachineName: name = logicalId,
      DefinitionString,
      DefinitionSubstitutions,
      RoleArn: roleArn,
      TracingConfiguration: { Enabled: traced },
    } = Properties.parse(properties);
    const definition = Object.entries(DefinitionSubstitutions).reduce(
      (text, [key, value]) => text.replaceAll(`\${${key}}`, () => value),
      DefinitionString,
    );
    const arn = createStateMachine(name, definition, { roleArn, traced });
    return { ref: arn, attributes: { Arn: arn, Name: name } };
  };
