/** Who makes a call, as STS GetCallerIdentity would name it. */
export type Caller = {
  accountId: string;
  /** `arn:aws:sts::111111111111:assumed-role/name/session` or `arn:aws:iam::111111111111:root`. */
  arn: string;
  /** The role behind an assumed-role session, else the same as `arn`: what policies match on. */
  principalArn: string;
};

/** One call, authenticated, before it is authorized. */
export type Call = { service: string; action: string; region: string; caller: Caller };

/** An AWS service that does something because a resource says so: EventBridge for a rule. */
export type ServiceActor = {
  /** `events.amazonaws.com` */
  servicePrincipal: string;
  /** The ARN of the resource. */
  sourceArn: string;
};

/**
 * Who does something in AWS: a caller in a Region, which is also what a service is that acts under a role,
 * or a service in its own name.
 */
export type Actor = Pick<Call, 'caller' | 'region'> | ServiceActor;

/** Condition keys and their values. */
export type Context = Readonly<Record<string, string | string[]>>;

/** What IAM has to allow: an action on a resource, with the condition keys that AWS fills in. */
export type Check = {
  action: string;
  resource: string;
  context?: Context;
  /** The policy of the resource itself, where it has one: a role's trust policy, a function's, a queue's or a bucket's policy. */
  policy?: object;
  /** Whose the resource is, where its ARN does not tell: a bucket's has no account. */
  resourceAccountId?: string;
};

/** One API operation. `checks` come first: nothing is read or changed for a caller who may not. */
export type Operation<Input = never, Output = unknown> = {
  checks: (input: Input, call: Call) => readonly Check[];
  run: (input: Input, call: Call) => Output | Promise<Output>;
  /** Whether a successful call changes something: such calls have a smaller token bucket and are counted apart. */
  mutating: boolean;
};
