// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { deploy, type Providers } from '../../../local/deployment/deploy.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';
import type { JsonObject } from '../../../local/json.ts';

const context = { accountId: '111111111111', region: 'eu-central-1', stackName: 'Test' };

/** Makes things by writing down what it was asked for. */
const recorder = () => {
  const made: [string, JsonObject][] = [];
  const providers: Providers = {
    'Test::Thing': (logicalId, properties) => {
      made.push([logicalId, properties]);
      return { ref: `ref-${logicalId}`, attributes: { Arn: `arn:test:${logicalId}` } };
    },
  };
  return { made, providers };
};

const deployed = async (text: string, parameters: Record<string, string> = {}) => {
  const { made, providers } = recorder();
  const result = await deploy(parseTemplate(text), { ...context, parameters }, providers);
  return { ...result, made, order: made.map(([id]) => id), properties: Object.fromEntries(made) };
};

const oneThing = (value: string, rest = '') => `
${rest}
Resources:
  Other: { Type: Test::Thing }
  Thing:
    Type: Test::Thing
    Properties:
      Value: ${value}
`;
const resolvedValue = async (value: string, rest = '', parameters: Record<string, string> = {}) =>
  (await deployed(oneThing(value, rest), parameters)).properties['Thing']?.['Value'];

describe('intrinsic functions', () => {
  it.each([
    ['!Ref Other', 'ref-Other'],
    ['!Ref AWS::AccountId', '111111111111'],
    ['!Ref AWS::Partition', 'aws'],
    ['!Ref AWS::URLSuffix', 'amazonaws.com'],
    ['!GetAtt Other.Arn', 'arn:test:Other'],
    ['!GetAtt [Other, Arn]', 'arn:test:Other'],
    ['{ Fn::GetAtt: Other.Arn }', 'arn:test:Other'],
    [
      "!Sub '${Other}/${Other.Arn}/${AWS::Region}/${!Literal}'",
      'ref-Other/arn:test:Other/eu-central-1/${Literal}',
    ],
    ["!Sub ['${A}-${B}', { A: !Ref Other, B: b }]", 'ref-Other-b'],
    ["!Join ['-', [a, !Ref Other, 3]]", 'a-ref-Other-3'],
    ["!Select [2, !Split [':', !GetAtt Other.Arn]]", 'Other'],
    ["!Split [',', 'a,b']", ['a', 'b']],
    ['!If [Yes, !Ref Other, no]', 'ref-Other'],
    ['!If [No, yes, !If [Yes, inner, outer]]', 'inner'],
    ['!FindInMap [Sizes, !Ref AWS::Region, large]', 64],
    ['[a, !If [No, b, !Ref AWS::NoValue], c]', ['a', 'c']],
    [
      '{ Effect: Allow, Condition: { Bool: { a: true } } }',
      { Effect: 'Allow', Condition: { Bool: { a: true } } },
    ],
  ])('%s', async (value, expected) => {
    const rest = `
Mappings: { Sizes: { eu-central-1: { large: 64 } } }
Conditions:
  Yes: !Equals [!Ref AWS::Region, eu-central-1]
  No: !Not [!Condition Yes]`;
    expect(await resolvedValue(value, rest)).toEqual(expected);
  });

  it('drop a property whose value is AWS::NoValue', async () => {
    const { properties } = await deployed(oneThing('!Ref AWS::NoValue'));
    expect(properties['Thing']).toEqual({});
  });

  it.each([
    ['!And [!Condition Yes, !Condition Yes]', 'yes'],
    ['!And [!Condition Yes, !Not [!Condition Yes]]', 'no'],
    ['!Or [!Equals [a, b], !Condition Yes]', 'yes'],
    ['!Or [!Equals [a, b], !Equals [c, d]]', 'no'],
  ])('decide the condition %s', async (condition, expected) => {
    const rest = `Conditions: { Yes: !Equals [a, a], Asked: ${condition} }`;
    expect(await resolvedValue('!If [Asked, yes, no]', rest)).toBe(expected);
  });

  it.each([
    ['a, b', ['a', 'b']],
    ['', undefined],
  ])('decide whether a list is given, which is "%s"', async (Names, expected) => {
    const rest = `
Parameters: { Names: { Type: CommaDelimitedList, Default: '' } }
Conditions: { Given: !Not [!Equals [!Join ['', !Ref Names], '']] }`;
    const value = '!If [Given, !Ref Names, !Ref AWS::NoValue]';
    expect(await resolvedValue(value, rest, { Names })).toEqual(expected);
  });

  const inPolicy = `
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal: { AWS: !If [Named, !Split [',', !Join [',', !Ref Roles]], !Sub '\${Hub}:root'] }
            Condition:
              StringEquals:
                !If
                  - Locked
                  - { sts:ExternalId: !Select [1, !Split ['/', !Join ['/', [x, !Ref Id]]]] }
                  - !Ref AWS::NoValue
              Bool: { aws:SecureTransport: 'true' }
          - !If [Locked, { Effect: Deny, Action: !Select [0, [a, b]] }, !Ref AWS::NoValue]`;
  const policyParameters = `
Parameters:
  Hub: { Type: String, Default: hub }
  Id: { Type: String, Default: '' }
  Roles: { Type: CommaDelimitedList, Default: '' }
Conditions:
  Locked: !Not [!Equals [!Ref Id, '']]
  Named: !Not [!Equals [!Join ['', !Ref Roles], '']]`;
  const secure = { Bool: { 'aws:SecureTransport': 'true' } };
  const statement = { Effect: 'Allow', Action: 'sts:AssumeRole' };

  it.each([
    [
      'with everything given',
      { Id: 'secret', Roles: 'one,other' },
      [
        {
          ...statement,
          Principal: { AWS: ['one', 'other'] },
          Condition: { StringEquals: { 'sts:ExternalId': 'secret' }, ...secure },
        },
        { Effect: 'Deny', Action: 'a' },
      ],
    ],
    [
      'with nothing given',
      {},
      [{ ...statement, Principal: { AWS: 'hub:root' }, Condition: secure }],
    ],
  ])('decide what a policy says, %s', async (_, given: Record<string, string>, Statement) => {
    expect(await resolvedValue(inPolicy, policyParameters, given)).toEqual({
      ...{ Version: '2012-10-17', Statement },
    });
  });

  it.each([
    ['{ Fn::Cidr: [a] }', 'Fn::Cidr'],
    ['!Base64 a', '!Base64'],
    ['!Ref Nobody', 'Nobody'],
    ['!GetAtt Other.Name', 'Name'],
    ['!If [Maybe, a, b]', 'Maybe'],
    ['!FindInMap [Sizes, a, b]', 'Sizes.a.b'],
    ['!Select [3, [a]]', 'Fn::Select'],
    ['!Ref Thing', 'Thing → Thing'],
  ])('%s is refused, and the error names it', async (value, name) => {
    await expect(resolvedValue(value)).rejects.toThrow(name);
  });
});

