import { readFileSync } from 'node:fs';
import { build, type Plugin } from 'esbuild';
import { unzipSync } from 'fflate';
import { parse } from 'yaml';
import { bundleOptions, withPlainKeys } from '../bundle.ts';
import { packageDirectory, packagedTemplate } from '../local/packaged.ts';
import { anEvent, eventNames } from './events/events.ts';
import { functionOf, type Machine, readMachine, statesOf } from './statemachine/definition.ts';

type Resource = {
  Type: string;
  Properties: Record<string, never>;
  DependsOn?: string[];
  Condition?: string;
};
type Statement = { Effect: string; Action: string | string[]; Resource: unknown };

const template: {
  Parameters: Record<string, unknown>;
  Resources: Record<string, Resource>;
  Conditions: Record<string, unknown>;
} = JSON.parse(readFileSync(packagedTemplate, 'utf8'));
const config = parse(readFileSync('serverless.yml', 'utf8'), { merge: true });
const names = Object.keys(config.functions);
/** Called by API Gateway's HTTP API. */
const ofApi = [
  ...['startOnboarding', 'listOnboardings', 'getOnboarding', 'redriveOnboarding'],
  ...['startBatch', 'getBatch', 'redriveBatch'],
];
/** Called by the state machine for batches. */
const ofBulk = ['reportBatch'];
/** Called by EventBridge, which does not wait for their answer. */
const ofEvents = ['onboardNewAccount', 'announceOutcome'];
const ofStateMachine = names.filter((name) => ![...ofApi, ...ofEvents, ...ofBulk].includes(name));
const idOf = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
const resource = (id: string) => template.Resources[id]!;
const ofType = (type: string) =>
  Object.values(template.Resources).filter(({ Type }) => Type === type);

const machine = (name = 'onboarding') => {
  const found = ofType('AWS::StepFunctions::StateMachine').find(
    ({ Properties }) => Properties['StateMachineName'] === (`sightline-dev-${name}` as never),
  );
  const { DefinitionString } = found!.Properties as never as {
    DefinitionString: { 'Fn::Sub': [string, Record<string, { 'Fn::GetAtt': [string, string] }>] };
  };
  const [text, substitutions] = DefinitionString['Fn::Sub'];
  return { definition: JSON.parse(text) as Machine, substitutions };
};

const statementsOf = (name: string): Statement[] => {
  const role = resource(`${idOf(name)}Role`);
  const [policy] = role.Properties['Policies'] as never as [
    { PolicyDocument: { Statement: Statement[] } },
  ];
  return policy.PolicyDocument.Statement;
};

const unzipped = (name: string): [string, Uint8Array][] =>
  Object.entries(unzipSync(readFileSync(`${packageDirectory}/${name}.zip`)));

const byJson = (one: unknown, other: unknown) =>
  JSON.stringify(one).localeCompare(JSON.stringify(other));

it('has one role for each function and one for each state machine, and no other', () => {
  const roles = Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .map(([id]) => id);

  expect(roles.toSorted()).toEqual(
    [
      ...['OnboardingStateMachineRole', 'BulkOnboardingStateMachineRole'],
      ...names.map((name) => `${idOf(name)}Role`),
    ].toSorted(),
  );
});

