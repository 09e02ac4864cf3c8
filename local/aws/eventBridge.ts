import { randomUUID } from 'node:crypto';
import type {
  PutEventsRequest,
  PutEventsRequestEntry,
  PutEventsResponse,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { Json, type JsonObject } from '../json.ts';
import { regionalArn } from './arn.ts';
import { AwsError } from './awsError.ts';
import { matchesPattern } from './eventPattern.ts';
import { InvocationRefused } from './lambda/invocationRefused.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { Call, Operation } from './service.ts';
import type { Sqs } from './sqs.ts';

/** An event in EventBridge's envelope. */
export type Event = {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Json;
};

/** A Lambda function that gets a rule's events, and the queue for those that Lambda does not take. */
export type Target = { functionArn: string; deadLetterArn?: string | undefined };

/** Which events of a bus go where. */
export type Rule = {
  name: string;
  busName: string;
  pattern: JsonObject;
  targets: readonly Target[];
};

/** One account and Region's EventBridge. */
export type EventBridgeOptions = {
  accountId: string;
  region: string;
  lambda: Pick<Lambda, 'invokeAsync'>;
  sqs: Pick<Sqs, 'sendDeadLetter'>;
};

const nameOf = (bus = 'default') => bus.split('event-bus/').at(-1) ?? bus;

const detailOf = ({ Detail }: PutEventsRequestEntry): Json => {
  try {
    return Json.parse(JSON.parse(Detail ?? ''));
  } catch {
    throw new AwsError('MalformedDetail', 'Detail is malformed.');
  }
};

/** EventBridge with rules that call functions: deliveries go on after PutEvents has answered. */
export class EventBridge {
  readonly #options: EventBridgeOptions;
  readonly #rules: Rule[] = [];
  readonly #senders = new Map<string, Set<string>>([['default', new Set()]]);
  readonly #deliveries = new Set<Promise<void>>();

  constructor(options: EventBridgeOptions) {
    this.#options = options;
    this.#senders.get('default')?.add(options.accountId);
  }

  /** Makes a bus to which its own account may send. Returns its ARN. */
  createBus(name: string): string {
    this.#senders.set(name, new Set([this.#options.accountId]));
    return this.busArn(name);
  }

  busArn(name: string): string {
    return regionalArn('events', this.#options, `event-bus/${name}`);
  }

  /** Lets another account send to a bus. */
  allow(busName: string, accountId: string) {
    this.#senders.get(busName)?.add(accountId);
  }

  /** Returns the rule's ARN. */
  createRule(rule: Rule): string {
    // A pattern that is not understood is refused now, not with the first event.
    matchesPattern(rule.pattern, {});
    this.#rules.push(rule);
    return this.#ruleArn(rule);
  }

  /** Hands an event to the rules of a bus, as it is. */
  deliver(event: Event, busName = 'default') {
    for (const rule of this.#rules) {
      if (rule.busName !== busName || !matchesPattern(rule.pattern, Json.parse(event))) continue;
      for (const target of rule.targets) this.#send(rule, target, event);
    }
  }

  /** Emits an event of an AWS service of this account on its default bus. */
  emit(source: string, detailType: string, resources: string[], detail: unknown) {
    this.deliver(this.#envelope(source, detailType, this.#options.accountId, resources, detail));
  }

  /** How many events are still being delivered. */
  get pending(): number {
    return this.#deliveries.size;
  }

  /** Waits until every event so far is delivered or given up. */
  async idle() {
    while (this.#deliveries.size > 0) await Promise.all(this.#deliveries);
  }

  get operations(): Record<string, Operation> {
    const putEvents: Operation<PutEventsRequest, PutEventsResponse> = {
      mutating: true,
      checks: ({ Entries = [] }) =>
        Entries.map(({ EventBusName }) => ({
          action: 'events:PutEvents',
          resource: this.busArn(nameOf(EventBusName)),
        })),
      run: ({ Entries = [] }, call) => {
        const results = Entries.map((entry) => this.#put(entry, call));
        const failed = results.filter(({ ErrorCode }) => ErrorCode !== undefined);
        return { FailedEntryCount: failed.length, Entries: results };
      },
    };
    return { PutEvents: putEvents };
  }

  #put(entry: PutEventsRequestEntry, { caller }: Call): PutEventsResultEntry {
    const busName = nameOf(entry.EventBusName);
    const senders = this.#senders.get(busName);
    if (!senders?.has(caller.accountId)) {
      const why = senders ? `${caller.accountId} may not send to` : 'there is no event bus';
      return { ErrorCode: 'AccessDeniedException', ErrorMessage: `${why} ${busName}` };
    }
    const { Source = '', DetailType = '', Resources = [] } = entry;
    const { accountId } = caller;
    const event = this.#envelope(Source, DetailType, accountId, Resources, detailOf(entry));
    this.deliver(event, busName);
    return { EventId: event.id };
  }

  #envelope(
    source: string,
    detailType: string,
    account: string,
    resources: string[],
    detail: unknown,
  ): Event {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account,
      time: new Date().toISOString(),
      region: this.#options.region,
      resources,
      detail: Json.parse(detail),
    };
  }

  /** The name of the default bus is not in the ARN. */
  #ruleArn({ name, busName }: Rule): string {
    const path = busName === 'default' ? name : `${busName}/${name}`;
    return regionalArn('events', this.#options, `rule/${path}`);
  }

  #send(rule: Rule, target: Target, event: Event) {
    const delivery = this.#call(rule, target, event).finally(() =>
      this.#deliveries.delete(delivery),
    );
    this.#deliveries.add(delivery);
  }

  /** What Lambda refuses is given up at once: no further attempt would change that. */
  async #call(rule: Rule, { functionArn, deadLetterArn }: Target, event: Event) {
    const sourceArn = this.#ruleArn(rule);
    const itself = { servicePrincipal: 'events.amazonaws.com', sourceArn };
    try {
      await this.#options.lambda.invokeAsync(itself, functionArn, event);
    } catch (error) {
      if (!(error instanceof InvocationRefused)) throw error;
      if (!deadLetterArn) return;
      await this.#options.sqs.sendDeadLetter(itself, rule.name, {
        queueArn: deadLetterArn,
        body: JSON.stringify(event),
        attributes: {
          RULE_ARN: sourceArn,
          TARGET_ARN: functionArn,
          ERROR_MESSAGE: error.message,
        },
      });
    }
  }
}
