import { packageWith } from '../../local/packaged.ts';

const policy = (account: string, name: string) =>
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how CloudFormation writes it.
  ['arn:${AWS::Partition}:iam', '', account, `policy/${name}`].join(':');

/** The template that the proof is about. */
export const provenTemplate = '.local/proof/packaged.json';

/**
 * Packages the application as a careful team does: for one VPC of the hub, with a policy of the monitored
 * accounts' own, and with the organization's management account.
 */
export default () =>
  packageWith(
    {
      hubVpcId: 'vpc-0a11111111111111a',
      managementAccountId: '999999999999',
      allowedPolicyArns: [policy('aws', 'ReadOnlyAccess'), policy('*', 'Monitoring')].join(','),
    },
    provenTemplate,
  );
