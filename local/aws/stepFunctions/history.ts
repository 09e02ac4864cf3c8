import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';

export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;

/** The events of one execution, in the order in which they happened. */
export class History {
  #packed: string | undefined;
  #sincePacked: HistoryEvent[] = [];
  #length = 0;

  /** How many events there are. */
  get length(): number {
    return this.#length;
  }

  get events(): HistoryEvent[] {
    return this.#packed ? [...unpacked(this.#packed), ...this.#sincePacked] : this.#sincePacked;
  }

  /** Adds an event and returns its id. `previousEventId` is the one before it in the same branch. */
  record(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    this.#length += 1;
    const id = this.#length;
    this.#sincePacked.push({ ...details, id, previousEventId, timestamp: new Date(), type });
    return id;
  }

  /**
   * Keeps the events that there are in a twentieth of the memory: of thousands of executions that have ended,
   * hardly any is looked at again.
   */
  pack() {
    const text = JSON.stringify(this.events);
    // As a string: the buffer is part of one of 16 kB.
    this.#packed = deflateRawSync(text, { level: 1 }).toString('latin1');
    this.#sincePacked = [];
  }
}

const unpacked = (packed: string): HistoryEvent[] => {
  const text = inflateRawSync(Buffer.from(packed, 'latin1')).toString();
  const events: HistoryEvent[] = JSON.parse(text);
  // JSON has no dates.
  return events.map((event) => ({ ...event, timestamp: new Date(event.timestamp ?? 0) }));
};

const withoutData = <Details extends object>(details: Details | undefined) =>
  details && { ...details, input: undefined, output: undefined };

/** An event without inputs and outputs, as `includeExecutionData: false` asks for it. */
export const withoutExecutionData = (event: HistoryEvent): HistoryEvent => ({
  ...event,
  executionStartedEventDetails: withoutData(event.executionStartedEventDetails),
  executionSucceededEventDetails: withoutData(event.executionSucceededEventDetails),
  stateEnteredEventDetails: withoutData(event.stateEnteredEventDetails),
  stateExitedEventDetails: withoutData(event.stateExitedEventDetails),
  lambdaFunctionScheduledEventDetails: withoutData(event.lambdaFunctionScheduledEventDetails),
  lambdaFunctionSucceededEventDetails: withoutData(event.lambdaFunctionSucceededEventDetails),
  taskScheduledEventDetails: event.taskScheduledEventDetails && {
    ...event.taskScheduledEventDetails,
    parameters: undefined,
  },
  taskSubmittedEventDetails: withoutData(event.taskSubmittedEventDetails),
  taskSucceededEventDetails: withoutData(event.taskSucceededEventDetails),
});
