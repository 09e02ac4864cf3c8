import type {
  RouteTable,
  VpcPeeringConnection,
  VpcPeeringConnectionVpcInfo,
} from '@aws-sdk/client-ec2';
import { ec2In, iamOf, isDenied, type Session } from '../clients.ts';
import { SightlineError } from '../errors.ts';
import type { RolePlan } from '../execution.ts';
import { readMarkedRules, readPeeringsWhere } from '../network/readNetwork.ts';
import { destinationOf } from '../network/routes.ts';
import { blocksOf, type KnownVpc } from '../network/vpcs.ts';
import { confirmNetwork, roleCheck } from '../readiness/readiness.ts';
import { buildReport, type Report } from '../report.ts';
import { inspectRole, monitoringSession, tryBeyond, tryRole } from '../role/proveRole.ts';
import { onboardingOf, onboardingTag } from '../tags.ts';
import { networkAsFound } from './asFound.ts';
import { type Asked, clientsOf, type Sides } from './asked.ts';
import { assessVpcs } from './assessNetwork.ts';
import { warningsOf } from './findings.ts';
import { planRole } from './planning.ts';

/** The one active peering that Sightline has requested for the account; nothing where there are several. */
const findPeering = async ({
  request,
  known,
}: Asked): Promise<VpcPeeringConnection | undefined> => {
  const { accountId, vpcId = '*' } = request;
  const [peering, ...others] = await readPeeringsWhere(
    ec2In(known.hub.region),
    { Name: `tag:${onboardingTag}`, Values: [onboardingOf({ accountId, vpcId })] },
    { Name: 'status-code', Values: ['active'] },
  );
  return others.length > 0 ? undefined : peering;
};

const vpcOf = (info: VpcPeeringConnectionVpcInfo): KnownVpc => ({
  VpcId: info.VpcId ?? '',
  OwnerId: info.OwnerId,
  CidrBlockAssociationSet: (info.CidrBlockSet ?? []).map(({ CidrBlock }) => ({
    CidrBlock,
    CidrBlockState: { State: 'associated' },
  })),
  Ipv6CidrBlockAssociationSet: (info.Ipv6CidrBlockSet ?? []).map(({ Ipv6CidrBlock }) => ({
    Ipv6CidrBlock,
    Ipv6CidrBlockState: { State: 'associated' },
  })),
});

/** The VPCs that such a peering connects, if they are those that the request and the settings mean. */
const vpcsOf = (
  { RequesterVpcInfo: hub = {}, AccepterVpcInfo: monitored = {} }: VpcPeeringConnection,
  { request, known, region }: Asked,
): Sides<KnownVpc> | undefined => {
  const isMeant =
    [known.hub.vpcId, request.hubVpcId].every((vpcId) => (vpcId ?? hub.VpcId) === hub.VpcId) &&
    monitored.OwnerId === request.accountId &&
    monitored.Region === region;
  return isMeant ? { hub: vpcOf(hub), monitored: vpcOf(monitored) } : undefined;
};

const localDestinations = (tables: readonly RouteTable[]) =>
  tables.flatMap(({ Routes = [] }) =>
    Routes.filter(({ GatewayId }) => GatewayId === 'local').flatMap(
      (route) => destinationOf(route) ?? [],
    ),
  );

/**
 * Whether a peering shows the blocks that a VPC has now, of which AWS says nothing: each has a local route
 * in every table of the VPC (https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html).
 */
const showsAllBlocks = (vpc: KnownVpc, tables: readonly RouteTable[]) => {
  const shown = new Set(blocksOf(vpc));
  const there = new Set(localDestinations(tables));
  return shown.size === there.size && [...shown].every((block) => there.has(block));
};

