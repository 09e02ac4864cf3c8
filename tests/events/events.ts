import { readFileSync } from 'node:fs';

/** Events as EventBridge delivers them, each in a file of its own beside this one. */
export const eventNames = [
  'create-account-result.succeeded',
  'create-account-result.failed',
  'create-managed-account',
  'update-managed-account',
] as const;
export type EventName = (typeof eventNames)[number];

type Status = Record<string, unknown>;
type Event = {
  id: string;
  detail: { eventName: string; serviceEventDetails: Record<string, Status> };
};

/** One of the events, with other values in the status that it tells of. */
export const anEvent = (name: EventName, statuses: Record<string, Status> = {}): Event => {
  const event: Event = JSON.parse(readFileSync(`tests/events/${name}.json`, 'utf8'));
  for (const [key, parts] of Object.entries(statuses)) {
    Object.assign(event.detail.serviceEventDetails[key]!, parts);
  }
  return event;
};
