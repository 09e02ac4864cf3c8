/** Who may invoke a function, as AddPermission takes it. */
export type Permission = {
  /** `events.amazonaws.com` */
  servicePrincipal: string;
  /** The resources for which the service may; with wildcards. */
  sourceArn?: string | undefined;
  sourceAccount?: string | undefined;
};

/** The resource policies of functions, each with a statement for each permission. */
export const createFunctionPolicies = () => {
  const statements = new Map<string, object[]>();
  return {
    add: (functionArn: string, permission: Permission) => {
      const others = statements.get(functionArn) ?? [];
      statements.set(functionArn, [...others, statementOf(functionArn, permission)]);
    },
    /** A function's policy; undefined when it has none. */
    policyOf: (functionArn: string): object | undefined => {
      const Statement = statements.get(functionArn);
      return Statement && { Version: '2012-10-17', Id: 'default', Statement };
    },
  };
};

/** As Lambda's GetPolicy shows it. */
const statementOf = (
  functionArn: string,
  { servicePrincipal, sourceArn, sourceAccount }: Permission,
) => ({
  Effect: 'Allow',
  Principal: { Service: servicePrincipal },
  Action: 'lambda:InvokeFunction',
  Resource: functionArn,
  Condition: {
    ...(sourceArn && { ArnLike: { 'AWS:SourceArn': sourceArn } }),
    ...(sourceAccount && { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
  },
});
