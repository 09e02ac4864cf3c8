import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on, and when. */
export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  /** How many processes wanted a core in the last minute. */
  load: loadavg()[0] ?? 0,
  node: process.version,
  date: new Date().toISOString(),
});