describe('parameters', () => {
  const Parameters = `
Parameters:
  HubAccountId: { Type: String, AllowedPattern: '\\d{12}', ConstraintDescription: an account id }
  Size: { Type: String, Default: small, AllowedValues: [small, large] }
  Names: { Type: CommaDelimitedList, Default: 'a, b' }
  Count: { Type: Number, Default: 3, MinValue: 1, MaxValue: 9 }`;
  const hub = { HubAccountId: '111111111111' };

  it('have their given values, else their defaults', async () => {
    const value = '[!Ref HubAccountId, !Ref Size, !Ref Names, !Ref Count]';
    expect(await resolvedValue(value, Parameters, { ...hub, Size: 'large' })).toEqual([
      ...['111111111111', 'large', ['a', 'b'], '3'],
    ]);
  });

  it.each([
    ['a missing one', {}, 'HubAccountId has no default'],
    [
      'one that does not match',
      { HubAccountId: '1' },
      "HubAccountId: '1' is not allowed (an account id)",
    ],
    ['one that only contains a match', { HubAccountId: '1111111111112' }, 'HubAccountId'],
    ['one that is not among the allowed', { ...hub, Size: 'huge' }, 'Size'],
    ['one that is too large', { ...hub, Count: '10' }, 'Count'],
    ['one that is not a number', { ...hub, Count: 'x' }, 'Count'],
    ['an unknown one', { ...hub, Hub: '1' }, 'no parameter Hub'],
  ])('%s is refused by name', async (_, given: Record<string, string>, message) => {
    await expect(resolvedValue('a', Parameters, given)).rejects.toThrow(message);
  });

  it('of an unknown type are refused', async () => {
    const rest = 'Parameters: { P: { Type: AWS::SSM::Parameter::Value<String>, Default: a } }';
    await expect(resolvedValue('a', rest)).rejects.toThrow('AWS::SSM::Parameter');
  });
});

