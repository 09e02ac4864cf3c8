import {
  active,
  anEc2,
  type Client,
  day,
  error,
  hour,
  hub,
  hubVpc,
  monitored,
  monitoredVpc,
  region,
  requested,
  second,
  stranger,
  unknownVpc,
} from './anEc2.ts';

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-11-01T00:00:00Z') }));
afterEach(() => jest.useRealTimers());

const given = (parts: Parameters<typeof anEc2>[0] = {}) => {
  const ec2 = anEc2(parts);
  const accepter = ec2.as(monitored, parts.monitoredRegion);
  return { ...ec2, requester: ec2.as(hub), accepter, peerRegion: parts.monitoredRegion ?? region };
};

const request = { VpcId: hubVpc, PeerVpcId: monitoredVpc, PeerOwnerId: monitored };
const reverse = { VpcId: monitoredVpc, PeerVpcId: hubVpc, PeerOwnerId: hub };

const all = (client: Client) =>
  client.DescribeVpcPeeringConnections({}).VpcPeeringConnections ?? [];
const see = (client: Client, id: string) =>
  client.DescribeVpcPeeringConnections({ VpcPeeringConnectionIds: [id] })
    .VpcPeeringConnections?.[0];
const statusSeenBy = (client: Client, id: string) => see(client, id)?.Status?.Code;
const notFound = error('InvalidVpcPeeringConnectionID.NotFound');

