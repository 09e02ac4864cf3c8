import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { SightlineError } from '../errors.ts';
import type { NetworkPlan, Side } from '../execution.ts';
import type { Routing } from '../network/readNetwork.ts';
import { ownGroupName } from '../network/rules.ts';
import type { KnownVpc } from '../network/vpcs.ts';
import type { RouteTableChoice } from '../request.ts';
import { isOurs } from '../tags.ts';
import type { Asked, Sides } from './asked.ts';
import { decided, type Finding } from './findings.ts';
import * as planning from './planning.ts';
import type { Seen } from './seeNetwork.ts';

/** A shared VPC is seen by whoever takes part in it, and peered by its owner alone. */
const refuseShared = ({ VpcId: vpcId, OwnerId: ownerId }: KnownVpc, accountId: string) => {
  if (ownerId === undefined || ownerId === accountId) return;
  throw new SightlineError('VpcShared', { vpcId, accountId, ownerId });
};

const sideOf = (
  { VpcId: vpcId }: KnownVpc,
  cidrs: string[],
  routing: Routing,
  { accountId, region }: { accountId: string; region: string },
  choice: RouteTableChoice,
): Side => ({
  accountId,
  region,
  vpcId,
  cidrs,
  routeTableIds: planning.chooseRouteTables(routing, choice, { accountId, vpcId }),
});

/** What the request itself decides. */
const asAsked = ({ request, known }: Asked) => ({
  ports: planning.choosePorts(request, known),
  acceptance: request.acceptance,
  dnsResolution: request.dnsResolution,
});

const chooseSides = ({ vpcs, networks }: Seen, { request, known, region }: Asked) => {
  const { accountId, routeTables, excludeCidrs } = request;
  const there = { accountId, region };
  const blocksOf = decided(() => planning.chooseBlocks(vpcs.hub, vpcs.monitored, excludeCidrs));
  const cidrs = blocksOf.result ?? { hub: [], monitored: [] };
  const hub = decided(() => sideOf(vpcs.hub, cidrs.hub, networks.hub, known.hub, routeTables.hub));
  const monitored = decided(() =>
    sideOf(vpcs.monitored, cidrs.monitored, networks.monitored, there, routeTables.monitored),
  );
  const findings = [blocksOf, hub, monitored].flatMap((one) => one.findings);
  const sides = blocksOf.result &&
    hub.result &&
    monitored.result && { hub: hub.result, monitored: monitored.result };
  return { sides, findings };
};

/** The groups to open on both sides, and whom they let in. */
const chooseOpening = ({ groups }: Seen, sides: Sides<Side>, { request, known, region }: Asked) => {
  const chosen = decided(() =>
    planning.chooseSecurityGroups(groups.monitored, request.securityGroups, sides.monitored),
  );
  const sources = decided(() =>
    planning.chooseSources(request.sources, sides.hub, { region, hubGroups: groups.hub }),
  );
  const inHub = decided(() => planning.chooseInHub(request, known, sides, groups.hub));
  const findings = [chosen, sources, inHub].flatMap((one) => one.findings);
  if (!chosen.result || !sources.result) return { findings };
  const opening = {
    securityGroupIds: chosen.result,
    sources: sources.result,
    ...(inHub.result && { inHub: inHub.result }),
  };
  return { opening, findings };
};

/** Where Sightline is to use a group of its own, nobody else's may have its name. */
const refuseTheirGroup = (
  groups: readonly SecurityGroup[],
  { monitored, securityGroupIds, ports }: NetworkPlan,
) => {
  if (securityGroupIds.length > 0 || ports.length === 0) return;
  const theirs = groups.find(({ GroupName, Tags }) => GroupName === ownGroupName && !isOurs(Tags));
  if (!theirs) return;
  const { vpcId } = monitored;
  throw new SightlineError('SecurityGroupConflict', { vpcId, groupId: theirs.GroupId ?? '' });
};

/** Every choice that the request leaves open, with all that stands in the way of one. */
export const chooseNetwork = (
  seen: Seen,
  asked: Asked,
): { network?: NetworkPlan; findings: Finding[] } => {
  const { accountId } = asked.request;
  const { hub: hubVpc, monitored: vpc } = seen.vpcs;
  const { sides, findings } = chooseSides(seen, asked);
  findings.push(
    ...decided(() => planning.refuseOverlap(hubVpc, vpc, accountId)).findings,
    ...decided(() => refuseShared(vpc, accountId)).findings,
  );
  if (!sides) return { findings };
  const { opening, findings: ofGroups } = chooseOpening(seen, sides, asked);
  findings.push(...ofGroups);
  if (!opening) return { findings };
  const network: NetworkPlan = { ...sides, ...opening, ...asAsked(asked) };
  findings.push(...decided(() => refuseTheirGroup(seen.groups.monitored, network)).findings);
  return { network, findings };
};
