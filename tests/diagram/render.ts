/**
 * Renders the pictures of the reports in headless Chromium, and says what is wrong with each. Exits
 * with 1 if anything is. Wants the name of a Chromium in CHROMIUM.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { diagramSvg } from '../../local/diagram/diagram.ts';
import { diagramOf } from '../../shared/picture/diagram.ts';
import { reports } from './reports.ts';
import { idsOf } from './whatIsReported.ts';

const folder = resolve('.local/diagram');
mkdirSync(folder, { recursive: true });

/** Own fonts, and the widest that Debian and macOS put in their place. */
const styles = {
  'its own fonts': '',
  'wide fonts':
    '.sans{font-family:"DejaVu Sans",Verdana}.mono{font-family:"DejaVu Sans Mono",Menlo}',
};

const pictures = await Promise.all(
  Object.entries(reports).map(async ([name, report]) => ({
    name,
    svg: await diagramSvg(report),
    source: diagramOf(report),
    ids: idsOf(report),
  })),
);

const chromium = async (...options: string[]) => {
  const { stdout } = await promisify(execFile)(
    process.env['CHROMIUM'] ?? 'chromium',
    ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', ...options],
    { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
  );
  return stdout;
};

const scriptSource = (path: string) => `<script src="${pathToFileURL(resolve(path))}"></script>`;

const writePage = () => {
  const page = `${folder}/measure.html`;
  const given = JSON.stringify({ pictures, styles }).replaceAll('<', '\\u003c');
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><body style="margin:0"><script>const given = ${given}</script>
${scriptSource('node_modules/mermaid/dist/mermaid.min.js')}${scriptSource('tests/diagram/measure.js')}`,
  );
  return page;
};

const Results = z.array(z.object({ what: z.string(), faults: z.array(z.string()) })).min(1);

const measured = async () => {
  const dom = await chromium(
    '--virtual-time-budget=60000',
    '--window-size=3000,4000',
    '--dump-dom',
    `${pathToFileURL(writePage())}`,
  );
  const [, result] = dom.match(/<pre id="result">([^<]*)<\/pre>/) ?? [];
  if (result === undefined) throw new Error(`Chromium came to no result:\n${dom.slice(-2000)}`);
  return Results.parse(JSON.parse(decodeURIComponent(result)));
};

/** The pictures as a person sees them, in both schemes. */
const screenshots = async () => {
  for (const { name, svg, source } of pictures) {
    writeFileSync(`${folder}/${name}.svg`, svg);
    writeFileSync(`${folder}/${name}.mmd`, source);
    const [, width, height] = svg.match(/width="(\d+)" height="(\d+)"/) ?? [];
    for (const [scheme, preferred] of [
      ['light', 1],
      ['dark', 0],
    ] as const) {
      await chromium(
        `--blink-settings=preferredColorScheme=${preferred}`,
        `--window-size=${width},${height}`,
        `--screenshot=${folder}/${name}-${scheme}.png`,
        `${pathToFileURL(`${folder}/${name}.svg`)}`,
      );
    }
  }
};

const results = await measured();
await screenshots();
for (const { what, faults } of results) {
  process.stdout.write(`${faults.length === 0 ? '✔' : '✘'} ${what}\n`);
  for (const fault of faults) process.stdout.write(`    ${fault}\n`);
}
const failed = results.filter(({ faults }) => faults.length > 0).length;
process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
if (failed > 0) process.exitCode = 1;
