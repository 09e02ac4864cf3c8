import * as ec2 from '@aws-sdk/client-ec2';
import * as sfn from '@aws-sdk/client-sfn';
import { deployed } from '../local/harness.ts';
import { ec2Of, hub, plain, requestFromTheirSide, type Sightline } from './owners.ts';

const minute = 60 * 1000;
const hour = 60 * minute;
const day = 24 * hour;

beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

// Weeks of looks take a minute even on a clock that waits for nothing.
jest.setTimeout(300_000);

const peeringsOf = async (sightline: Sightline, accountId: string, status: string) => {
  const { VpcPeeringConnections: found = [] } = await ec2Of(sightline, accountId).send(
    new ec2.DescribeVpcPeeringConnectionsCommand({
      Filters: [{ Name: 'status-code', Values: [status] }],
    }),
  );
  return found.map(({ VpcPeeringConnectionId: id = '' }) => id);
};

/** The owner of an account accepts whatever is pending there. */
const acceptByHand = async (sightline: Sightline, accountId: string) => {
  for (const id of await peeringsOf(sightline, accountId, 'pending-acceptance')) {
    await ec2Of(sightline, accountId).send(
      new ec2.AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }),
    );
  }
};

const historyOf = async ({ client }: Sightline, executionArn: string) => {
  const events: sfn.HistoryEvent[] = [];
  const pages = sfn.paginateGetExecutionHistory({ client }, { executionArn, maxResults: 1000 });
  for await (const page of pages) events.push(...(page.events ?? []));
  return events;
};

describe('acceptance by hand', () => {
  const request = { accountId: plain, acceptance: 'manual', access: ['network'] };

  it('after 6 days and 23 hours is seen within 2 minutes, in fewer than 20,000 history events', async () => {
    const sightline = await deployed();
    const accepted = Date.now() + 6 * day + 23 * hour;
    setTimeout(() => void acceptByHand(sightline, plain), 6 * day + 23 * hour);

    const { status, executionArn } = await sightline.onboard(request);

    expect(status).toBe('SUCCEEDED');
    expect(Date.now()).toBeGreaterThan(accepted);
    expect(Date.now() - accepted).toBeLessThan(2 * minute + 10_000);
    const events = await historyOf(sightline, executionArn);
    expect(events.length).toBeGreaterThan(15_000);
    expect(events.length).toBeLessThan(20_000);
  });

  it('that does not come within 7 days is requested again, and accepted then', async () => {
    const sightline = await deployed();
    setTimeout(() => void acceptByHand(sightline, plain), 7 * day + 3 * hour);

    const { status, report, writes } = await sightline.onboard(request);

    expect(status).toBe('SUCCEEDED');
    const created = writes.filter((write) => write === 'ec2:CreateVpcPeeringConnection');
    expect(created).toHaveLength(2);
    expect(report?.network?.peering).toMatchObject({ status: 'active', outcome: 'created' });
  });

  it('that never comes is requested twice and no more', async () => {
    const sightline = await deployed(undefined, { pendingPeeringExpiresAfterMs: 7 * hour });

    const { status, failure, writes } = await sightline.onboard(request);

    expect(status).toBe('FAILED');
    expect(failure).toMatchObject({ name: 'PeeringExpired' });
    expect(failure?.message).toContain(plain);
    expect(writes).toEqual(['ec2:CreateVpcPeeringConnection', 'ec2:CreateVpcPeeringConnection']);
  });

  it('is Sightline’s where the request came from the other side: it waits for the hub', async () => {
    const sightline = await deployed();
    const id = await requestFromTheirSide(sightline);

    const { status, report, calls } = await sightline.onboard(request);

    expect(status).toBe('SUCCEEDED');
    expect(report?.network?.peering).toMatchObject({ id, outcome: 'already', ours: false });
    const [accept] = calls.filter(({ action }) => action === 'AcceptVpcPeeringConnection');
    expect(accept).toMatchObject({ accountId: hub });
  });
});
