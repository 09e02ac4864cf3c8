import type { EC2Client } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { requestFor } from '../shared/allowed.ts';
import { ec2In, onboardingSession, roleArn } from '../shared/clients.ts';
import { explain, problemsOf, SightlineError } from '../shared/errors.ts';
import type { NetworkPlan, Plan, Side } from '../shared/execution.ts';
import * as planning from '../shared/planning.ts';
import {
  readDnsAttributesOff,
  readRouting,
  readSecurityGroups,
  readVpcs,
} from '../shared/readNetwork.ts';
import type { Request, RouteTableChoice } from '../shared/request.ts';
import { type Settings, settings } from '../shared/settings.ts';
import { task } from '../shared/task.ts';
import type { KnownVpc } from '../shared/vpcs.ts';

const Input = z.object({ executionName: z.string().min(1), request: z.unknown() });

type Sides<Thing> = { hub: Thing; monitored: Thing };

const chooseVpcs = async (
  ec2: Sides<EC2Client>,
  { accountId, vpcId, region }: Request,
  known: Settings,
): Promise<Sides<KnownVpc>> => {
  const [ofHub, ofMonitored] = await Promise.all([readVpcs(ec2.hub), readVpcs(ec2.monitored)]);
  const hub = planning.chooseHubVpc(ofHub, known);
  const wanted = { accountId, vpcId, region: region ?? known.hub.region, hubVpcId: hub.VpcId };
  const monitored = planning.chooseMonitoredVpc(ofMonitored, wanted);
  planning.refuseOverlap(hub, monitored, accountId);
  return { hub, monitored };
};

const refuseDnsAttributesOff = async (ec2: Sides<EC2Client>, vpcs: Sides<KnownVpc>) => {
  const off = await Promise.all([
    readDnsAttributesOff(ec2.hub, vpcs.hub.VpcId),
    readDnsAttributesOff(ec2.monitored, vpcs.monitored.VpcId),
  ]);
  const attributes = off.flat().join(' and ');
  if (attributes) throw new SightlineError('DnsAttributesOff', { attributes });
};

const readSide = async (
  ec2: EC2Client,
  { VpcId: vpcId }: KnownVpc,
  cidrs: string[],
  where: { accountId: string; region: string; routeTables: RouteTableChoice },
): Promise<Side> => {
  const { accountId, region, routeTables } = where;
  const routing = await readRouting(ec2, vpcId);
  return {
    accountId,
    region,
    vpcId,
    cidrs,
    routeTableIds: planning.chooseRouteTables(routing, routeTables, { accountId, vpcId }),
  };
};

const readSides = async (
  ec2: Sides<EC2Client>,
  { hub, monitored }: Sides<KnownVpc>,
  request: Request,
  known: Settings,
): Promise<Sides<Side>> => {
  const { accountId, routeTables, excludeCidrs, region = known.hub.region } = request;
  const cidrs = planning.chooseBlocks(hub, monitored, excludeCidrs);
  const inHub = { ...known.hub, routeTables: routeTables.hub };
  const inMonitored = { accountId, region, routeTables: routeTables.monitored };
  const [hubSide, monitoredSide] = await Promise.all([
    readSide(ec2.hub, hub, cidrs.hub, inHub),
    readSide(ec2.monitored, monitored, cidrs.monitored, inMonitored),
  ]);
  return { hub: hubSide, monitored: monitoredSide };
};

/**
 * Finds the two VPCs and what in them is to be opened, changing nothing.
 * Throws the errors of `shared/planning.ts` and `DnsAttributesOff`.
 */
