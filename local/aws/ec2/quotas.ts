/** EC2's limits, as an account has them before it asks for more. */
export type Quotas = {
  activePeeringsPerVpc: number;
  outstandingPeeringRequests: number;
  /** Of each address family. */
  routesPerRouteTable: number;
  /** Inbound, of each address family. */
  rulesPerSecurityGroup: number;
  ipv4BlocksPerVpc: number;
  /** In each direction and of each address family, the last one that denies everything included. */
  rulesPerNetworkAcl: number;
  /** Told by Service Quotas; no network interface is attached here. */
  securityGroupsPerNetworkInterface: number;
};

/** The defaults of https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
export const defaultQuotas: Quotas = {
  activePeeringsPerVpc: 50,
  outstandingPeeringRequests: 25,
  routesPerRouteTable: 500,
  rulesPerSecurityGroup: 60,
  ipv4BlocksPerVpc: 5,
  rulesPerNetworkAcl: 20,
  securityGroupsPerNetworkInterface: 5,
};