describe('a request', () => {
  it('answers initiating-request first, and nobody sees it yet', () => {
    const { requester, accepter } = given();
    const { VpcPeeringConnection: peering } = requester.CreateVpcPeeringConnection(request);
    expect(peering).toMatchObject({
      VpcPeeringConnectionId: expect.stringMatching(/^pcx-[0-9a-f]{17}$/),
      Status: { Code: 'initiating-request' },
      ExpirationTime: new Date('2026-11-08T00:00:00Z'),
    });
    const id = peering?.VpcPeeringConnectionId ?? '';
    for (const side of [requester, accepter]) {
      expect(() => see(side, id)).toThrow(notFound);
      expect(all(side)).toEqual([]);
    }
    expect(() => accepter.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id })).toThrow(
      notFound,
    );
  });

  it('is pending on both sides after a moment, and the requester does not know the accepter’s blocks', () => {
    const ec2 = given();
    const id = requested(ec2);
    expect(see(ec2.requester, id)).toEqual({
      VpcPeeringConnectionId: id,
      Status: { Code: 'pending-acceptance', Message: `Pending Acceptance by ${monitored}` },
      ExpirationTime: new Date('2026-11-08T00:00:00Z'),
      RequesterVpcInfo: expect.objectContaining({ CidrBlock: '10.0.0.0/16', OwnerId: hub }),
      AccepterVpcInfo: { OwnerId: monitored, VpcId: monitoredVpc, Region: region },
      Tags: [],
    });
    expect(see(ec2.accepter, id)?.AccepterVpcInfo?.CidrBlock).toBe('10.20.0.0/16');
  });

  it('is the accepter’s to accept: provisioning first, then active, with all blocks known', () => {
    const ec2 = given({
      monitoredVpc: { cidrs: ['10.20.0.0/16', '10.21.0.0/16', '2001:db8:20::/56'] },
    });
    const id = requested(ec2);
    const { VpcPeeringConnection: accepted } = ec2.accepter.AcceptVpcPeeringConnection({
      VpcPeeringConnectionId: id,
    });
    expect(accepted?.Status?.Code).toBe('provisioning');
    expect(statusSeenBy(ec2.requester, id)).toBe('provisioning');
    jest.advanceTimersByTime(ec2.settings.peeringProvisioningMs);
    const peering = see(ec2.requester, id);
    expect(peering).toMatchObject({
      Status: { Code: 'active', Message: 'Active' },
      AccepterVpcInfo: {
        CidrBlock: '10.20.0.0/16',
        CidrBlockSet: [{ CidrBlock: '10.20.0.0/16' }, { CidrBlock: '10.21.0.0/16' }],
        Ipv6CidrBlockSet: [{ Ipv6CidrBlock: '2001:db8:20::/56' }],
        PeeringOptions: { AllowDnsResolutionFromRemoteVpc: false },
      },
    });
    expect(peering).not.toHaveProperty('ExpirationTime');
  });

  it('made again in the same direction is the one that is there, at every stage of its life', () => {
    const { requester, accepter } = given();
    const make = () =>
      requester.CreateVpcPeeringConnection(request).VpcPeeringConnection?.VpcPeeringConnectionId ??
      '';
    const id = make();
    expect(make()).toBe(id);
    jest.advanceTimersByTime(second);
    expect(make()).toBe(id);
    accepter.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id });
    jest.advanceTimersByTime(hour);
    expect(make()).toBe(id);
    requester.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: id });
    expect(make()).not.toBe(id);
  });

  it('in the reversed direction is another one, which cannot be accepted while the first is active', () => {
    const ec2 = given();
    const id = active(ec2);
    const other =
      ec2.accepter.CreateVpcPeeringConnection(reverse).VpcPeeringConnection?.VpcPeeringConnectionId;
    expect(other).not.toBe(id);
    jest.advanceTimersByTime(second);
    expect(() =>
      ec2.requester.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: other }),
    ).toThrow(error('VpcPeeringConnectionAlreadyExists', id));
    expect(statusSeenBy(ec2.requester, other ?? '')).toBe('pending-acceptance');
    ec2.requester.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: id });
    ec2.requester.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: other });
    expect(statusSeenBy(ec2.accepter, other ?? '')).toBe('provisioning');
  });

  it('needs the ids of both VPCs, well formed', () => {
    const { requester } = given();
    const { PeerVpcId: _, ...noPeer } = request;
    expect(() => requester.CreateVpcPeeringConnection(noPeer)).toThrow(error('MissingParameter'));
    expect(() => requester.CreateVpcPeeringConnection({ ...request, VpcId: undefined })).toThrow(
      error('MissingParameter'),
    );
    expect(() => requester.CreateVpcPeeringConnection({ ...request, PeerVpcId: 'app' })).toThrow(
      error('InvalidVpcID.Malformed'),
    );
  });

  it('needs a VPC of the requester’s own', () => {
    const { requester } = given();
    expect(() =>
      requester.CreateVpcPeeringConnection({ VpcId: monitoredVpc, PeerVpcId: hubVpc }),
    ).toThrow(error('InvalidVpcID.NotFound', monitoredVpc));
  });

  it.each([
    ['overlapping IPv4 blocks', { cidrs: ['10.0.128.0/20'] }, request],
    ['an overlapping secondary block', { cidrs: ['10.20.0.0/16', '10.0.128.0/20'] }, request],
    ['overlapping IPv6 blocks', { cidrs: ['10.20.0.0/16', '2001:db8:1::/56'] }, request],
    ['an unknown VPC', {}, { ...request, PeerVpcId: unknownVpc }],
    ['a VPC of another account', {}, { ...request, PeerOwnerId: stranger }],
    ['an unknown account', {}, { ...request, PeerOwnerId: '000000000000' }],
    ['a VPC of another Region', {}, { ...request, PeerRegion: 'us-east-1' }],
  ])('fails for %s, without saying why, and is seen for 2 hours', (_why, vpc, input) => {
    const { requester, accepter } = given({
      hubVpc: { cidrs: ['10.0.0.0/16', '2001:db8:1::/56'] },
      monitoredVpc: vpc,
    });
    const made = requester.CreateVpcPeeringConnection(input).VpcPeeringConnection;
    expect(made?.Status?.Code).toBe('initiating-request');
    const id = made?.VpcPeeringConnectionId ?? '';
    jest.advanceTimersByTime(0.5 * second);
    expect(see(requester, id)?.Status).toEqual({
      Code: 'failed',
      Message: 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range',
    });
    expect(all(accepter)).toEqual([]);
    expect(() => requester.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: id })).toThrow(
      error('InvalidStateTransition', 'from failed to deleting'),
    );
    jest.advanceTimersByTime(2 * hour - 1);
    expect(statusSeenBy(requester, id)).toBe('failed');
    jest.advanceTimersByTime(1);
    expect(() => see(requester, id)).toThrow(notFound);
  });

  it('expires after 7 days and is seen for 2 more', () => {
    const ec2 = given();
    const id = requested(ec2);
    jest.advanceTimersByTime(7 * day - 0.5 * second - 1);
    expect(statusSeenBy(ec2.requester, id)).toBe('pending-acceptance');
    jest.advanceTimersByTime(1);
    expect(statusSeenBy(ec2.requester, id)).toBe('expired');
    expect(() => ec2.accepter.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id })).toThrow(
      error('InvalidStateTransition', 'from expired to provisioning'),
    );
    jest.advanceTimersByTime(2 * day - 1);
    expect(statusSeenBy(ec2.accepter, id)).toBe('expired');
    jest.advanceTimersByTime(1);
    expect(() => see(ec2.accepter, id)).toThrow(notFound);
  });

  it('is refused beyond the quota of outstanding requests', () => {
    const vpcs = ['1', '2', '3'].map((n) => ({ name: n, cidrs: [`10.3${n}.0.0/16`] }));
    const ec2 = given({ more: { [monitored]: vpcs }, quotas: { outstandingPeeringRequests: 2 } });
    const ids = ec2.accepter.DescribeVpcs({}).Vpcs?.map(({ VpcId }) => VpcId) ?? [];
    const make = (PeerVpcId: string | undefined) =>
      ec2.requester.CreateVpcPeeringConnection({ ...request, PeerVpcId });
    make(ids[1]);
    make(ids[2]);
    expect(() => make(ids[3])).toThrow(error('OutstandingVpcPeeringConnectionLimitExceeded'));
    expect(() => ec2.accepter.CreateVpcPeeringConnection(reverse)).not.toThrow();
    expect(() => make(ids[2])).not.toThrow();
    jest.advanceTimersByTime(8 * day);
    expect(() => make(ids[3])).not.toThrow();
  });
});

