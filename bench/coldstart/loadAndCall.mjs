// Loads a function and calls it once, as Lambda's runtime does in a new sandbox. When it began and when the
// function was loaded is the first line of the output; who started this sees for itself when AWS is called.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';

const [, , file, event] = process.argv;
// Lambda's runtime has opened these by then, and a logger would pay for it otherwise.
const { stdout, stderr } = process;
const began = process.hrtime.bigint();
const { handler } = file.endsWith('.ts')
  ? await import(file)
  : createRequire(import.meta.url)(file);
const loaded = process.hrtime.bigint();
writeSync(stdout.fd, `${began} ${loaded}\n`);
try {
  await handler(JSON.parse(event), { functionName: 'coldstart' });
} catch (error) {
  writeSync(stderr.fd, `${error}\n`);
}
