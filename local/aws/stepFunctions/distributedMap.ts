import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Json, type JsonObject } from '../../json.ts';
import type { Branch } from './definition.ts';

/** A Map state in distributed mode, ready to be run. */
export type DistributedMap = {
  /** What the names of the child workflow and its executions have after the state machine's. */
  label: string;
  child: Branch;
  inputType: InputType | undefined;
  itemSelector: Json | undefined;
  /** A payload template for everything that depends on the state's input. */
  settings: JsonObject;
};

const InputType = z.enum(['JSON', 'JSONL', 'CSV']);
export type InputType = z.infer<typeof InputType>;

const s3Action = (action: string) =>
  z.string().regex(new RegExp(`^arn:[\\w-]+:states:::s3:${action}$`));

const ItemReader = z.strictObject({
  Resource: s3Action('getObject'),
  ReaderConfig: z.strictObject({
    InputType,
    CSVHeaderLocation: z.literal('FIRST_ROW').optional(),
  }),
  Parameters: Json,
});

const Path = z.string().startsWith('$');

/** What only Map states have. What other states have too, the interpreter deals with. */
const mapFields = {
  ItemReader: ItemReader.optional(),
  ItemsPath: Path.optional(),
  ItemSelector: Json.optional(),
  MaxConcurrency: z.int().min(0).optional(),
  MaxConcurrencyPath: Path.optional(),
  ToleratedFailurePercentage: z.number().min(0).max(100).optional(),
  ToleratedFailurePercentagePath: Path.optional(),
  ToleratedFailureCount: z.int().min(0).optional(),
  ToleratedFailureCountPath: Path.optional(),
  ItemProcessor: z.looseObject({
    ProcessorConfig: z.strictObject({
      Mode: z.literal('DISTRIBUTED'),
      ExecutionType: z.literal('STANDARD'),
    }),
  }),
  ResultWriter: z.strictObject({ Resource: s3Action('putObject'), Parameters: Json }).optional(),
  Label: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .optional(),
};

const MapState = z.strictObject({
  ...mapFields,
  ...Object.fromEntries(
    [
      ...['Type', 'Comment', 'InputPath', 'OutputPath', 'ResultSelector', 'ResultPath'],
      ...['Retry', 'Catch', 'Next', 'End', 'QueryLanguage'],
    ].map((name) => [name, Json.optional()]),
  ),
});
type MapState = z.infer<typeof MapState>;

/** A name as Step Functions makes one up for a Map state without a Label, the same each time. */
const generatedLabel = (stateName: string): string => {
  const hash = createHash('md5').update(stateName).digest('hex');
  return hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-3$3-8$4-$5');
};

/** A field with its value, or else with the path to its value. */
const field = (name: string, value: Json | undefined, path: string | undefined): JsonObject => {
  if (value !== undefined) return { [name]: value };
  return path === undefined ? {} : { [`${name}.$`]: path };
};

const settingsOf = (state: MapState): JsonObject => ({
  ...(state.ItemReader
    ? field('reader', state.ItemReader.Parameters, undefined)
    : field('items', undefined, state.ItemsPath ?? '$')),
  ...field('writer', state.ResultWriter?.Parameters, undefined),
  ...field('maxConcurrency', state.MaxConcurrency, state.MaxConcurrencyPath),
  ...field(
    'toleratedFailurePercentage',
    state.ToleratedFailurePercentage,
    state.ToleratedFailurePercentagePath,
  ),
  ...field('toleratedFailureCount', state.ToleratedFailureCount, state.ToleratedFailureCountPath),
});

/** Reads a Map state, except for what its child workflow does. Throws a `ZodError` for what is not known here. */
export const readMap = (
  stateName: string,
  raw: JsonObject,
  child: (processor: Json) => Branch,
): DistributedMap => {
  const state = MapState.parse(raw);
  const { ProcessorConfig, ...processor } = state.ItemProcessor;
  return {
    label: state.Label ?? generatedLabel(stateName),
    child: child(Json.parse(processor)),
    inputType: state.ItemReader?.ReaderConfig.InputType,
    itemSelector: state.ItemSelector,
    settings: settingsOf(state),
  };
};

/** What a Map state has in common with a Task. */
export const withoutMapFields = (state: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !(name in mapFields)));