it.each([
  ...names.map((name): [string, string] => [`${idOf(name)}Role`, 'lambda.amazonaws.com']),
  ['OnboardingStateMachineRole', 'states.amazonaws.com'] as [string, string],
  ['BulkOnboardingStateMachineRole', 'states.amazonaws.com'] as [string, string],
])('%s can be assumed by %s and by nobody else', (id, service) => {
  const { AssumeRolePolicyDocument: trust } = resource(id).Properties;

  expect(trust).toMatchObject({
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
  expect(
    Object.keys((trust as never as { Statement: [{ Principal: object }] }).Statement[0].Principal),
  ).toEqual(['Service']);
});

describe('every function', () => {
  it.each(names)('%s runs on Node 24 and arm64, traced, with its own role', (name) => {
    expect(resource(`${idOf(name)}LambdaFunction`).Properties).toMatchObject({
      FunctionName: `sightline-dev-${name}`,
      Handler: `functions/${name}.handler`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      Role: { 'Fn::Sub': `\${${idOf(name)}Role.Arn}` },
    });
  });

  it.each(names)('%s keeps its logs for 30 days', (name) => {
    expect(resource(`${idOf(name)}LogGroup`).Properties).toMatchObject({ RetentionInDays: 30 });
  });

  it.each(names)('%s may do nothing with a wildcard in the action', (name) => {
    const actions = statementsOf(name).flatMap(({ Action }) => Action);

    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it.each(names)('%s writes its own log and nobody else’s', (name) => {
    expect(statementsOf(name)[0]).toEqual({
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: {
        'Fn::Sub': expect.stringMatching(
          new RegExp(`:log-group:/aws/lambda/sightline-dev-${name}:log-stream:\\*$`),
        ),
      },
    });
  });

  it.each(names)('%s may change only what AWS can name, never *', (name) => {
    const onEverything = statementsOf(name)
      .filter(({ Resource: resources }) => resources === '*')
      .flatMap(({ Action }) => Action);

    expect(onEverything.filter((action) => !/^(ec2:Describe|xray:Put)/.test(action))).toEqual([]);
  });

  it.each(names)('%s knows every setting, and some of them those that only they need', (name) => {
    const settings = readFileSync('shared/settings.ts', 'utf8');
    const known = [...settings.matchAll(/^ {4}([A-Z_]+): /gm)].map(([, variable]) => variable);
    const onlyFor: Record<string, string> = {
      VERIFIER_ROLE_ARNS: 'preflight',
      TOPIC_ARN: 'announceOutcome',
      PREFLIGHT_FUNCTION: 'startOnboarding',
    };
    const { Environment } = resource(`${idOf(name)}LambdaFunction`).Properties as never as {
      Environment: { Variables: object };
    };

    expect(known).toContain('PARTITION');
    expect(Object.keys(Environment.Variables).toSorted()).toEqual(
      known.filter((variable = '') => [undefined, name].includes(onlyFor[variable])).toSorted(),
    );
  });
});

describe('every bundle', () => {
  const lock: { packages: Record<string, { dev?: true }> } = JSON.parse(
    readFileSync('package-lock.json', 'utf8'),
  );
  const isDevelopment = (path: string) => {
    const [folder] = path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/) ?? [];
    return folder !== undefined && lock.packages[folder]?.dev === true;
  };
  const options = bundleOptions(config);

  /** In kB, for functions with more of the SDK's clients, or larger ones, than the others have. */
  const limits: Record<string, number> = {
    ...{ preflight: 490, confirmReadiness: 405, verifyRole: 355 },
    ...{ startBatch: 435, getBatch: 395, reportBatch: 370 },
    ...{ startOnboarding: 340, announceOutcome: 345 },
  };

  it.each(names.map((name): [string, number] => [name, limits[name] ?? 320]))(
    '%s is one file of less than %d kB',
    (name, kilobytes) => {
      const files = unzipped(name);

      expect(files.map(([path]) => path)).toEqual([`functions/${name}.js`]);
      expect(files[0]?.[1].length).toBeLessThan(kilobytes * 1000);
    },
  );

  it.each(names)('%s has no source map, in it or beside it', (name) => {
    for (const [path, contents] of unzipped(name)) {
      expect(path).not.toMatch(/\.map$/);
      expect(new TextDecoder().decode(contents)).not.toContain('sourceMappingURL');
    }
  });

  it('contains nothing of a development dependency, and the small zod', async () => {
    const { metafile, outputFiles } = await build({
      ...options,
      metafile: true as const,
      write: false as const,
    });

    for (const name of names) {
      // The same bundle as the packaged one: what the metafile says is said of that.
      const built = outputFiles.find(({ path }) => path.endsWith(`/${name}.js`));
      expect(built?.contents.length).toBe(unzipped(name)[0]?.[1].length);
      const inputs = Object.keys(metafile.outputs[`functions/${name}.js`]?.inputs ?? {});
      expect(inputs).toContain(`functions/${name}.ts`);
      expect(inputs.filter(isDevelopment)).toEqual([]);
      expect(inputs).toContain('shared/zod.ts');
      expect(inputs.filter((path) => path.includes('zod/v4/classic'))).toEqual([]);
    }
  });
});

describe('the schemas of the SDK’s clients, as they are bundled', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const schemas = Object.keys(dependencies)
    .filter((name) => name.startsWith('@aws-sdk/client-'))
    .map((name) => `node_modules/${name}/dist-es/schemas/schemas_0.js`);

  const schemasIn = async (path: string, plugins: Plugin[]) => {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      format: 'cjs',
      platform: 'node',
      plugins,
      write: false,
    });
    const module = { exports: {} };
    new Function('module', 'require', outputFiles[0]!.text)(module, require);
    return module.exports;
  };

  it.each(schemas)('%s has no computed key left', (path) => {
    expect(withPlainKeys(readFileSync(path, 'utf8'))).not.toMatch(/[{,]\s*\[\w+\]:/);
  });

  it.each(schemas)('%s says what it says unbundled', async (path) => {
    const { plugins } = bundleOptions(config);
    const functionsAsText = (_: string, value: unknown) =>
      typeof value === 'function' ? String(value) : value;
    const [bundled, original] = await Promise.all(
      [plugins, []].map(async (some) =>
        JSON.stringify(await schemasIn(path, some), functionsAsText, 1),
      ),
    );

    expect(original?.length).toBeGreaterThan(1000);
    expect(bundled === original).toBe(true);
  });

  it('keep a key that is no constant of theirs', () => {
    const code =
      'const _e = "error";\nconst _n = 1;\nexport const A = { [_e]: _e, [_n]: 1, [b]: 2 };';

    expect(withPlainKeys(code)).toContain('{ "error": _e, [_n]: 1, [b]: 2 }');
  });
});

describe('the packaged state machine', () => {
  it('calls every function but those that are called from outside', () => {
    const called = Object.values(machine().substitutions).map(({ 'Fn::GetAtt': [id] }) => id);

    expect(called.toSorted()).toEqual(
      ofStateMachine.map((name) => `${idOf(name)}LambdaFunction`).toSorted(),
    );
  });

  it('has no Catch and no Fail, so that a redrive goes on from the step that failed', () => {
    for (const [, state] of statesOf(machine().definition)) {
      expect(state).not.toHaveProperty('Catch');
      expect(state.Type).not.toBe('Fail');
    }
    expect(JSON.stringify(machine().definition)).not.toContain('"Catch"');
  });

  it('has in each Task the ARN of the function that the file names', () => {
    const { definition, substitutions } = machine();
    const inFile = new Map(statesOf(readMachine('onboarding')));

    for (const [name, { Type, Resource: arn }] of statesOf(definition)) {
      if (Type !== 'Task') continue;
      const [, key = ''] = String(arn).match(/^\$\{(\w+)\}$/) ?? [];
      expect(substitutions[key]).toEqual({
        'Fn::GetAtt': [`${idOf(functionOf(inFile.get(name)!)!)}LambdaFunction`, 'Arn'],
      });
    }
  });

  it('gives each Task the timeout of its Lambda', () => {
    for (const [name, state] of statesOf(machine().definition)) {
      if (state.Type !== 'Task') continue;
      const own = functionOf(new Map(statesOf(readMachine('onboarding'))).get(name)!)!;
      const { Timeout } = resource(`${idOf(own)}LambdaFunction`).Properties;
      expect(state).toMatchObject({ TimeoutSeconds: Timeout });
    }
  });

  it('may invoke its functions and nothing else', () => {
    const role = resource('OnboardingStateMachineRole');
    const [policy] = role.Properties['Policies'] as never as [
      { PolicyDocument: { Statement: Statement[] } },
    ];
    const [invoke, trace] = policy.PolicyDocument.Statement;

    expect(invoke).toEqual({
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: expect.any(Array),
    });
    expect([invoke!.Resource].flat().toSorted(byJson)).toEqual(
      ofStateMachine
        .map((name) => ({ 'Fn::GetAtt': [`${idOf(name)}LambdaFunction`, 'Arn'] }))
        .toSorted(byJson),
    );
    expect(trace).toMatchObject({ Action: expect.arrayContaining(['xray:PutTraceSegments']) });
  });
});

describe('the packaged state machine for batches', () => {
  const bulk = () => machine('bulkOnboarding');

  it('calls its one function, and is waited for by nothing', () => {
    const called = Object.values(bulk().substitutions)
      .flatMap((value) => value['Fn::GetAtt'] ?? [])
      .filter((part) => part !== 'Arn');

    expect(called).toEqual(ofBulk.map((name) => `${idOf(name)}LambdaFunction`));
  });

  it('has each account onboarded by the state machine for one', () => {
    const { definition, substitutions } = bulk();
    const [, key = ''] = JSON.stringify(definition).match(/"StateMachineArn":"\$\{(\w+)\}"/) ?? [];

    expect(substitutions[key]).toEqual({
      'Fn::Sub': expect.stringMatching(/:stateMachine:sightline-dev-onboarding$/),
    });
  });

  it('goes on from a failed step with a redrive: what is caught leads to a step that fails by itself', () => {
    const { definition } = bulk();
    const states = new Map(statesOf(definition));

    expect([...states.values()].map(({ Type }) => Type)).not.toContain('Fail');
    for (const [, state] of statesOf(definition)) {
      const caught = (state as { Catch?: { Next: string }[] }).Catch ?? [];
      for (const { Next } of caught) expect(states.get(Next)?.Type).toBe('Task');
    }
  });

  it('keeps lists and results encrypted, closed to the public, and for as long as executions', () => {
    expect(resource('BatchBucket')).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 90, Status: 'Enabled' }] },
      },
    });
  });
});

