import { World } from '../local/world.ts';

/** The account that is onboarded, and the hub. */
export const monitored = '222222222222';
export const hub = '111111111111';

/** Where everything is. */
export const region = 'eu-central-1';

/** A VPC whose subnet uses the one table that is in use. */
const vpc = (name: string, cidr: string, subnet: string, tags: Record<string, string> = {}) => ({
  name,
  cidrs: [cidr],
  tags,
  routeTables: [
    { name: 'private', routes: [{ destination: '0.0.0.0/0', target: `nat-0${name}` }] },
  ],
  subnets: [{ name: 'app', cidr: subnet, zone: `${region}a`, routeTable: 'private' }],
});

/**
 * The plainest world there is: on each side one VPC with one block and one route table in use; no security
 * group is chosen to be opened, so that Sightline makes its own; and the monitoring role is to be made.
 */
export const plainWorld = (): World =>
  World.parse({
    hub,
    accounts: {
      [hub]: {
        name: 'hub',
        about: 'the monitoring account',
        regions: {
          [region]: {
            vpcs: [vpc('hub', '10.0.0.0/16', '10.0.1.0/24', { 'sightline:hub': 'true' })],
          },
        },
      },
      [monitored]: {
        name: 'plain',
        about: 'the account to be monitored',
        regions: { [region]: { vpcs: [vpc('monitored', '10.20.0.0/16', '10.20.1.0/24')] } },
        stacks: [
          {
            template: 'templates/monitored-account.yml',
            parameters: { HubAccountId: hub, MonitoringRole: 'sightline' },
          },
        ],
      },
      '999999999999': { name: 'management', about: 'the management account' },
    },
  });
