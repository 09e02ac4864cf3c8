import * as fc from 'fast-check';
import { requestFor } from '../../../shared/allowed.ts';
import {
  BatchRequest,
  entriesOf,
  itemsOf,
  maxAccounts,
  readList,
} from '../../../shared/batch/batch.ts';
import { settings } from '../../../shared/settings.ts';
import { accountId, aRequest, vpcId } from '../../builders.ts';
import '../recordedAws.ts';

const other = '333333333333';
const otherVpcId = 'vpc-0f999999999999999';

const entries = (accounts: readonly unknown[], defaults: object = {}) =>
  entriesOf(itemsOf(accounts), defaults, requestFor(settings()));

const requests = (accounts: readonly unknown[], defaults: object = {}) => {
  const read = entries(accounts, defaults);
  return 'entries' in read ? read.entries.map(({ request }) => request) : read;
};

describe('the entries of a batch', () => {
  it('are the requests of ids and of objects, in the order of the list, each with its own prefix', () => {
    expect(entries([other, { accountId, vpcId }])).toEqual({
      entries: [
        { prefix: `${other}_auto_`, request: aRequest({ accountId: other }) },
        { prefix: `${accountId}_${vpcId}_`, request: aRequest({ vpcId }) },
      ],
    });
  });

  it('take what they do not say from what is said for all', () => {
    const own = { accountId, access: ['network'] };
    expect(requests([other, own], { access: ['api'] })).toMatchObject([
      { accountId: other, access: ['api'] },
      own,
    ]);
  });

  it('are there once, however often and in whichever way they are listed', () => {
    const twice = [accountId, { accountId }, { access: ['network', 'api'], accountId }, accountId];
    expect(requests(twice)).toEqual([aRequest()]);
  });

  it('are two where two VPCs of an account are named', () => {
    const both = [
      { accountId, vpcId },
      { accountId, vpcId: otherVpcId },
    ];
    expect(requests(both)).toMatchObject(both);
  });

  it.each([
    [{ accountId }, { accountId, access: ['api'] }],
    [
      { accountId, vpcId },
      { accountId, vpcId, ports: ['ping'] },
    ],
    [{ accountId, vpcId }, { accountId }],
  ])('are refused where it is open which of two is meant: %j and %j', (one, two) => {
    expect(entries([other, one, two])).toEqual({
      problems: [
        {
          path: 'accounts.2',
          message: `asks for something else for account ${accountId} than accounts.1: leave one of them out, or name a VPC in each`,
        },
      ],
    });
  });

  it('are refused with every problem, each with where it stands', () => {
    expect(entries(['12', { accountId, vpc: 'vpc-1' }, 7, { accountId: other }])).toEqual({
      problems: [
        { path: 'accounts.0.accountId', message: expect.stringContaining('12 digits') },
        { path: 'accounts.1.vpc', message: 'is not known here' },
        { path: 'accounts.2', message: expect.stringContaining('expected object') },
      ],
    });
  });

  it('may ask for nothing that the settings do not allow', () => {
    expect(entries([{ accountId, ports: [{ protocol: 'tcp', from: 22, to: 22 }] }])).toEqual({
      problems: [
        { path: 'accounts.0.ports.0', message: expect.stringContaining('setting allowedPorts') },
      ],
    });
  });
});

describe('a list', () => {
  const values = (key: string, text: string) => {
    const read = readList(key, text);
    return 'items' in read ? read.items : read;
  };

  it('as CSV has a header line, and says where each line stands', () => {
    const csv = [
      '\ufeffaccountId, vpcId,access,dnsResolution',
      `${accountId},${vpcId},network api,true`,
      '',
      `${other},,,`,
      '"444444444444",,"api",maybe',
    ].join('\r\n');
    expect(values('lists/a.csv', csv)).toEqual([
      {
        at: 'line 2',
        value: { accountId, vpcId, access: ['network', 'api'], dnsResolution: true },
      },
      { at: 'line 4', value: { accountId: other } },
      {
        at: 'line 5',
        value: { accountId: '444444444444', access: ['api'], dnsResolution: 'maybe' },
      },
    ]);
  });

  it('as JSON lines has an id or a request on each', () => {
    const lines = `"${accountId}"\n\n{"accountId":"${other}"}\n`;
    expect(values('lists/a.jsonl', lines)).toEqual([
      { at: 'line 1', value: accountId },
      { at: 'line 3', value: { accountId: other } },
    ]);
  });

  it('as JSON is an array', () => {
    expect(values('lists/a.json', `["${accountId}"]`)).toEqual([
      { at: 'item 1', value: accountId },
    ]);
  });

  it.each([
    ['lists/a.csv', 'accountId,vpcId\n222222222222\n', /line 2/],
    ['lists/a.csv', '', /at least one account/],
    ['lists/a.jsonl', '{}\nnonsense\n', /line 2 is not JSON/],
    ['lists/a.json', '{}', /expected an array/],
    ['lists/a.json', '[', /JSON/],
    [
      'lists/a.json',
      JSON.stringify(Array(maxAccounts + 1).fill(accountId)),
      /at most 10000 .* 10001/,
    ],
  ])('that is none is refused: %s', (key, text, message) => {
    expect(values(key, text)).toEqual({
      problems: [{ path: key, message: expect.stringMatching(message) }],
    });
  });

  it('of any text is read or refused', async () => {
    const key = fc.constantFrom('lists/a.csv', 'lists/a.jsonl', 'lists/a.json');
    await fc.assert(
      fc.asyncProperty(key, fc.oneof(fc.string(), fc.json()), async (name, text) => {
        const read = readList(name, text);
        expect('items' in read ? read.items.length : read.problems.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the request of a batch', () => {
  it('has defaults for all but the accounts', () => {
    expect(BatchRequest.parse({ accounts: [accountId] })).toEqual({
      accounts: [accountId],
      request: {},
      maxConcurrency: 100,
      toleratedFailurePercentage: 100,
    });
  });

  it.each([
    [{}, 'either'],
    [{ accounts: [accountId], list: 's3://bucket/lists/a.csv' }, 'either'],
    [{ accounts: [] }, 'Too small'],
    [{ list: 's3://bucket/a.csv' }, 's3://bucket/lists/accounts.csv'],
    [{ list: 's3://bucket/lists/a.xlsx' }, '.csv, .jsonl, .json'],
    [{ accounts: [accountId], maxConcurrency: 0 }, 'Too small'],
    [{ accounts: [accountId], toleratedFailurePercentage: 101 }, 'Too big'],
    [{ accounts: [accountId], concurrency: 5 }, 'concurrency'],
  ])('%j is refused', (request, message) => {
    const { error } = BatchRequest.safeParse(request);
    expect(error?.message).toContain(message);
  });
});
