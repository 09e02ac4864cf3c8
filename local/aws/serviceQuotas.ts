import type {
  GetAWSDefaultServiceQuotaRequest,
  GetAWSDefaultServiceQuotaResponse,
  GetServiceQuotaRequest,
  GetServiceQuotaResponse,
  ListServiceQuotasRequest,
  ListServiceQuotasResponse,
  ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import { regionalArn } from './arn.ts';
import { AwsError } from './awsError.ts';
import { defaultQuotas, type Quotas } from './ec2/quotas.ts';
import type { Call, Check, Operation } from './service.ts';

type Known = { quota: keyof Quotas; name: string };

/**
 * The quotas of the service `vpc` by their codes, which are part of the links in
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
 */
const vpcQuotas: Readonly<Record<string, Known>> = {
  'L-7E9ECCDB': { quota: 'activePeeringsPerVpc', name: 'Active VPC peering connections per VPC' },
  'L-DC9F7029': {
    quota: 'outstandingPeeringRequests',
    name: 'Outstanding VPC peering connection requests',
  },
  'L-93826ACB': { quota: 'routesPerRouteTable', name: 'Routes per route table' },
  'L-0EA8095F': {
    quota: 'rulesPerSecurityGroup',
    name: 'Inbound or outbound rules per security group',
  },
  'L-2AFB9258': {
    quota: 'securityGroupsPerNetworkInterface',
    name: 'Security groups per network interface',
  },
  'L-2AEEBF1A': { quota: 'rulesPerNetworkAcl', name: 'Rules per network ACL' },
  'L-83CA0A9D': { quota: 'ipv4BlocksPerVpc', name: 'IPv4 CIDR blocks per VPC' },
};

const serviceCode = 'vpc';

/** The ARN that IAM knows a quota by: it ends in the codes of the service and of the quota. */
const arnOf = ({ region, caller }: Call, service: string, quota: string): string =>
  regionalArn('servicequotas', { accountId: caller.accountId, region }, `${service}/${quota}`);

const view = (call: Call, quotas: Quotas, code: string, { quota, name }: Known): ServiceQuota => ({
  ServiceCode: serviceCode,
  ServiceName: 'Amazon Virtual Private Cloud (Amazon VPC)',
  QuotaArn: arnOf(call, serviceCode, code),
  QuotaCode: code,
  QuotaName: name,
  Value: quotas[quota],
  Unit: 'None',
  Adjustable: true,
  GlobalQuota: false,
  QuotaAppliedAtLevel: 'ACCOUNT',
});

const quotaFor = (
  call: Call,
  quotas: Quotas,
  { ServiceCode, QuotaCode = '' }: GetServiceQuotaRequest,
): ServiceQuota => {
  const known = Object.hasOwn(vpcQuotas, QuotaCode) ? vpcQuotas[QuotaCode] : undefined;
  if (ServiceCode !== serviceCode || known === undefined) throw noSuchResource(ServiceCode);
  return view(call, quotas, QuotaCode, known);
};

const noSuchResource = (service: string | undefined): AwsError =>
  new AwsError(
    'NoSuchResourceException',
    `The request failed because the specified quota does not exist for the service ${service}.`,
  );

const all = (call: Call, quotas: Quotas, service: string | undefined): ServiceQuota[] => {
  if (service !== serviceCode) throw noSuchResource(service);
  return Object.entries(vpcQuotas).map(([code, known]) => view(call, quotas, code, known));
};

/** Of these actions IAM knows no resource but everything. */
const unscoped = (action: string): Check[] => [
  { action: `servicequotas:${action}`, resource: '*' },
];

type Operations = {
  GetServiceQuota: Operation<GetServiceQuotaRequest, GetServiceQuotaResponse>;
  GetAWSDefaultServiceQuota: Operation<
    GetAWSDefaultServiceQuotaRequest,
    GetAWSDefaultServiceQuotaResponse
  >;
  ListServiceQuotas: Operation<ListServiceQuotasRequest, ListServiceQuotasResponse>;
};

/**
 * Service Quotas: the quotas that the local EC2 enforces, of every account and Region the same. What IAM asks:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html
 */
export const serviceQuotaOperations = (quotas: Quotas): Operations => ({
  GetServiceQuota: {
    mutating: false,
    checks: ({ ServiceCode = '', QuotaCode = '' }, call) => [
      {
        action: 'servicequotas:GetServiceQuota',
        resource: arnOf(call, ServiceCode, QuotaCode),
        context: { 'servicequotas:service': ServiceCode },
      },
    ],
    run: (input, call) => ({ Quota: quotaFor(call, quotas, input) }),
  },
  GetAWSDefaultServiceQuota: {
    mutating: false,
    checks: () => unscoped('GetAWSDefaultServiceQuota'),
    run: (input, call) => ({ Quota: quotaFor(call, defaultQuotas, input) }),
  },
  ListServiceQuotas: {
    mutating: false,
    checks: () => unscoped('ListServiceQuotas'),
    run: ({ ServiceCode }, call) => ({ Quotas: all(call, quotas, ServiceCode) }),
  },
});