describe('what a function beside the state machine may do', () => {
  const stateMachine = {
    'Fn::Sub': expect.stringMatching(/:stateMachine:sightline-dev-onboarding$/),
  };
  const executions = {
    'Fn::Sub': expect.stringMatching(/:execution:sightline-dev-onboarding:\*$/),
  };
  const queue = { 'Fn::GetAtt': ['DeadLetters', 'Arn'] };
  const bulkMachine = {
    'Fn::Sub': expect.stringMatching(/:stateMachine:sightline-dev-bulkOnboarding$/),
  };
  const batches = {
    'Fn::Sub': expect.stringMatching(/:execution:sightline-dev-bulkOnboarding:\*$/),
  };
  const bucket = { 'Fn::GetAtt': ['BatchBucket', 'Arn'] };
  const objects = (keys: string) => ({ 'Fn::Sub': `\${BatchBucket.Arn}/${keys}` });

  /** Each action with what it is allowed on; every function may write its log and its trace. */
  const allowances = (name: string) =>
    statementsOf(name)
      .flatMap(({ Action, Resource: on }) => [Action].flat().map((action) => [action, on] as const))
      .filter(([action]) => !/^(logs|xray):/.test(action));

  it.each<[string, [string, object][]]>([
    [
      'startOnboarding',
      [
        ['lambda:InvokeFunction', { 'Fn::GetAtt': ['PreflightLambdaFunction', 'Arn'] }],
        ['states:StartExecution', stateMachine],
        ['states:ListExecutions', stateMachine],
        ['states:DescribeExecution', executions],
      ],
    ],
    ['listOnboardings', [['states:ListExecutions', stateMachine]]],
    [
      'getOnboarding',
      [
        ['states:DescribeExecution', executions],
        ['states:GetExecutionHistory', executions],
      ],
    ],
    [
      'redriveOnboarding',
      [
        ['states:DescribeExecution', executions],
        ['states:RedriveExecution', executions],
      ],
    ],
    [
      'startBatch',
      [
        ['states:ListExecutions', bulkMachine],
        ['states:StartExecution', bulkMachine],
        ['states:DescribeExecution', batches],
        ['s3:GetObject', objects('lists/*')],
        ['s3:PutObject', objects('batches/lists/*')],
        ['s3:ListBucket', bucket],
      ],
    ],
    [
      'getBatch',
      [
        ['states:DescribeExecution', batches],
        ['states:ListMapRuns', batches],
        [
          'states:DescribeMapRun',
          {
            'Fn::Sub': expect.stringMatching(
              /:mapRun:sightline-dev-bulkOnboarding\/OnboardAccounts:\*$/,
            ),
          },
        ],
        ['s3:GetObject', objects('batches/*/results.jsonl')],
        ['s3:ListBucket', bucket],
      ],
    ],
    [
      'redriveBatch',
      [
        ['states:DescribeExecution', batches],
        ['states:RedriveExecution', batches],
      ],
    ],
    [
      'reportBatch',
      [
        ['s3:GetObject', ['batches/lists/*', 'batches/*/runs/*'].map(objects)],
        ['s3:PutObject', ['batches/*/results.jsonl', 'batches/*/todo-*.json'].map(objects)],
        ['s3:ListBucket', bucket],
      ],
    ],
    [
      'onboardNewAccount',
      [
        ['states:StartExecution', stateMachine],
        ['sqs:SendMessage', queue],
      ],
    ],
    [
      'announceOutcome',
      [
        ['states:DescribeExecution', executions],
        ['states:DescribeExecution', batches],
        ['sns:Publish', { Ref: 'Announcements' }],
        ['events:PutEvents', { 'Fn::Sub': expect.stringMatching(/:event-bus\/default$/) }],
        ['sqs:SendMessage', queue],
      ],
    ],
  ])('%s', (name, expected) => {
    expect(allowances(name)).toEqual(expected);
  });
});

