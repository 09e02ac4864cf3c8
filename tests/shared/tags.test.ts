import { hasTag, isOurs, monitorTag, nameOf, tagsFor } from '../../shared/tags.ts';
import { accountId, vpcId } from '../builders.ts';

const ours = tagsFor(`${accountId}/${vpcId}`, 'sightline');
const monitored = [{ Key: 'sightline:monitor', Value: 'true' }];

it('gives what Sightline makes a readable name and the onboarding that it is for', () => {
  expect(ours).toEqual([
    { Key: 'Name', Value: 'sightline' },
    { Key: 'sightline:onboarding', Value: '222222222222/vpc-0b222222222222222' },
  ]);
});

it.each([
  ['ours', ours, true],
  ['theirs', monitored, false],
  ['none', [], false],
  ['unknown', undefined, false],
])('tells by its tags, which are %s, whether Sightline made a thing', (_, tags, made) => {
  expect(isOurs(tags)).toBe(made);
});

it.each([
  ['this key and value', monitored, true],
  ['another value', [{ Key: 'sightline:monitor', Value: 'false' }], false],
  ['another key', [{ Key: 'sightline:hub', Value: 'true' }], false],
  ['both, but of different tags', [{ Key: 'sightline:monitor' }, { Value: 'true' }], false],
  ['nothing', undefined, false],
])('looks for a tag where there is %s', (_, tags, found) => {
  expect(hasTag(tags, monitorTag)).toBe(found);
});

it('reads the name of a thing that has one', () => {
  expect(nameOf(ours)).toBe('sightline');
  expect(nameOf(monitored)).toBeUndefined();
  expect(nameOf(undefined)).toBeUndefined();
});
