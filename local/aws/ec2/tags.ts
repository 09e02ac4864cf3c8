import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  Tag,
  TagDescription,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import type { Call, Check } from '../service.ts';
import { changing, describing, onExisting, requestTags } from './access.ts';
import { type Filters, filter, paginate } from './filters.ts';
import { onlyKnows, required } from './input.ts';
import { type Kind, kindOf, missing, mustHave } from './kinds.ts';
import { visiblePeering } from './peeringStatus.ts';
import { type Ec2State, ownedBy, type Place } from './state.ts';

type Tags = Record<string, string>;

/** The tags of a create call, which have to be for the kind of thing that it makes. */
export const tagsFor = (
  kind: Kind,
  specifications: readonly TagSpecification[] | undefined,
): Tags => {
  const other = specifications?.find(({ ResourceType }) => ResourceType !== kind);
  if (other !== undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `'${other.ResourceType}' is not a valid taggable resource type for this operation.`,
    );
  }
  return checked((specifications ?? []).flatMap(({ Tags = [] }) => Tags));
};

const checked = (tags: readonly Tag[]): Tags =>
  Object.fromEntries(
    tags.map(({ Key = '', Value = '' }) => {
      if (Key === '' || Key.length > 128 || Value.length > 256) {
        throw new AwsError(
          'InvalidParameterValue',
          `Tag ${Key}: a key has 1 to 128 characters, a value at most 256`,
        );
      }
      if (/^aws:/i.test(Key)) {
        throw new AwsError(
          'InvalidParameterValue',
          "Tag keys starting with 'aws:' are reserved for internal use",
        );
      }
      return [Key, Value];
    }),
  );

const createTags = (state: Ec2State, input: CreateTagsRequest, place: Place): void => {
  onlyKnows('CreateTags', input, ['Resources', 'Tags']);
  const tags = checked(required('Tags', input.Tags));
  const ids = required('Resources', input.Resources);
  for (const id of ids) {
    mustExist(state, place, id);
    mustFit(state, place, id, tags);
  }
  for (const id of ids) state.tags.put(place, id, tags);
};

const mustFit = (state: Ec2State, place: Place, id: string, added: Tags): void => {
  const keys = new Set([...state.tags.of(place, id).map(({ Key }) => Key), ...Object.keys(added)]);
  if (keys.size > 50) {
    throw new AwsError('TagLimitExceeded', 'More than 50 tags specified for the resource');
  }
};

const deleteTags = (state: Ec2State, input: DeleteTagsRequest, place: Place): void => {
  onlyKnows('DeleteTags', input, ['Resources', 'Tags']);
  const ids = required('Resources', input.Resources);
  for (const id of ids) mustExist(state, place, id);
  for (const id of ids) {
    const there = state.tags.of(place, id);
    const gone = there.filter((tag) => input.Tags?.some((wanted) => isMeant(wanted, tag)) ?? true);
    state.tags.remove(
      place,
      id,
      gone.map(({ Key = '' }) => Key),
    );
  }
};

// A tag without value means the key, whatever its value; an empty value means the empty value.
const isMeant = (wanted: Tag, tag: Tag): boolean =>
  wanted.Key === tag.Key && (wanted.Value === undefined || wanted.Value === tag.Value);

const mustExist = (state: Ec2State, place: Place, id: string): void => {
  const kind = kindOf(id);
  switch (kind) {
    case undefined:
      throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
    case 'vpc-peering-connection':
      visiblePeering(state, place, id);
      break;
    case 'security-group-rule':
      if (!ruleIdsOf(state, place).includes(id)) throw missing(kind, id);
      break;
    default:
      mustHave(kind, recordsOf(state, kind), place, id);
  }
};

const ruleIdsOf = (state: Ec2State, place: Place): string[] =>
  ownedBy(place, state.securityGroups).flatMap(({ rules }) => rules.map(({ id }) => id));

const recordsOf = (
  state: Ec2State,
  kind: Exclude<Kind, 'vpc-peering-connection' | 'security-group-rule'>,
): ReadonlyMap<string, Place> =>
  ({
    vpc: state.vpcs,
    subnet: state.subnets,
    'route-table': state.routeTables,
    'security-group': state.securityGroups,
    'network-acl': state.networkAcls,
    'internet-gateway': new Map<string, Place>(),
    instance: new Map<string, Place>(),
  })[kind];

const filters: Filters<TagDescription> = {
  key: (tag) => [tag.Key],
  value: (tag) => [tag.Value],
  'resource-id': (tag) => [tag.ResourceId],
  'resource-type': (tag) => [tag.ResourceType],
};

const describeTags = (
  state: Ec2State,
  input: DescribeTagsRequest,
  place: Place,
): DescribeTagsResult => {
  onlyKnows('DescribeTags', input, ['Filters', 'MaxResults', 'NextToken']);
  const all = state.tags.tagged(place).flatMap((id) => descriptionsOf(state, place, id));
  const { items, next } = paginate(filter('DescribeTags', input.Filters, all, filters), input);
  return { Tags: items, ...next };
};

const descriptionsOf = (state: Ec2State, place: Place, id: string): TagDescription[] =>
  state.tags.of(place, id).map((tag) => ({ ...tag, ResourceId: id, ResourceType: kindOf(id) }));

/** Tags on anything. The two sides of a peering each see only their own. */
export const tagOperations = (state: Ec2State) => {
  const checks =
    (action: string) =>
    ({ Resources = [], Tags = [] }: CreateTagsRequest | DeleteTagsRequest, call: Call): Check[] =>
      Resources.map((id) =>
        onExisting(state, call, action, kindOf(id) ?? 'vpc', id, requestTags(Tags)),
      );

  return {
    CreateTags: changing(checks('CreateTags'), (input: CreateTagsRequest, place) =>
      createTags(state, input, place),
    ),
    DeleteTags: changing(checks('DeleteTags'), (input: DeleteTagsRequest, place) =>
      deleteTags(state, input, place),
    ),
    DescribeTags: describing('DescribeTags', (input: DescribeTagsRequest, place) =>
      describeTags(state, input, place),
    ),
  };
};