describe('an answer', () => {
  it('is not the requester’s to give', () => {
    const ec2 = given();
    const input = { VpcPeeringConnectionId: requested(ec2) };
    for (const answer of ['AcceptVpcPeeringConnection', 'RejectVpcPeeringConnection'] as const) {
      expect(() => ec2.requester[answer](input)).toThrow(error('OperationNotPermitted'));
      expect(() => ec2.as(stranger)[answer](input)).toThrow(notFound);
    }
  });

  it('is given once', () => {
    const ec2 = given();
    const input = { VpcPeeringConnectionId: active(ec2) };
    expect(() => ec2.accepter.AcceptVpcPeeringConnection(input)).toThrow(
      error('InvalidStateTransition', 'from active to provisioning'),
    );
    expect(() => ec2.accepter.RejectVpcPeeringConnection(input)).toThrow(
      error('InvalidStateTransition', 'from active to rejected'),
    );
  });

  it('of no is seen for 2 hours by who gave it and for 2 days by the requester', () => {
    const ec2 = given();
    const id = requested(ec2);
    ec2.accepter.RejectVpcPeeringConnection({ VpcPeeringConnectionId: id });
    expect(see(ec2.requester, id)?.Status).toEqual({
      Code: 'rejected',
      Message: `Rejected by ${monitored}`,
    });
    jest.advanceTimersByTime(2 * hour - 1);
    expect(statusSeenBy(ec2.accepter, id)).toBe('rejected');
    jest.advanceTimersByTime(1);
    expect(() => see(ec2.accepter, id)).toThrow(notFound);
    jest.advanceTimersByTime(2 * day - 2 * hour - 1);
    expect(statusSeenBy(ec2.requester, id)).toBe('rejected');
    jest.advanceTimersByTime(1);
    expect(() => see(ec2.requester, id)).toThrow(notFound);
  });

  it.each([
    ['requester', hubVpc, { VpcId: hubVpc, PeerVpcId: unknownVpc }],
    ['accepter', monitoredVpc, { VpcId: monitoredVpc, PeerVpcId: unknownVpc }],
    ['accepter', monitoredVpc, { VpcId: unknownVpc, PeerVpcId: monitoredVpc }],
  ])(
    'of yes is refused where the %s’s VPC has as many active peerings as it may',
    (_, full, input) => {
      const ec2 = given({
        more: { [monitored]: [{ name: 'second', id: unknownVpc, cidrs: ['10.30.0.0/16'] }] },
        quotas: { activePeeringsPerVpc: 1 },
      });
      active(ec2);
      const owner = input.VpcId === hubVpc ? ec2.requester : ec2.accepter;
      const made = owner.CreateVpcPeeringConnection({ ...input, PeerOwnerId: monitored });
      jest.advanceTimersByTime(second);
      expect(() =>
        ec2.accepter.AcceptVpcPeeringConnection({
          VpcPeeringConnectionId: made.VpcPeeringConnection?.VpcPeeringConnectionId,
        }),
      ).toThrow(error('ActiveVpcPeeringConnectionPerVpcLimitExceeded', full));
    },
  );
});

