/** What one of something costs: `usd` for `per` of them. */
export type Price = { what: string; usd: number; per: number; source: string };

/** The Region whose prices these are. State transitions cost the same in eu-central-1; some other things, as logs, up to a quarter more. */
export const priceRegion = 'us-east-1';

const million = 1_000_000;
const gigabyte = 2 ** 30;

/**
 * List prices in us-east-1, without free tiers. AWS's own pages are the source; where a page shows its
 * figures only in a browser, the page from which they were read is named beside it.
 */
export const prices = {
  transition: {
    what: 'Step Functions, state transition',
    usd: 0.025,
    per: 1000,
    source: 'https://aws.amazon.com/step-functions/pricing/',
  },
  lambdaGbSecond: {
    what: 'Lambda on arm64, GB-second',
    usd: 0.0000133334,
    per: 1,
    source:
      'https://aws.amazon.com/lambda/pricing/, by https://cloudchipr.com/blog/aws-lambda-pricing',
  },
  lambdaRequest: {
    what: 'Lambda, request',
    usd: 0.2,
    per: million,
    source:
      'https://aws.amazon.com/lambda/pricing/, by https://cloudchipr.com/blog/aws-lambda-pricing',
  },
  httpApiRequest: {
    what: 'API Gateway, request to an HTTP API',
    usd: 1,
    per: million,
    source:
      'https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html',
  },
  customEvent: {
    what: 'EventBridge, event of one’s own or to another account',
    usd: 1,
    per: million,
    source:
      'https://aws.amazon.com/eventbridge/pricing/, by https://cloudburn.io/blog/amazon-eventbridge-pricing',
  },
  publish: {
    what: 'SNS, message published',
    usd: 0.5,
    per: million,
    source:
      'https://aws.amazon.com/sns/pricing/, by https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/',
  },
  email: {
    what: 'SNS, message by e-mail',
    usd: 2,
    per: 100_000,
    source:
      'https://aws.amazon.com/sns/pricing/, by https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/',
  },
  logByteIn: {
    what: 'CloudWatch Logs, byte taken in',
    usd: 0.5,
    per: gigabyte,
    source:
      'https://aws.amazon.com/cloudwatch/pricing/, by https://cloudburn.io/blog/amazon-cloudwatch-pricing',
  },
  logByteMonth: {
    what: 'CloudWatch Logs, byte kept for a month',
    usd: 0.03,
    per: gigabyte,
    source:
      'https://aws.amazon.com/cloudwatch/pricing/, by https://cloudburn.io/blog/amazon-cloudwatch-pricing',
  },
  alarmMetricMonth: {
    what: 'CloudWatch, metric of a standard-resolution alarm for a month',
    usd: 0.1,
    per: 1,
    source:
      'https://aws.amazon.com/cloudwatch/pricing/, by https://cloudburn.io/blog/amazon-cloudwatch-pricing',
  },
  trace: {
    what: 'X-Ray, trace recorded',
    usd: 5,
    per: million,
    source: 'https://aws.amazon.com/xray/pricing/',
  },
  storedByteMonth: {
    what: 'S3 Standard, byte kept for a month',
    usd: 0.023,
    per: gigabyte,
    source:
      'https://aws.amazon.com/s3/pricing/, which shows figures only in a browser: known, not read there',
  },
} satisfies Record<string, Price>;

/** Something that is paid for, and how much of it. */
export type Item = { price: Price; quantity: number };

/** What an item costs, in US$. */
export const costOf = ({ price, quantity }: Item): number => (quantity / price.per) * price.usd;

/** What items cost together, in US$. */
export const sumOf = (items: readonly Item[]): number =>
  items.reduce((sum, item) => sum + costOf(item), 0);