export const planNetwork = async (
  ec2: Sides<EC2Client>,
  request: Request,
  known: Settings,
): Promise<NetworkPlan> => {
  const { acceptance, dnsResolution } = request;
  const ports = planning.choosePorts(request, known);
  const vpcs = await chooseVpcs(ec2, request, known);
  if (dnsResolution) await refuseDnsAttributesOff(ec2, vpcs);
  const [sides, groups, hubGroups] = await Promise.all([
    readSides(ec2, vpcs, request, known),
    readSecurityGroups(ec2.monitored, vpcs.monitored.VpcId),
    planning.needsHubGroups(request, known) ? readSecurityGroups(ec2.hub, vpcs.hub.VpcId) : [],
  ]);
  const { region } = sides.monitored;
  const inHub = planning.chooseInHub(request, known, sides, hubGroups);
  return {
    ...sides,
    securityGroupIds: planning.chooseSecurityGroups(
      groups,
      request.securityGroups,
      sides.monitored,
    ),
    ports,
    sources: planning.chooseSources(request.sources, sides.hub, { region, hubGroups }),
    ...(inHub && { inHub }),
    acceptance,
    dnsResolution,
  };
};

/** What EC2 answers in an account that is still being set up. */
const notSetUpYet =
  /^(OptInRequired|PendingVerification|AuthFailure|SubscriptionRequiredException)$/;

/** Whether a new account may be ready for this in some minutes. */
const mayComeTrue = (error: unknown): error is Error =>
  error instanceof Error &&
  (error.name === 'OnboardingRoleNotAssumable' || notSetUpYet.test(error.name));

/** A new account's role and APIs come some minutes after the account: that is worth waiting for. */
const waitingForNewAccount = async <Result>(
  { accountId, newAccount }: Request,
  known: Settings,
  read: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await read();
  } catch (cause) {
    if (!newAccount || !mayComeTrue(cause)) throw cause;
    const arn = roleArn(accountId, known.onboardingRole.name);
    const reason = explain(cause.name, cause.message).message;
    const values = { accountId, roleArn: arn, reason };
    throw new SightlineError('AccountNotReadyYet', values, { cause });
  }
};

/** A new account may have no VPC that qualifies: then its APIs are all there is to reach. */
const planNetworkIfAny = async (
  ...[ec2, request, known]: Parameters<typeof planNetwork>
): Promise<Pick<Plan, 'network' | 'notes'>> => {
  try {
    return { network: await planNetwork(ec2, request, known) };
  } catch (error) {
    const none = error instanceof SightlineError && error.name === 'NoVpcQualifies';
    if (!none || !request.newAccount || !request.access.includes('api')) throw error;
    return { notes: [explain(error.name, error.message).message] };
  }
};

const summaryOf = (network: NetworkPlan | undefined) =>
  network
    ? `${network.monitored.vpcId} (${network.monitored.cidrs.join(', ')}) is to be reached from ${network.hub.vpcId} (${network.hub.cidrs.join(', ')})`
    : 'access by API only';

const plan = async (executionName: string, request: Request, known: Settings): Promise<Plan> => {
  const session = await onboardingSession(request.accountId, executionName);
  const ec2 = {
    hub: ec2In(known.hub.region),
    monitored: ec2In(request.region ?? known.hub.region, session),
  };
  const wants = (access: 'network' | 'api') => request.access.includes(access);
  const { network, notes } = wants('network') ? await planNetworkIfAny(ec2, request, known) : {};
  return {
    accountId: request.accountId,
    ...(network && { network }),
    ...(wants('api') && { role: planning.planRole(request, known) }),
    ...(notes && { notes }),
    did: summaryOf(network),
  };
};

/**
 * Assumes the onboarding role, reads both sides, fills in every default and refuses what cannot work,
 * before anything is changed. Throws `InvalidRequest`, `OnboardingRoleNotAssumable`, for a new account
 * `AccountNotReadyYet`, and what `planNetwork` throws.
 */
export const preflight = async (executionName: string, asked: unknown): Promise<Plan> => {
  const known = settings();
  const parsed = requestFor(known).safeParse(asked);
  if (!parsed.success) {
    throw new SightlineError('InvalidRequest', { problems: problemsOf(parsed.error) });
  }
  const request = parsed.data;
  return waitingForNewAccount(request, known, () => plan(executionName, request, known));
};

export const handler = task(Input, ({ executionName, request }) =>
  preflight(executionName, request),
);
