import { readFileSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { unzipSync } from 'fflate';
import { parse } from 'yaml';
import { packageDirectory, packagedTemplate } from '../local/packaged.ts';
import { functionOf, type Machine, readMachine, statesOf } from './statemachine/definition.ts';

type Resource = { Type: string; Properties: Record<string, never>; DependsOn?: string[] };
type Statement = { Effect: string; Action: string[]; Resource: unknown };

const template: { Resources: Record<string, Resource> } = JSON.parse(
  readFileSync(packagedTemplate, 'utf8'),
);
const config = parse(readFileSync('serverless.yml', 'utf8'));
const names = Object.keys(config.functions);
const idOf = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
const resource = (id: string) => template.Resources[id]!;
const ofType = (type: string) =>
  Object.values(template.Resources).filter(({ Type }) => Type === type);

const machine = () => {
  const [only] = ofType('AWS::StepFunctions::StateMachine');
  const { DefinitionString } = only!.Properties as never as {
    DefinitionString: { 'Fn::Sub': [string, Record<string, { 'Fn::GetAtt': [string, string] }>] };
  };
  const [text, substitutions] = DefinitionString['Fn::Sub'];
  return { definition: JSON.parse(text) as Machine, substitutions };
};

const statementsOf = (name: string): Statement[] => {
  const role = resource(`${idOf(name)}IamRoleLambdaExecution`);
  const [policy] = role.Properties['Policies'] as never as [
    { PolicyDocument: { Statement: Statement[] } },
  ];
  return policy.PolicyDocument.Statement;
};

const unzipped = (name: string): [string, Uint8Array][] =>
  Object.entries(unzipSync(readFileSync(`${packageDirectory}/${name}.zip`)));

describe('every function', () => {
  it.each(names)('%s runs on Node 24 and arm64, traced, with its own role', (name) => {
    expect(resource(`${idOf(name)}LambdaFunction`).Properties).toMatchObject({
      FunctionName: `sightline-dev-${name}`,
      Handler: `functions/${name}.handler`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      Role: { 'Fn::GetAtt': [`${idOf(name)}IamRoleLambdaExecution`, 'Arn'] },
    });
  });

  it.each(names)('%s keeps its logs for 30 days', (name) => {
    expect(resource(`${idOf(name)}LogGroup`).Properties).toMatchObject({ RetentionInDays: 30 });
  });

  it.each(names)('%s may do nothing with a wildcard in the action', (name) => {
    const actions = statementsOf(name).flatMap(({ Action }) => Action);

    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it.each(names)('%s may change only what AWS can name, never *', (name) => {
    const onEverything = statementsOf(name)
      .filter(({ Resource: resources }) => resources === '*')
      .flatMap(({ Action }) => Action);

    expect(onEverything.filter((action) => !/^(ec2:Describe|xray:Put)/.test(action))).toEqual([]);
  });

  it('knows every setting', () => {
    const required = [...readFileSync('shared/settings.ts', 'utf8').matchAll(/^ {2}([A-Z_]+): /gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'VERIFIER_ROLE_ARNS');
    const { Environment } = resource('PreflightLambdaFunction').Properties as never as {
      Environment: { Variables: object };
    };

    expect(required).not.toEqual([]);
    expect(Object.keys(Environment.Variables)).toEqual(expect.arrayContaining(required));
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
  const options: BuildOptions = config.custom.esbuild;

  it.each(names)('%s is one file of less than 1 MB', (name) => {
    const files = unzipped(name);

    expect(files.map(([path]) => path)).toEqual([`functions/${name}.js`]);
    expect(files[0]?.[1].length).toBeLessThan(1_000_000);
  });

  it('contains nothing of a development dependency', async () => {
    const { metafile, outputFiles } = await build({
      ...options,
      entryPoints: names.map((name) => `functions/${name}.ts`),
      outdir: 'functions',
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
    }
  });
});

describe('the packaged state machine', () => {
  it('calls every function but those that are called from outside', () => {
    const called = Object.values(machine().substitutions).map(({ 'Fn::GetAtt': [id] }) => id);

    expect(called.toSorted()).toEqual(
      names.map((name) => `${idOf(name)}LambdaFunction`).toSorted(),
    );
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
    const role = Object.entries(template.Resources).find(([id]) => /onboardingRole$/.test(id))?.[1];
    const [policy] = role!.Properties['Policies'] as never as [
      { PolicyDocument: { Statement: Statement[] } },
    ];
    const actions = policy.PolicyDocument.Statement.flatMap(({ Action }) => Action);

    expect(actions.filter((action) => !/^(lambda:InvokeFunction$|xray:)/.test(action))).toEqual([]);
  });
});