describe('a deleted peering', () => {
  it.each([
    ['requester', 'accepter'],
    ['accepter', 'requester'],
  ] as const)(
    'is seen for 2 hours by the %s who deleted it and for 2 days by the %s',
    (one, other) => {
      const ec2 = given();
      const id = active(ec2);
      ec2[one].DeleteVpcPeeringConnection({ VpcPeeringConnectionId: id });
      expect(statusSeenBy(ec2[one], id)).toBe('deleted');
      jest.advanceTimersByTime(2 * hour);
      expect(() => see(ec2[one], id)).toThrow(notFound);
      jest.advanceTimersByTime(2 * day - 2 * hour - 1);
      expect(statusSeenBy(ec2[other], id)).toBe('deleted');
      jest.advanceTimersByTime(1);
      expect(() => see(ec2[other], id)).toThrow(notFound);
    },
  );

  it('was, while pending, the requester’s to delete and not the accepter’s', () => {
    const ec2 = given();
    const input = { VpcPeeringConnectionId: requested(ec2) };
    expect(() => ec2.accepter.DeleteVpcPeeringConnection(input)).toThrow(
      error('OperationNotPermitted'),
    );
    ec2.requester.DeleteVpcPeeringConnection(input);
    expect(() => ec2.requester.DeleteVpcPeeringConnection(input)).toThrow(
      error('InvalidStateTransition', 'from deleted to deleting'),
    );
  });

  it('stays in sight beside its successor', () => {
    const ec2 = given();
    const first = active(ec2);
    ec2.requester.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: first });
    const next = active(ec2);
    expect(all(ec2.requester).map((one) => [one.VpcPeeringConnectionId, one.Status?.Code])).toEqual(
      [
        [first, 'deleted'],
        [next, 'active'],
      ],
    );
  });
});

describe('a peering between Regions', () => {
  const far = 'us-east-1';

  it('is accepted in the accepter’s Region, and each side sees it in its own', () => {
    const ec2 = given({ monitoredRegion: far });
    const id = requested(ec2);
    expect(() => see(ec2.as(monitored, region), id)).toThrow(notFound);
    expect(() => see(ec2.as(hub, far), id)).toThrow(notFound);
    expect(() =>
      ec2.as(monitored, region).AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id }),
    ).toThrow(notFound);
    ec2.accepter.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id });
    expect(see(ec2.requester, id)).toMatchObject({
      RequesterVpcInfo: { Region: region },
      AccepterVpcInfo: { Region: far },
    });
  });

  it('within one account is not accepted in the requester’s Region', () => {
    const ec2 = given({ monitoredRegion: far });
    const away = ec2.accepter.CreateVpc({ CidrBlock: '10.99.0.0/16' }).Vpc?.VpcId;
    const home = ec2.as(monitored, region);
    const near = home.CreateVpc({ CidrBlock: '10.98.0.0/16' }).Vpc?.VpcId;
    const { VpcPeeringConnection: made } = home.CreateVpcPeeringConnection({
      VpcId: near,
      PeerVpcId: away,
      PeerRegion: far,
    });
    jest.advanceTimersByTime(second);
    const input = { VpcPeeringConnectionId: made?.VpcPeeringConnectionId };
    expect(() => home.AcceptVpcPeeringConnection(input)).toThrow(
      error('OperationNotPermitted', `must be accepted in region ${far}`),
    );
    expect(() => ec2.accepter.AcceptVpcPeeringConnection(input)).not.toThrow();
  });
});

describe('tags on a peering', () => {
  it('are each side’s own', () => {
    const ec2 = given();
    ec2.requester.CreateVpcPeeringConnection({
      ...request,
      TagSpecifications: [
        { ResourceType: 'vpc-peering-connection', Tags: [{ Key: 'Name', Value: 'to app' }] },
      ],
    });
    const id = requested(ec2);
    ec2.accepter.CreateTags({ Resources: [id], Tags: [{ Key: 'Name', Value: 'from hub' }] });
    expect(see(ec2.requester, id)?.Tags).toEqual([{ Key: 'Name', Value: 'to app' }]);
    expect(see(ec2.accepter, id)?.Tags).toEqual([{ Key: 'Name', Value: 'from hub' }]);
  });

  it('cannot be put before it is visible', () => {
    const { requester } = given();
    const made = requester.CreateVpcPeeringConnection(request).VpcPeeringConnection;
    expect(() =>
      requester.CreateTags({
        Resources: [made?.VpcPeeringConnectionId ?? ''],
        Tags: [{ Key: 'Name', Value: 'x' }],
      }),
    ).toThrow(notFound);
  });
});