describe('the API', () => {
  const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties);

  it('has these routes, and lets nobody in without a signature', () => {
    expect(routes.map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType])).toEqual([
      ['POST /onboardings', 'AWS_IAM'],
      ['GET /onboardings', 'AWS_IAM'],
      ['GET /onboardings/{id}', 'AWS_IAM'],
      ['POST /onboardings/{id}/redrive', 'AWS_IAM'],
      ['POST /onboardings/batch', 'AWS_IAM'],
      ['GET /onboardings/batch/{id}', 'AWS_IAM'],
      ['POST /onboardings/batch/{id}/redrive', 'AWS_IAM'],
    ]);
  });

  it('is not opened to browsers, nor to whoever knows a function’s URL', () => {
    expect(ofType('AWS::Lambda::Url')).toEqual([]);
    for (const { Properties } of ofType('AWS::ApiGatewayV2::Api')) {
      expect(Properties).not.toHaveProperty('CorsConfiguration');
    }
  });

  it.each(ofApi)('hands %s requests in the format that it reads, and waits for it', (name) => {
    expect(resource(`HttpApiIntegration${idOf(name)}`).Properties).toMatchObject({
      PayloadFormatVersion: '2.0',
      IntegrationUri: { 'Fn::GetAtt': [`${idOf(name)}LambdaFunction`, 'Arn'] },
    });
    expect(resource(`${idOf(name)}LambdaFunction`).Properties['Timeout']).toBeLessThan(30);
  });
});

