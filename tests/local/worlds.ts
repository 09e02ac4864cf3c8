import { hubRegionOf, type World } from '../../local/world.ts';

const home = 'eu-central-1';

/** Moves all accounts of local/world.yml to another partition: the same things, in a Region there. */
export const inPartition = (world: World, partition: World['partition']): void => {
  world.partition = partition;
  const region = hubRegionOf(world);
  for (const account of Object.values(world.accounts)) {
    const { [home]: vpcs, ...others } = account.regions;
    // Other Regions of the first partition do not exist in this one.
    account.regions = vpcs ? { [region]: vpcs } : {};
    if (!vpcs && Object.keys(others).length > 0) account.about += ' (not in this partition)';
    for (const { subnets } of vpcs?.vpcs ?? []) {
      for (const subnet of subnets) subnet.zone = subnet.zone.replace(home, region);
    }
    for (const { parameters } of account.stacks) {
      parameters['HubRolePrefix'] = `sightline-dev-${region}`;
    }
  }
};