describe('DNS resolution over a peering', () => {
  const withDns = { hubVpc: { dnsHostnames: true }, monitoredVpc: { dnsHostnames: true } };
  const on = { AllowDnsResolutionFromRemoteVpc: true };

  it('is allowed by each owner for its own side', () => {
    const ec2 = given(withDns);
    const id = active(ec2);
    const input = { VpcPeeringConnectionId: id, RequesterPeeringConnectionOptions: on };
    expect(ec2.requester.ModifyVpcPeeringConnectionOptions(input)).toEqual({
      RequesterPeeringConnectionOptions: on,
    });
    expect(see(ec2.accepter, id)).toMatchObject({
      RequesterVpcInfo: { PeeringOptions: on },
      AccepterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: false } },
    });
    expect(() => ec2.accepter.ModifyVpcPeeringConnectionOptions(input)).toThrow(
      error('OperationNotPermitted'),
    );
  });

  it('waits for the peering to be active', () => {
    const ec2 = given(withDns);
    const id = requested(ec2);
    expect(() =>
      ec2.requester.ModifyVpcPeeringConnectionOptions({
        VpcPeeringConnectionId: id,
        RequesterPeeringConnectionOptions: on,
      }),
    ).toThrow(error('OperationNotPermitted', 'can be added only to active peerings'));
  });

  it.each([
    ['DNS hostnames', { monitoredVpc: { dnsHostnames: false } }],
    ['DNS support', { monitoredVpc: { dnsHostnames: true, dnsSupport: false } }],
  ])('needs %s in both VPCs', (_what, vpc) => {
    const ec2 = given({ ...withDns, ...vpc });
    const id = active(ec2);
    const set = (AllowDnsResolutionFromRemoteVpc: boolean) =>
      ec2.requester.ModifyVpcPeeringConnectionOptions({
        VpcPeeringConnectionId: id,
        RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc },
      });
    expect(() => set(true)).toThrow(error('OperationNotPermitted', monitoredVpc));
    expect(() => set(false)).not.toThrow();
  });

  it('refuses what it does not know rather than ignore it', () => {
    const ec2 = given(withDns);
    const id = active(ec2);
    expect(() =>
      ec2.requester.ModifyVpcPeeringConnectionOptions({
        VpcPeeringConnectionId: id,
        RequesterPeeringConnectionOptions: { AllowEgressFromLocalClassicLinkToRemoteVpc: true },
      }),
    ).toThrow(error('NotImplemented', 'AllowEgressFromLocalClassicLinkToRemoteVpc'));
  });
});

describe('the filters of a peering', () => {
  it.each([
    ['requester-vpc-info.vpc-id', hubVpc],
    ['requester-vpc-info.owner-id', hub],
    ['requester-vpc-info.cidr-block', '10.0.0.0/16'],
    ['accepter-vpc-info.vpc-id', monitoredVpc],
    ['accepter-vpc-info.owner-id', monitored],
    ['accepter-vpc-info.cidr-block', '10.20.0.0/16'],
    ['status-code', 'active'],
    ['status-message', 'Active'],
  ])('know it by its %s', (Name, value) => {
    const ec2 = given();
    active(ec2);
    const found = (Values: string[]) =>
      ec2.requester.DescribeVpcPeeringConnections({ Filters: [{ Name, Values }] })
        .VpcPeeringConnections?.length;
    expect(found(['other', value])).toBe(1);
    expect(found(['other'])).toBe(0);
  });

  it.each(['requester-vpc-info.vpc-id', 'accepter-vpc-info.vpc-id'])(
    'take a pattern as %s, and find nothing by the VPC of the other end',
    (Name) => {
      const ec2 = given();
      active(ec2);
      const found = (...Values: string[]) =>
        ec2.requester.DescribeVpcPeeringConnections({ Filters: [{ Name, Values }] })
          .VpcPeeringConnections?.length;
      const [own, others] = Name.startsWith('requester')
        ? [hubVpc, monitoredVpc]
        : [monitoredVpc, hubVpc];
      expect(found(`${own.slice(0, -1)}?`)).toBe(1);
      expect(found('vpc-*', 'other')).toBe(1);
      expect(found(others)).toBe(0);
      expect(found(hubVpc, monitoredVpc)).toBe(1);
    },
  );

  it('know it by its id and, while pending, by when it expires', () => {
    const ec2 = given();
    const id = requested(ec2);
    const Filters = [
      { Name: 'vpc-peering-connection-id', Values: [id] },
      { Name: 'expiration-time', Values: ['2026-11-08T*'] },
    ];
    expect(
      ec2.requester.DescribeVpcPeeringConnections({ Filters }).VpcPeeringConnections,
    ).toHaveLength(1);
  });
});
