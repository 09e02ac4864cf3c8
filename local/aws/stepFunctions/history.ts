import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';

export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;

/** The events of one execution, in the order in which they happened. */
export class History {
  readonly events: HistoryEvent[] = [];

  /** Adds an event and returns its id. `previousEventId` is the one before it in the same branch. */
  record(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    const id = this.events.length + 1;
    this.events.push({ ...details, id, previousEventId, timestamp: new Date(), type });
    return id;
  }
}

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
