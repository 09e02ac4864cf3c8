import { captureMaps } from '../../../../local/aws/capture.ts';
import { Records } from '../../../../local/aws/ec2/records.ts';

type Thing = { id: string; vpcId: string; places: string[] };

const some = () => {
  const records = new Records<Thing>(({ vpcId, places }) => [vpcId, ...places]);
  const add = (id: string, vpcId: string, ...places: string[]) =>
    records.set(id, { id, vpcId, places });
  add('a', 'vpc-1', 'here');
  add('b', 'vpc-2', 'here', 'there');
  add('c', 'vpc-1', 'there');
  return records;
};

const idsUnder = (records: Records<Thing>, ...keys: string[]) =>
  records.under(...keys).map(({ id }) => id);

it('are found by each of their keys, in the order in which they were made', () => {
  const records = some();
  expect(idsUnder(records, 'vpc-1')).toEqual(['a', 'c']);
  expect(idsUnder(records, 'there')).toEqual(['b', 'c']);
  expect(idsUnder(records, 'nowhere')).toEqual([]);
  expect(records.get('b')).toMatchObject({ vpcId: 'vpc-2' });
});

it('are found once by several keys', () => {
  expect(idsUnder(some(), 'here', 'there', 'vpc-2').toSorted()).toEqual(['a', 'b', 'c']);
});

it('are found no more once they are deleted', () => {
  const records = some();
  records.delete('c');
  expect(idsUnder(records, 'vpc-1', 'there').toSorted()).toEqual(['a', 'b']);
  expect(records.size).toBe(2);
});

it('are found as they were once what was captured is put back', () => {
  const records = some();
  const putBack = captureMaps([records]);
  records.delete('a');
  records.set('d', { id: 'd', vpcId: 'vpc-1', places: ['here'] });
  putBack();
  expect(idsUnder(records, 'vpc-1')).toEqual(['a', 'c']);
  expect(idsUnder(records, 'here')).toEqual(['a', 'b']);
});