type Target = { Arn: { 'Fn::GetAtt': [string, 'Arn'] } };
type Pattern = { [key: string]: Pattern | string[] | Pattern[] };

const ruleFor = (name: string) => {
  const [rule, ...others] = ofType('AWS::Events::Rule')
    .map(({ Properties }) => Properties as never as { Targets: Target[]; EventPattern: Pattern })
    .filter(({ Targets }) => Targets[0]?.Arn['Fn::GetAtt'][0] === `${idOf(name)}LambdaFunction`);
  expect(others).toEqual([]);
  return rule!;
};

/** EventBridge's rule for patterns, as far as these use it. */
const matches = (pattern: Pattern, event: unknown): boolean =>
  Object.entries(pattern).every(([key, expected]) => {
    if (key === '$or') return (expected as Pattern[]).some((one) => matches(one, event));
    const value = (event as Record<string, unknown> | undefined)?.[key];
    return Array.isArray(expected)
      ? (expected as unknown[]).includes(value)
      : matches(expected, value);
  });

describe('an event', () => {
  it.each(ofEvents)('that %s does not get or cannot deal with is kept', (name) => {
    const queue = { 'Fn::GetAtt': ['DeadLetters', 'Arn'] };

    expect(resource('DeadLetters').Type).toBe('AWS::SQS::Queue');
    expect(ruleFor(name)).toMatchObject({
      State: 'ENABLED',
      Targets: [
        {
          RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: queue },
        },
      ],
    });
    expect(resource(`${idOf(name)}LambdaFunction`).Properties).toMatchObject({
      DeadLetterConfig: { TargetArn: queue },
    });
  });

  it('is put into the queue by EventBridge for this account, and by nobody else', () => {
    const [policy, ...others] = ofType('AWS::SQS::QueuePolicy');

    expect(others).toEqual([]);
    expect(policy!.Properties).toMatchObject({
      Queues: [{ Ref: 'DeadLetters' }],
      PolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });

  it.each(eventNames)('%s reaches onboardNewAccount if there is an account', (name) => {
    const { EventPattern } = ruleFor('onboardNewAccount');

    expect(ruleFor('onboardNewAccount')).toMatchObject({
      EventBusName: { 'Fn::GetAtt': ['AccountEvents', 'Name'] },
    });
    expect(matches(EventPattern, anEvent(name))).toBe(!name.endsWith('.failed'));
  });

  it('of every end of an onboarding or a batch, and of no other state machine’s, reaches announceOutcome', () => {
    expect(ruleFor('announceOutcome').EventPattern).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [
          { 'Fn::Sub': expect.stringMatching(/:stateMachine:sightline-dev-onboarding$/) },
          { 'Fn::Sub': expect.stringMatching(/:stateMachine:sightline-dev-bulkOnboarding$/) },
        ],
        status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    });
  });
});

