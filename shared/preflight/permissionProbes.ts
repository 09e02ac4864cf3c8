import {
  AcceptVpcPeeringConnectionCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  type EC2Client,
  ModifyVpcPeeringConnectionOptionsCommand,
  ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import type { NetworkPlan, SideName } from '../execution.ts';
import { accepterOf } from '../network/peerings.ts';
import { destinationField } from '../network/routes.ts';
import { ownGroupName } from '../network/rules.ts';
import { permissionFor } from '../ports.ts';
import { onboardingOf, tagsFor } from '../tags.ts';
import type { Change, NetworkFacts } from './changes.ts';
import { blocks, type Finding } from './findings.ts';

const DryRun = true;

/** Stands for a peering that is yet to be requested: whether one may is asked before whether it exists. */
const noPeeringYet = 'pcx-00000000000000000';

type Asked = { network: NetworkPlan; facts: NetworkFacts };

const routeOf = ({ network, facts }: Asked) => ({
  RouteTableId: network.monitored.routeTableIds[0],
  ...destinationField(network.hub.cidrs[0] ?? ''),
  VpcPeeringConnectionId: facts.peering?.VpcPeeringConnectionId ?? noPeeringYet,
  DryRun,
});

const markOf = ({ monitored }: NetworkPlan, name: string) => tagsFor(onboardingOf(monitored), name);

const ingressOf = ({ network, facts }: Asked) => ({
  GroupId: network.securityGroupIds[0] ?? facts.ownGroupId,
  IpPermissions: network.ports
    .slice(0, 1)
    .map((port) =>
      permissionFor(port, network.sources.slice(0, 1), 'sightline', network.hub.accountId),
    ),
  TagSpecifications: [
    {
      ResourceType: 'security-group-rule' as const,
      Tags: markOf(network, 'sightline from the hub'),
    },
  ],
  DryRun,
});

const groupOf = ({ network }: Asked) => ({
  VpcId: network.monitored.vpcId,
  GroupName: ownGroupName,
  Description: 'asked with DryRun',
  TagSpecifications: [
    { ResourceType: 'security-group' as const, Tags: markOf(network, ownGroupName) },
  ],
  DryRun,
});

const optionsOf = ({ network, facts }: Asked, id: string) => {
  const allow = { AllowDnsResolutionFromRemoteVpc: true };
  const accepter: SideName = facts.peering ? accepterOf(facts.peering, network.hub) : 'monitored';
  return {
    VpcPeeringConnectionId: id,
    DryRun,
    ...(accepter === 'monitored'
      ? { AccepterPeeringConnectionOptions: allow }
      : { RequesterPeeringConnectionOptions: allow }),
  };
};

type Probe = (ec2: EC2Client, asked: Asked) => Promise<unknown> | undefined;

/** On a peering that is there; on one that is yet to be requested nothing can be asked. */
const onPeering =
  (ask: (ec2: EC2Client, asked: Asked, id: string) => Promise<unknown>): Probe =>
  (ec2, asked) => {
    const id = asked.facts.peering?.VpcPeeringConnectionId;
    return id === undefined ? undefined : ask(ec2, asked, id);
  };

/** How each call of an onboarding in the monitored account is asked about. */
const probes: Readonly<Record<string, Probe>> = {
  'ec2:CreateRoute': (ec2, asked) => ec2.send(new CreateRouteCommand(routeOf(asked))),
  'ec2:ReplaceRoute': (ec2, asked) => ec2.send(new ReplaceRouteCommand(routeOf(asked))),
  'ec2:CreateSecurityGroup': (ec2, asked) =>
    ec2.send(new CreateSecurityGroupCommand(groupOf(asked))),
  'ec2:AuthorizeSecurityGroupIngress': (ec2, asked) =>
    ingressOf(asked).GroupId === undefined
      ? undefined
      : ec2.send(new AuthorizeSecurityGroupIngressCommand(ingressOf(asked))),
  'ec2:CreateTags': onPeering((ec2, { network }, id) =>
    ec2.send(
      new CreateTagsCommand({
        Resources: [id],
        Tags: markOf(network, 'sightline to the hub'),
        DryRun,
      }),
    ),
  ),
  'ec2:AcceptVpcPeeringConnection': onPeering((ec2, _, VpcPeeringConnectionId) =>
    ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId, DryRun })),
  ),
  'ec2:ModifyVpcPeeringConnectionOptions': onPeering((ec2, asked, id) =>
    ec2.send(new ModifyVpcPeeringConnectionOptionsCommand(optionsOf(asked, id))),
  ),
};

const isDenied = async (probe: Promise<unknown> | undefined): Promise<boolean> => {
  try {
    await probe;
    return false;
  } catch (error) {
    // Whatever else EC2 says, it does not say that one may not.
    return error instanceof Error && error.name === 'UnauthorizedOperation';
  }
};

/**
 * What the onboarding role may not do of what is planned in the monitored account, asked of EC2 with
 * DryRun, so that nothing is done. What is planned on a peering that does not exist yet cannot be asked.
 */
export const missingPermissions = async (
  ec2: EC2Client,
  changes: readonly Change[],
  network: NetworkPlan,
  facts: NetworkFacts,
): Promise<Finding[]> => {
  const { accountId } = network.monitored;
  const planned = changes.filter((change) => change.accountId === accountId);
  const calls = [...new Set(planned.flatMap(({ call }) => call ?? []))];
  const denied = await Promise.all(
    calls.map((call) => isDenied(probes[call]?.(ec2, { network, facts }))),
  );
  const actions = calls.filter((_, index) => denied[index]).join(', ');
  return actions ? [blocks('PermissionsMissing', { accountId, actions })] : [];
};