/** What there is of the network, where nothing of it is lacking and nothing stands in its way. */
const findNetwork = async (
  asked: Asked,
  session: Session,
  peering: VpcPeeringConnection,
  vpcs: Sides<KnownVpc>,
) => {
  const clients = clientsOf(asked, session);
  const { accountId } = asked.request;
  const [{ network, now, changes, findings }, markedInHub] = await Promise.all([
    assessVpcs(clients, asked, vpcs, [peering]),
    // Only a deployment with such a group opens groups of the hub without being asked for.
    asked.known.hub.securityGroupId
      ? readMarkedRules(clients.ec2.hub, onboardingOf({ accountId, vpcId: vpcs.monitored.VpcId }))
      : [],
  ]);
  if (!network || !now) return undefined;
  const isWhole =
    changes.every(({ does }) => does !== 'create') &&
    findings.every(({ severity }) => severity !== 'blocks') &&
    showsAllBlocks(vpcs.hub, now.state.hub.routeTables) &&
    showsAllBlocks(vpcs.monitored, now.state.monitored.routeTables);
  const isOnlyVpc = asked.known.hub.vpcId !== undefined;
  const found = { network, peering, ...now, markedInHub, isOnlyVpc };
  return isWhole ? { found, notes: warningsOf(findings) } : undefined;
};

const roleFound = ({ arn }: RolePlan) => ({ arn, outcome: 'already' as const, did: 'is there' });

const didOf = (report: Report): Report => ({ ...report, did: `was ready already; ${report.did}` });

const reportNetwork = async (
  asked: Asked,
  executionName: string,
  role: RolePlan,
  session: Session,
) => {
  const peering = await findPeering(asked);
  const vpcs = peering && vpcsOf(peering, asked);
  if (!peering || !vpcs) return undefined;
  const [whole] = await Promise.all([
    // The role itself reads the monitored account: there is no better proof that it reads.
    findNetwork(asked, session, peering, vpcs),
    inspectRole(iamOf(session), role),
    tryBeyond(session, executionName, role),
  ]);
  if (!whole) return undefined;
  const { network, state } = whole.found;
  const { peering: there, configured } = networkAsFound(whole.found);
  const { checks, prove } = confirmNetwork(state, network, there, configured.securityGroups);
  if (checks.some(({ ok }) => !ok)) return undefined;
  const plan = { accountId: asked.request.accountId, network, role, notes: whole.notes, did: '' };
  const prepared = { peering: there, configured, role: roleFound(role) };
  return buildReport(plan, prepared, [...checks, roleCheck(role, session.arn)], prove());
};

const reportRole = async (
  asked: Asked,
  executionName: string,
  role: RolePlan,
  session: Session,
) => {
  await Promise.all([inspectRole(iamOf(session), role), tryRole(session, executionName, role)]);
  const plan = { accountId: asked.request.accountId, role, did: '' };
  return buildReport(plan, { role: roleFound(role) }, [roleCheck(role, session.arn)]);
};

/** What only says that something is not as it should be, which the steps look at and explain. */
const isExplainedBySteps = (error: unknown) =>
  error instanceof SightlineError ||
  isDenied(error) ||
  (error instanceof Error && error.name === 'NoSuchEntityException');

/**
 * The report on an account that an earlier onboarding has made ready and that is so still; nothing if
 * anything may be lacking, or for an account that is not to be watched through APIs. It takes a fourth of
 * the calls of all steps, and holds as much: both sides are read and every way is followed, by the
 * monitoring role itself. Changes nothing. Throws what AWS says where it could not be looked.
 */
export const reportIfReady = async (
  asked: Asked,
  executionName: string,
): Promise<Report | undefined> => {
  const { access } = asked.request;
  if (!access.includes('api')) return undefined;
  const role = planRole(asked.request, asked.known);
  const report = access.includes('network') ? reportNetwork : reportRole;
  try {
    const session = await monitoringSession(executionName, role);
    const ready = await report(asked, executionName, role, session);
    return ready && didOf(ready);
  } catch (error) {
    if (isExplainedBySteps(error)) return undefined;
    throw error;
  }
};
