type Statement = { Effect: string; Action: string | string[]; Resource: unknown };

type Serverless = {
  service: {
    service: string;
    provider: { stage: string; iam?: { role?: { statements?: Statement[] } } };
    functions: Record<string, { name: string; iamRoleStatements: Statement[]; role?: object }>;
    resources: { Resources: Record<string, unknown> };
  };
  configSchemaHandler: {
    defineFunctionProperties: (provider: string, schema: object) => void;
  };
};

const logicalId = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}Role`;

/** The function's log group is a resource of the template, so the function need not make it. */
const writeItsLog = (functionName: string): Statement => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: {
    'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/${functionName}:log-stream:*`,
  },
});

const roleResource = (roleName: string, statements: Statement[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: { 'Fn::Sub': roleName },
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    },
    Policies: [
      {
        PolicyName: 'permissions',
        PolicyDocument: { Version: '2012-10-17', Statement: statements },
      },
    ],
  },
});

/**
 * Gives every function a role of its own, with the statements under its `iamRoleStatements`, those of
 * `provider.iam.role`, and its own log. serverless-iam-roles-per-function does so too, but adds actions
 * that nothing here uses (logs:CreateLogGroup, sns:Publish on a queue) and leaves a role that no function
 * has. The names are `<service>-<stage>-<Region>-<function>`: monitored accounts trust them by name.
 */
const giveRoles = ({ service }: Serverless): void => {
  const { stage, iam } = service.provider;
  for (const [name, definition] of Object.entries(service.functions)) {
    const role = roleResource(`${service.service}-${stage}-\${AWS::Region}-${name}`, [
      writeItsLog(definition.name),
      ...(iam?.role?.statements ?? []),
      ...definition.iamRoleStatements,
    ]);
    service.resources.Resources[logicalId(name)] = role;
    // Fn::Sub rather than the role's logical id, for which osls would also write a DependsOn.
    definition.role = { 'Fn::Sub': `\${${logicalId(name)}.Arn}` };
  }
};

/** The plugin as serverless.yml names it. */
export default class FunctionRoles {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: { iamRoleStatements: { $ref: '#/definitions/awsIamPolicyStatements' } },
      required: ['iamRoleStatements'],
    });
    this.hooks = { 'before:package:setupProviderConfiguration': () => giveRoles(serverless) };
  }
}
