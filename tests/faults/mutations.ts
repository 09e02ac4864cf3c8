import type { ScenarioName } from './scenarios.ts';

/** A deliberate mistake: texts of files that are replaced, and the world in which it has to be noticed. */
export type Mutation = {
  mistake: string;
  world: ScenarioName;
  edits: readonly (readonly [file: string, from: string | RegExp, to: string])[];
};

const machine = 'statemachine/onboarding.asl.yml';

/** Mistakes that leave an undisturbed onboarding as it is, or nearly so. */
export const mutations: readonly Mutation[] = [
  {
    mistake: 'RequestPeering looks in one direction only',
    world: 'asked',
    edits: [
      [
        'shared/network/peerings.ts',
        "{ Name: 'requester-vpc-info.vpc-id', Values },",
        "{ Name: 'requester-vpc-info.vpc-id', Values: [one.vpcId] },",
      ],
    ],
  },
  {
    mistake: 'RequestPeering and Preflight look in one direction only',
    world: 'asked',
    edits: [
      [
        'shared/network/peerings.ts',
        "{ Name: 'requester-vpc-info.vpc-id', Values },",
        "{ Name: 'requester-vpc-info.vpc-id', Values: [one.vpcId] },",
      ],
      [
        'shared/preflight/seeNetwork.ts',
        'isLive(peering) && connects(peering, hub, monitored)',
        'isLive(peering) && peering.RequesterVpcInfo?.VpcId === hub.vpcId',
      ],
    ],
  },
  {
    mistake: 'RequestPeering requests although there is a peering',
    world: 'asked',
    edits: [['functions/requestPeering.ts', 'if (existing) {', 'if (existing && requests > 1) {']],
  },
  {
    mistake: 'AcceptPeering takes InvalidStateTransition for a failure',
    world: 'plain',
    edits: [
      ['functions/acceptPeering.ts', "  InvalidStateTransition: 'was no longer pending',\n", ''],
    ],
  },
  {
    mistake: 'AcceptPeering tags after it has accepted',
    world: 'plain',
    edits: [
      ['functions/acceptPeering.ts', 'if (ours && !oneAccount) await tag(ec2, network, id);\n', ''],
      [
        'functions/acceptPeering.ts',
        'VpcPeeringConnectionId: id }));\n',
        'VpcPeeringConnectionId: id }));\n    if (ours && !oneAccount) await tag(ec2, network, id);\n',
      ],
    ],
  },
  {
    mistake: 'AddRoutes creates a route that is there already',
    world: 'plain',
    edits: [
      [
        'functions/addRoutes.ts',
        "if (kind === 'create')",
        "if (kind === 'create' || kind === 'already')",
      ],
    ],
  },
  {
    mistake: 'AddRoutes swallows errors',
    world: 'plain',
    edits: [
      [
        'functions/addRoutes.ts',
        'new CreateRouteCommand(route));',
        'new CreateRouteCommand(route)).catch(() => undefined);',
      ],
    ],
  },
  {
    mistake: 'OpenSecurityGroups makes its group although it is there',
    world: 'plain',
    edits: [
      [
        'functions/openSecurityGroups.ts',
        'if (!found) return groupToMake;',
        'if (!found || found) return groupToMake;',
      ],
    ],
  },
  {
    mistake: 'OpenSecurityGroups adds rules that are there already',
    world: 'agents',
    edits: [
      [
        'shared/network/rules.ts',
        "outcome: exists ? 'already' : 'created'",
        "outcome: exists ? 'created' : 'created'",
      ],
    ],
  },
  {
    mistake: 'EnsureRole makes the role although it is there',
    world: 'plain',
    edits: [
      ['functions/ensureRole.ts', 'if (!found) return make', 'if (!found || found) return make'],
    ],
  },
  {
    mistake: 'EnsureRole leaves a role without its policies',
    world: 'plain',
    edits: [
      [
        'functions/ensureRole.ts',
        'if (missing.length === 0) return',
        'if (missing.length >= 0) return',
      ],
    ],
  },
  {
    mistake: 'ConfirmReadiness reports what is not ready',
    world: 'plain',
    edits: [
      [
        'functions/confirmReadiness.ts',
        'if (failures.length > 0) throw',
        'if (failures.length > 99) throw',
      ],
    ],
  },
  {
    mistake: 'every error counts as a denial',
    world: 'plain',
    edits: [['shared/clients.ts', /\/\^\(AccessDenied\|[^/]+\//, '/./']],
  },
  {
    mistake: 'the state machine does not retry functions that die',
    world: 'plain',
    edits: [[machine, /\n +- \*died/g, '']],
  },
  {
    mistake: 'the state machine does not retry throttling',
    world: 'plain',
    edits: [[machine, /\n +- \*throttled/g, '']],
  },
  {
    mistake: 'the state machine does not retry errors of AWS itself',
    world: 'plain',
    edits: [[machine, /\n +- \*disturbed/g, '']],
  },
  {
    mistake: 'the state machine does not retry a route that came into being meanwhile',
    world: 'asked',
    edits: [[machine, /\n +- RouteAlreadyExists/, '']],
  },
  {
    mistake: 'the state machine does not retry a rule that came into being meanwhile',
    world: 'agents',
    edits: [[machine, /\n +- InvalidPermission.Duplicate/, '']],
  },
  {
    mistake: 'EnsureRole takes a role that came into being meanwhile for a failure',
    world: 'plain',
    edits: [
      ['functions/ensureRole.ts', '(EntityAlreadyExistsException|RoleMissing)', '(RoleMissing)'],
    ],
  },
  {
    mistake: 'the state machine does not look again at what is not ready yet',
    world: 'plain',
    edits: [[machine, 'ErrorEquals: [NotReady, ', 'ErrorEquals: [']],
  },
];
