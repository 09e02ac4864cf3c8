import { randomUUID } from 'node:crypto';
import type {
  DescribeMapRunOutput,
  ExecutionStatus,
  MapRunListItem,
  MapRunStatus,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { Json } from '../../json.ts';
import type { ObjectPlace } from '../s3/s3.ts';
import type { DistributedMap } from './distributedMap.ts';
import type { Execution, StateMachineRecord } from './execution.ts';
import { Stopped, TaskFailed } from './failure.ts';
import { itemsIn, notRead, readItems } from './mapRunItems.ts';
import { type Child, type ResultFiles, resultsOf } from './mapRunResults.ts';
import { payloadTemplate } from './payloadTemplate.ts';

/** What a Map Run needs; all of it is done under the role of the state machine. */
export type MapRunSurroundings = {
  machine: StateMachineRecord;
  executionArn: string;
  context: Readonly<Record<string, unknown>>;
  /** Throws `States.Permissions` if the role may not. */
  ask: (action: string, resource: string) => Promise<void>;
  startChild: (machine: StateMachineRecord, input: string, mapRunArn: string) => Execution;
  getObject: (place: ObjectPlace) => Promise<string>;
  putObject: (place: ObjectPlace, content: string) => Promise<void>;
  mayPutObject: (place: ObjectPlace) => Promise<void>;
};

const Settings = z.object({
  items: Json.optional(),
  reader: z.strictObject({ Bucket: z.string(), Key: z.string() }).optional(),
  writer: z.strictObject({ Bucket: z.string(), Prefix: z.string().default('') }).optional(),
  maxConcurrency: z.int().min(0).default(0),
  toleratedFailurePercentage: z.number().min(0).max(100).optional(),
  toleratedFailureCount: z.int().min(0).optional(),
});
type Settings = z.infer<typeof Settings>;

/** As many children as AWS runs at once when no limit is asked for. */
const mostConcurrent = 10_000;

/** One attempt of a Map Run: the first one or a redrive. */
type Attempt = {
  redriveCount: number;
  /** Nothing more is to be started: it was aborted, or too much has failed. */
  over: false | 'aborted' | 'failed';
  failures: number;
  awaitingRedrive: Set<Child>;
};

const newAttempt = (redriveCount: number, awaitingRedrive: readonly Child[]): Attempt => ({
  ...{ redriveCount, over: false, failures: 0 },
  awaitingRedrive: new Set(awaitingRedrive),
});

const writerFailed = (error: unknown) =>
  new TaskFailed({
    error: 'States.ResultWriterFailed',
    cause:
      error instanceof Error
        ? `${error.message} (Service: Amazon S3; Error Code: ${error.name})`
        : String(error),
  });

const thresholdExceeded = () =>
  new TaskFailed({
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  });

/**
 * A Map Run: the child workflow executions of a Map state in distributed mode, from their start through every
 * redrive. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export class MapRun {
  readonly mapRunArn: string;
  readonly executionArn: string;
  status: MapRunStatus = 'RUNNING';
  readonly startDate = new Date();
  stopDate: Date | undefined;
  redriveCount = 0;
  redriveDate: Date | undefined;
  readonly #id = randomUUID();
  readonly #map: DistributedMap;
  readonly #input: Json;
  readonly #surroundings: MapRunSurroundings;
  readonly #childMachine: StateMachineRecord;
  #settings: Settings = Settings.parse({});
  #children: readonly Child[] | undefined;
  #attempt = newAttempt(0, []);
  #ending: Promise<unknown> = Promise.resolve();
  #resultsWritten = 0;
  #written: ResultFiles | undefined;

  constructor(map: DistributedMap, input: Json, surroundings: MapRunSurroundings) {
    const { machine, executionArn } = surroundings;
    this.#map = map;
    this.#input = input;
    this.#surroundings = surroundings;
    this.executionArn = executionArn;
    const name = `${machine.name}/${map.label}`;
    const stateMachineArn = `${machine.stateMachineArn}/${map.label}`;
    this.#childMachine = { ...machine, name, stateMachineArn, root: map.child };
    this.mapRunArn = `${stateMachineArn.replace(':stateMachine:', ':mapRun:')}:${this.#id}`;
  }

  /** Runs everything. Gives the state's result, and rejects as the state fails. */
  run(): Promise<Json> {
    return this.#begin(this.#attempt);
  }

  /** Goes on with what has not succeeded, once the attempt before has come to its end. */
  async redrive(): Promise<Json> {
    this.redriveCount += 1;
    this.redriveDate = new Date();
    this.status = 'RUNNING';
    this.stopDate = undefined;
    const unsuccessful = this.#begun.filter(
      ({ execution }) => execution && execution.status !== 'SUCCEEDED',
    );
    const attempt = newAttempt(this.redriveCount, unsuccessful);
    this.#attempt = attempt;
    await this.#ending;
    return this.#begin(attempt);
  }

  /** Aborts the children that run, and starts no more. */
  abort() {
    if (this.status !== 'RUNNING') return;
    this.#close('ABORTED');
    this.#stopChildren('aborted');
  }

  describe(): DescribeMapRunOutput {
    const counts = this.#counts();
    const { maxConcurrency, toleratedFailurePercentage, toleratedFailureCount } = this.#settings;
    return {
      ...{ mapRunArn: this.mapRunArn, executionArn: this.executionArn, status: this.status },
      startDate: this.startDate,
      ...(this.stopDate && { stopDate: this.stopDate }),
      maxConcurrency,
      toleratedFailurePercentage: toleratedFailurePercentage ?? 0,
      toleratedFailureCount: toleratedFailureCount ?? 0,
      itemCounts: counts,
      executionCounts: counts,
      redriveCount: this.redriveCount,
      ...(this.redriveDate && { redriveDate: this.redriveDate }),
    };
  }

  /** The line in ListMapRuns. */
  summary(): MapRunListItem {
    return {
      executionArn: this.executionArn,
      mapRunArn: this.mapRunArn,
      stateMachineArn: this.#surroundings.machine.stateMachineArn,
      startDate: this.startDate,
      ...(this.stopDate && { stopDate: this.stopDate }),
    };
  }

  get #begun(): readonly Child[] {
    return this.#children ?? [];
  }

  #begin(attempt: Attempt): Promise<Json> {
    const ending = this.#run(attempt);
    this.#ending = ending.catch(() => undefined);
    return ending;
  }

  async #run(attempt: Attempt): Promise<Json> {
    try {
      this.#children ??= await this.#readChildren();
      await this.#askForChildren(attempt);
      await this.#runChildren(attempt, this.#children);
      const result = await this.#writeResults(attempt, this.#children);
      if (attempt.over) throw attempt.over === 'aborted' ? new Stopped() : thresholdExceeded();
      this.#close('SUCCEEDED');
      return result;
    } catch (error) {
      if (attempt.over !== 'aborted') this.#close('FAILED');
      throw error;
    }
  }

  async #readChildren(): Promise<Child[]> {
    const { context } = this.#surroundings;
    const settings = await payloadTemplate(this.#map.settings)(this.#input, context);
    this.#settings = Settings.parse(settings);
    const items = itemsIn(await this.#readItems());
    await this.#askForWriter();
    const { itemSelector } = this.#map;
    if (itemSelector === undefined) return items.map((item) => ({ input: JSON.stringify(item) }));
    const select = payloadTemplate(itemSelector);
    const selected = items.map((Value, Index) =>
      select(this.#input, { ...context, Map: { Item: { Index, Value } } }),
    );
    return (await Promise.all(selected)).map((input) => ({ input: JSON.stringify(input) }));
  }

  async #readItems(): Promise<Json | undefined> {
    const { reader, items } = this.#settings;
    const { inputType } = this.#map;
    if (!reader || !inputType) return items;
    try {
      return readItems(inputType, await this.#surroundings.getObject(reader));
    } catch (error) {
      throw notRead(error);
    }
  }

  /** A Map Run that could not write its results starts nothing. */
  async #askForWriter() {
    const { writer } = this.#settings;
    if (!writer) return;
    try {
      const Key = `${this.#folder(0)}/manifest.json`;
      await this.#surroundings.mayPutObject({ Bucket: writer.Bucket, Key });
    } catch (error) {
      throw writerFailed(error);
    }
  }

  async #askForChildren({ awaitingRedrive }: Attempt) {
    const { ask, machine } = this.#surroundings;
    await ask('states:StartExecution', machine.stateMachineArn);
    if (awaitingRedrive.size === 0) return;
    const executions = this.#childMachine.stateMachineArn.replace(':stateMachine:', ':execution:');
    await ask('states:RedriveExecution', `${executions}:*`);
  }

  async #runChildren(attempt: Attempt, children: readonly Child[]) {
    const waiting = children.filter(({ execution }) => execution?.status !== 'SUCCEEDED').values();
    const work = async () => {
      for (const child of waiting) {
        if (attempt.over) return;
        await this.#runChild(attempt, child);
      }
    };
    const workers = Math.min(this.#settings.maxConcurrency || mostConcurrent, children.length);
    await Promise.all(Array.from({ length: workers }, work));
    attempt.awaitingRedrive.clear();
  }

  async #runChild(attempt: Attempt, child: Child) {
    attempt.awaitingRedrive.delete(child);
    if (!child.execution) {
      const { startChild } = this.#surroundings;
      child.execution = startChild(this.#childMachine, child.input, this.mapRunArn);
    } else if (!child.execution.notRedrivableBecause) {
      child.execution.redrive(undefined);
    }
    await child.execution.ended;
    if (attempt.over || !isFailure(child.execution.status)) return;
    attempt.failures += 1;
    if (!this.#exceeds(attempt.failures)) return;
    this.#stopChildren('failed');
  }

  #stopChildren(why: 'aborted' | 'failed') {
    this.#attempt.over = why;
    for (const { execution } of this.#begun) {
      if (execution?.status === 'RUNNING') execution.stop({});
    }
  }

  /** Without any tolerance, no failure is tolerated. */
  #exceeds(failures: number): boolean {
    const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = this.#settings;
    if (count === undefined && percentage === undefined) return true;
    const share = (100 * failures) / this.#begun.length;
    return failures > (count ?? Infinity) || share > (percentage ?? Infinity);
  }

  /** Each attempt has a folder of its own. */
  #folder(redriveCount: number): string {
    const prefix = this.#settings.writer?.Prefix.replace(/\/$/, '');
    const folder = prefix ? `${prefix}/${this.#id}` : this.#id;
    return redriveCount === 0 ? folder : `${folder}/Redrive-${redriveCount}`;
  }

  async #writeResults({ redriveCount }: Attempt, children: readonly Child[]): Promise<Json> {
    const { writer } = this.#settings;
    if (!writer) return outputsOf(children);
    const { Bucket } = writer;
    const folder = this.#folder(redriveCount);
    const place = { bucket: Bucket, folder, mapRunArn: this.mapRunArn };
    const { files, written } = resultsOf(place, children, this.#written);
    const { putObject } = this.#surroundings;
    try {
      for (const [key, text] of files) await putObject({ Bucket, Key: key }, text);
    } catch (error) {
      throw writerFailed(error);
    }
    this.#written = written;
    for (const child of children) child.exported = child.execution?.status === 'SUCCEEDED';
    this.#resultsWritten = children.filter(({ execution }) => execution).length;
    const Key = `${folder}/manifest.json`;
    return { MapRunArn: this.mapRunArn, ResultWriterDetails: { Bucket, Key } };
  }

  #close(status: MapRunStatus) {
    this.status = status;
    this.stopDate = new Date();
  }

  #counts() {
    const waiting = this.#attempt.awaitingRedrive;
    const statuses = this.#begun
      .filter((child) => !waiting.has(child))
      .map(({ execution }) => execution?.status ?? 'PENDING');
    const count = (status: ExecutionStatus | 'PENDING') =>
      statuses.filter((each) => each === status).length;
    return {
      pending: count('PENDING'),
      running: count('RUNNING'),
      succeeded: count('SUCCEEDED'),
      failed: count('FAILED'),
      timedOut: count('TIMED_OUT'),
      aborted: count('ABORTED'),
      total: this.#begun.length,
      resultsWritten: this.#resultsWritten,
      failuresNotRedrivable: this.#begun.filter(isLost).length,
      pendingRedrive: waiting.size,
    };
  }
}

const isLost = ({ execution }: Child): boolean =>
  execution !== undefined &&
  !['RUNNING', 'SUCCEEDED'].includes(execution.status) &&
  execution.notRedrivableBecause !== undefined;

/** An execution that a person aborted is not counted as a failure. */
const isFailure = (status: ExecutionStatus) => status === 'FAILED' || status === 'TIMED_OUT';

const outputsOf = (children: readonly Child[]): Json =>
  children.flatMap(({ execution }) => {
    const { output } = execution?.describe() ?? {};
    return output === undefined ? [] : [Json.parse(JSON.parse(output))];
  });
