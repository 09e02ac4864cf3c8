import { globSync, statSync } from 'node:fs';
import * as z from 'zod';
import type { Resource, Template } from '../local/deployment/template.ts';
import { packageDirectory } from '../local/packaged.ts';
import { costOf, type Item, type Price, prices } from './prices.ts';

/** What the resources of one type cost in a month in which nothing happens. */
export type IdleCost = { type: string; count: number; usd: number; why: string };

/** What is kept, in bytes, while nothing happens. */
export type Kept = { logBytes: number; packageBytes: number };

type Idle = { items: (resource: Resource, kept: Kept) => Item[]; why: string };

const free = (why: string): Idle => ({ items: () => [], why });

const Metrics = z.array(z.looseObject({ MetricStat: z.unknown().optional() }));

/** How many metrics an alarm watches: one, or those of its expression, which itself costs nothing. */
export const metricsOf = ({ Properties }: Resource): number => {
  const { data } = Metrics.safeParse(Properties['Metrics']);
  return data ? data.filter(({ MetricStat }) => MetricStat !== undefined).length : 1;
};

const once = (price: Price, quantity: number): Item[] => [{ price, quantity }];

const perRequest = 'is paid for by request, and there is none';

/** What each type of resource costs while nothing happens. */
const idleTypes: Readonly<Record<string, Idle>> = {
  'AWS::CloudWatch::Alarm': {
    items: (alarm) => once(prices.alarmMetricMonth, metricsOf(alarm)),
    why: 'each metric that it watches',
  },
  'AWS::Logs::LogGroup': {
    items: (_, { logBytes }) => once(prices.logByteMonth, logBytes),
    why: 'what is left of logs until it is deleted',
  },
  'AWS::S3::Bucket': {
    items: (_, { packageBytes }) => once(prices.storedByteMonth, packageBytes),
    why: 'what is in it: the packages of the last deployments, or batches’ results',
  },
  'AWS::Lambda::Function': free('is paid for by request and duration, and there are none'),
  'AWS::Lambda::Version': free('its code is part of the 75 GB that Lambda keeps for nothing'),
  'AWS::Lambda::Permission': free('a policy'),
  'AWS::StepFunctions::StateMachine': free('is paid for by state transition, and there is none'),
  'AWS::Events::Rule': free('is not paid for; events of AWS services are not either'),
  'AWS::Events::EventBus': free('is paid for by event, and there is none'),
  'AWS::Events::EventBusPolicy': free('a policy'),
  'AWS::ApiGatewayV2::Api': free(perRequest),
  'AWS::ApiGatewayV2::Stage': free('a part of the API'),
  'AWS::ApiGatewayV2::Integration': free('a part of the API'),
  'AWS::ApiGatewayV2::Route': free('a part of the API'),
  'AWS::IAM::Role': free('IAM is not paid for'),
  'AWS::S3::BucketPolicy': free('a policy'),
  'AWS::SQS::Queue': free(perRequest),
  'AWS::SQS::QueuePolicy': free('a policy'),
  'AWS::SNS::Topic': free(perRequest),
};

const idleOf = (type: string): Idle => {
  const idle = idleTypes[type];
  if (idle) return idle;
  throw new Error(`what ${type} costs while idle is not known: add it to bench/idle.ts`);
};

/**
 * What a template's resources cost in a month in which nothing happens, by type, the dearest first. `kept` is
 * what each log group and each bucket keeps. Throws for a type that it does not know the price of.
 */
export const idleCosts = ({ Resources }: Template, kept: Kept): IdleCost[] => {
  const byType = Object.groupBy(Object.values(Resources), ({ Type }) => Type);
  return Object.entries(byType)
    .map(([type, resources = []]) => {
      const { items, why } = idleOf(type);
      const all = resources.flatMap((resource) => items(resource, kept));
      const usd = all.reduce((sum, item) => sum + costOf(item), 0);
      return { type, count: resources.length, usd, why };
    })
    .toSorted((one, other) => other.usd - one.usd);
};

/** The Serverless Framework keeps the packages of so many deployments: its `maxPreviousDeploymentArtifacts`. */
const deploymentsKept = 5;

/** How large the packages of all functions are that a deployment bucket keeps. */
export const packagesKept = (): number =>
  globSync(`${packageDirectory}/*.zip`).reduce((sum, file) => sum + statSync(file).size, 0) *
  deploymentsKept;
