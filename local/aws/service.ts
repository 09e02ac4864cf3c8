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

/** What IAM has to allow for a call: an action on a resource, with the condition keys that AWS fills in. */
export type Check = {
  action: string;
  resource: string;
  context?: Readonly<Record<string, string | string[]>>;
};

/** One API operation. `checks` come first: nothing is read or changed for a caller who may not. */
export type Operation<Input = never, Output = unknown> = {
  checks: (input: Input, call: Call) => readonly Check[];
  run: (input: Input, call: Call) => Output | Promise<Output>;
  /** Whether a successful call changes something: such calls have a smaller token bucket and are counted apart. */
  mutating: boolean;
};
