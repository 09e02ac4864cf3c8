import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { Execution } from './execution.ts';
import type { MapRun } from './mapRun.ts';

/**
 * The executions of one Step Functions and their Map Runs, found without a look at all of them. What Step
 * Functions has forgotten is not kept.
 */
export class Executions {
  readonly #byArn = new Map<string, Execution>();
  /** By state machine, and those that a Map Run started by the Map Run; the newest is the last. */
  readonly #byOwner = new Map<string, Set<Execution>>();
  readonly #running = new Set<string>();
  /** In the order in which they ended, so that those to be forgotten come first. */
  readonly #ended = new Set<string>();
  readonly #mapRuns = new Map<string, MapRun>();

  get runningCount(): number {
    return this.#running.size;
  }

  add(execution: Execution) {
    const owner = ownerOf(execution);
    this.#byArn.set(execution.executionArn, execution);
    this.#byOwner.set(owner, (this.#byOwner.get(owner) ?? new Set()).add(execution));
  }

  find(executionArn: string): Execution | undefined {
    this.#forget();
    return this.#byArn.get(executionArn);
  }

  /** The executions of a state machine or of a Map Run, the oldest first. */
  of(ownerArn: string): Execution[] {
    this.#forget();
    return [...(this.#byOwner.get(ownerArn) ?? [])];
  }

  /** Those of them that run, found without a look at those that have ended. */
  runningOf(ownerArn: string): Execution[] {
    return [...this.#running]
      .flatMap((executionArn) => this.#byArn.get(executionArn) ?? [])
      .filter((execution) => ownerOf(execution) === ownerArn)
      .sort((one, other) => one.startDate.getTime() - other.startDate.getTime());
  }

  /** Is told of every start, redrive and end. */
  follow({ executionArn, status }: { executionArn: string; status: ExecutionStatus }) {
    const [from, to] =
      status === 'RUNNING' ? [this.#ended, this.#running] : [this.#running, this.#ended];
    from.delete(executionArn);
    to.add(executionArn);
  }

  addMapRun(mapRun: MapRun) {
    this.#mapRuns.set(mapRun.mapRunArn, mapRun);
  }

  findMapRun(mapRunArn: string): MapRun | undefined {
    this.#forget();
    return this.#mapRuns.get(mapRunArn);
  }

  /** The Map Runs of an execution, the newest first. */
  mapRunsOf(executionArn: string): MapRun[] {
    return [...this.#mapRuns.values()].filter((run) => run.executionArn === executionArn).reverse();
  }

  #forget() {
    for (const executionArn of this.#ended) {
      const execution = this.#byArn.get(executionArn);
      if (!execution?.forgotten) return;
      this.#ended.delete(executionArn);
      this.#byArn.delete(executionArn);
      this.#byOwner.get(ownerOf(execution))?.delete(execution);
      for (const { mapRunArn } of this.mapRunsOf(executionArn)) this.#mapRuns.delete(mapRunArn);
    }
  }
}

const ownerOf = ({ mapRunArn, machine }: Execution): string => mapRunArn ?? machine.stateMachineArn;
