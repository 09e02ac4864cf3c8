/** The key that marks whatever Sightline made: `<accountId>/<vpcId>`, or `<accountId>` for a role. */
export const onboardingTag = 'sightline:onboarding';

/** The tag by which an account's owner points Sightline to a VPC or to security groups. */
export const monitorTag = { key: 'sightline:monitor', value: 'true' } as const;

/** The tag that tells which VPC is the hub's, if there are several. */
export const hubTag = { key: 'sightline:hub', value: 'true' } as const;

/** The mark of what Sightline makes for an account and a VPC of it: `<accountId>/<vpcId>`. */
export const onboardingOf = ({ accountId, vpcId }: { accountId: string; vpcId: string }): string =>
  `${accountId}/${vpcId}`;

type MaybeTags = readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;

type Tag = { Key: string; Value: string };

/** The tags of a thing that Sightline makes for an onboarding. */
export const tagsFor = (onboarding: string, name: string): Tag[] => [
  { Key: 'Name', Value: name },
  { Key: onboardingTag, Value: onboarding },
];

/** Whether Sightline made the thing that has these tags. */
export const isOurs = (tags: MaybeTags): boolean =>
  tags?.some(({ Key }) => Key === onboardingTag) ?? false;

/** Whether Sightline made it for this onboarding. */
export const isMarkedFor = (tags: MaybeTags, onboarding: string): boolean =>
  hasTag(tags, { key: onboardingTag, value: onboarding });

/** Whether one of the tags is this one. */
export const hasTag = (tags: MaybeTags, { key, value }: { key: string; value: string }): boolean =>
  tags?.some(({ Key, Value }) => Key === key && Value === value) ?? false;

/** The value of `Name`, where there is one. */
export const nameOf = (tags: MaybeTags): string | undefined =>
  tags?.find(({ Key }) => Key === 'Name')?.Value;