describe('resources', () => {
  it('come after what they refer to or depend on', async () => {
    const { order } = await deployed(`
Resources:
  A: { Type: Test::Thing, Properties: { x: !Sub '\${B.Arn}' } }
  B: { Type: Test::Thing, DependsOn: C }
  C: { Type: Test::Thing, Properties: { x: [{ y: !Ref D }] } }
  D: { Type: Test::Thing }`);
    expect(order).toEqual(['D', 'C', 'B', 'A']);
  });

  it('that need each other are an error that shows the cycle', async () => {
    const text = `
Resources:
  A: { Type: Test::Thing, Properties: { x: !Ref B } }
  B: { Type: Test::Thing, DependsOn: [A] }`;
    await expect(deployed(text)).rejects.toThrow('A → B → A');
  });

  it('whose condition is false are not made, and cannot be referred to', async () => {
    const text = (value: string) => `
Conditions: { Never: !Equals [a, b] }
Resources:
  A: { Type: Test::Thing, Condition: Never }
  B: { Type: Test::Thing, DependsOn: A, Properties: { x: ${value} } }`;
    expect((await deployed(text('!If [Never, !Ref A, none]'))).made).toEqual([
      ['B', { x: 'none' }],
    ]);
    await expect(deployed(text('!Ref A'))).rejects.toThrow('condition Never is false');
  });

  it('of an unknown type are an error that names it', async () => {
    await expect(deployed('Resources: { A: { Type: AWS::SQS::Queue } }')).rejects.toThrow(
      'A: the resource type AWS::SQS::Queue is not supported',
    );
  });

  it('of a type that is passed over are listed with the reason, and can be referred to', async () => {
    const { passedOver, properties } = await deployed(`
Resources:
  Named: { Type: AWS::CloudWatch::Alarm, Properties: { AlarmName: mine } }
  Alarm: { Type: AWS::CloudWatch::Alarm }
  A: { Type: Test::Thing, Properties: { Named: !Ref Named, Alarm: !Ref Alarm } }`);
    expect(passedOver).toEqual([
      { logicalId: 'Named', type: 'AWS::CloudWatch::Alarm', reason: expect.any(String) },
      { logicalId: 'Alarm', type: 'AWS::CloudWatch::Alarm', reason: expect.any(String) },
    ]);
    expect(properties['A']).toEqual({ Named: 'mine', Alarm: 'test-alarm' });
  });
});

it('gives the outputs', async () => {
  const { outputs } = await deployed(`
Conditions: { Never: !Equals [a, b] }
Resources: { A: { Type: Test::Thing } }
Outputs:
  Arn: { Value: !GetAtt A.Arn }
  None: { Value: x, Condition: Never }`);
  expect(outputs).toEqual({ Arn: 'arn:test:A' });
});

it('reads JSON too, and refuses a Transform', async () => {
  const Resources = { A: { Type: 'Test::Thing', Properties: { x: { Ref: 'AWS::StackName' } } } };
  expect((await deployed(JSON.stringify({ Resources }))).made).toEqual([['A', { x: 'Test' }]]);
  await expect(deployed(JSON.stringify({ Resources, Transform: 'X' }))).rejects.toThrow(
    'Transform',
  );
});
