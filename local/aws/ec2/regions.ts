import type { DescribeRegionsRequest, DescribeRegionsResult, Region } from '@aws-sdk/client-ec2';
import { partitionOf, urlSuffixOf } from '../arn.ts';
import { AwsError } from '../awsError.ts';
import { describing } from './access.ts';
import { type Filters, filter } from './filters.ts';
import { onlyKnows } from './input.ts';

/** The Regions that no account has to enable first, by partition. */
const regionNames: Readonly<Record<string, readonly string[]>> = {
  aws: [
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-southeast-1',
    'ap-southeast-2',
    'ca-central-1',
    'eu-central-1',
    'eu-north-1',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'sa-east-1',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
  ],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
};

const filters: Filters<Region> = {
  'region-name': (region) => [region.RegionName],
  endpoint: (region) => [region.Endpoint],
  'opt-in-status': (region) => [region.OptInStatus],
};

const viewOf = (name: string): Region => ({
  RegionName: name,
  Endpoint: `ec2.${name}.${urlSuffixOf(name)}`,
  OptInStatus: 'opt-in-not-required',
});

const describe = (input: DescribeRegionsRequest, region: string): DescribeRegionsResult => {
  onlyKnows('DescribeRegions', input, ['RegionNames', 'AllRegions', 'Filters']);
  const names = regionNames[partitionOf(region)] ?? [];
  const wanted = input.RegionNames?.length ? input.RegionNames : names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new AwsError('InvalidParameterValue', `Invalid region provided: [${unknown}]`);
  }
  return { Regions: filter('DescribeRegions', input.Filters, wanted.map(viewOf), filters) };
};

/** The Regions of the caller's partition. */
export const regionOperations = () => ({
  DescribeRegions: describing('DescribeRegions', (input: DescribeRegionsRequest, { region }) =>
    describe(input, region),
  ),
});