describe('the bus for events of accounts', () => {
  const policies = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::Events::EventBusPolicy',
  );

  it('is open to nobody by default', () => {
    expect(policies).toHaveLength(2);
    for (const [, { Condition = '' }] of policies) {
      const parameter = `${Condition.replace('From', '')}Id`;
      expect(template.Conditions[Condition]).toEqual({
        'Fn::Not': [{ 'Fn::Equals': [{ Ref: parameter }, ''] }],
      });
      expect(template.Parameters[parameter]).toEqual({ Type: 'String', Default: '' });
    }
  });

  it('is opened only to the management account, or to the organization, that is named', () => {
    const bus = { 'Fn::GetAtt': ['AccountEvents', 'Arn'] };
    const written = policies.map(([id]) => config.resources.Resources[id]);

    expect(written).toEqual([
      expect.objectContaining({
        Condition: 'FromManagementAccount',
        Properties: expect.objectContaining({
          Statement: {
            Effect: 'Allow',
            Principal: {
              AWS: {
                'Fn::Sub':
                  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how CloudFormation writes it.
                  'arn:${AWS::Partition}:iam::${ManagementAccountId}:root',
              },
            },
            Action: 'events:PutEvents',
            Resource: bus,
          },
        }),
      }),
      expect.objectContaining({
        Condition: 'FromOrganization',
        Properties: expect.objectContaining({
          Statement: {
            Effect: 'Allow',
            Principal: '*',
            Action: 'events:PutEvents',
            Resource: bus,
            Condition: { StringEquals: { 'aws:PrincipalOrgID': { Ref: 'OrganizationId' } } },
          },
        }),
      }),
    ]);
  });
});

describe('an alarm', () => {
  type Metric = { Namespace?: string; MetricName?: string; Dimensions?: object[] };
  type Alarm = Metric & {
    Metrics?: { MetricStat?: { Metric: Metric } }[];
    [property: string]: unknown;
  };
  const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties as Alarm);

  /** What an alarm looks at: one metric, or those that it does sums with. */
  const metricsOf = ({ Metrics, ...own }: Alarm): Metric[] =>
    Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [own];

  const dimension = (Name: string, Value: unknown) => [{ Name, Value }];
  const stateMachine = dimension('StateMachineArn', {
    'Fn::Sub': expect.stringMatching(/:stateMachine:sightline-dev-onboarding$/),
  });
  const ofFunction = (name: string) =>
    dimension('FunctionName', { Ref: `${idOf(name)}LambdaFunction` });

  it.each<[string, string, string, object[] | undefined]>([
    ['an onboarding has failed', 'AWS/States', 'ExecutionsFailed', stateMachine],
    ['an onboarding took too long', 'AWS/States', 'ExecutionsTimedOut', stateMachine],
    [
      'an event is in the dead-letter queue',
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      dimension('QueueName', { 'Fn::GetAtt': ['DeadLetters', 'QueueName'] }),
    ],
    ...ofEvents.map((name): [string, string, string, object[]] => [
      `${name} fails`,
      'AWS/Lambda',
      'Errors',
      ofFunction(name),
    ]),
    ['a function is throttled', 'AWS/Lambda', 'Throttles', undefined],
    ['the API fails', 'AWS/ApiGateway', '5xx', dimension('ApiId', { Ref: 'HttpApi' })],
  ])('goes off when %s', (_, Namespace, MetricName, Dimensions) => {
    const watching = alarms.flatMap(metricsOf).filter((metric) => metric.MetricName === MetricName);

    expect(watching).toContainEqual(
      expect.objectContaining({ Namespace, MetricName, ...(Dimensions && { Dimensions }) }),
    );
  });

  it('of each kind goes off at the first time, is quiet without data, and tells the topic', () => {
    expect(alarms).not.toEqual([]);
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({
        AlarmDescription: expect.stringMatching(/\.$/),
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        AlarmActions: [{ Ref: 'Announcements' }],
      });
    }
    expect(resource('Announcements').Type).toBe('AWS::SNS::Topic');
  });
});
