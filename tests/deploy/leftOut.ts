/** A resource of the packaged template that the emulator cannot make. */
export type LeftOut = {
  logicalId: string;
  reason: string;
  /** Part of what the emulator says when it is to make the resource. */
  refusal: string;
};

/**
 * Every resource that is not deployed on the emulator. Each is tried by itself, and an entry that is not
 * needed any more is an error.
 */
export const leftOut: readonly LeftOut[] = [
  {
    logicalId: 'FunctionErrorsAlarm',
    reason: 'the emulator has no alarms on an expression of metrics',
    refusal: 'Properties.Metrics (metric math) is not supported',
  },
];
