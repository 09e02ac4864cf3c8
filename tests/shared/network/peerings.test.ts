import {
  accepterOf,
  bestOf,
  livePeeringsOf,
  liveStatuses,
  statusOf,
} from '../../../shared/network/peerings.ts';
import {
  aDescribedPeering,
  aHubSide,
  aMonitoredSide,
  aReversedPeering,
  hubVpcId,
  vpcId,
} from '../../builders.ts';

it('gives a peering’s status as AWS does, and unknown where AWS gives none', () => {
  expect(statusOf(aDescribedPeering('provisioning'))).toBe('provisioning');
  expect(statusOf({})).toBe('unknown');
  expect(statusOf(undefined)).toBe('unknown');
});

it('has the side accept a peering that did not request it', () => {
  expect(accepterOf(aDescribedPeering(), aHubSide())).toBe('monitored');
  expect(accepterOf(aReversedPeering(), aHubSide())).toBe('hub');
});

it.each([
  [['pending-acceptance', 'active'], 'active'],
  [['active', 'provisioning', 'initiating-request'], 'active'],
  [['initiating-request', 'pending-acceptance'], 'pending-acceptance'],
  [['pending-acceptance', 'provisioning'], 'provisioning'],
])('of peerings that are %j chooses the one that is %s', (statuses, status) => {
  expect(statusOf(bestOf(statuses.map((one) => aDescribedPeering(one))))).toBe(status);
});

it('chooses none of none, and leaves the list as it was', () => {
  expect(bestOf([])).toBeUndefined();
  const peerings = [aDescribedPeering('provisioning'), aDescribedPeering('active')];
  bestOf(peerings);
  expect(peerings.map(statusOf)).toEqual(['provisioning', 'active']);
});

it('looks for live peerings in both directions at once', () => {
  const either = [hubVpcId, vpcId];
  expect(livePeeringsOf(aHubSide(), aMonitoredSide())).toEqual([
    { Name: 'requester-vpc-info.vpc-id', Values: either },
    { Name: 'accepter-vpc-info.vpc-id', Values: either },
    { Name: 'status-code', Values: liveStatuses },
  ]);
});
