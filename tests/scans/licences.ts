import { readFileSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Outcome } from './findings.ts';

/** Licences that ask for no more than to be named. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'];

const Package = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default('none named'),
});

type Config = {
  custom: { esbuild: BuildOptions };
  functions: Record<string, { handler: string }>;
};

/** The folder of the package that a file belongs to, which may be inside another package's. */
const folderOf = (path: string) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];

/** The packages of which a file is in a function's bundle, as bundle.ts makes them. */
const bundled = async ({ custom, functions }: Config) => {
  const { metafile } = await build({
    ...custom.esbuild,
    entryPoints: Object.values(functions).map(({ handler }) => handler.replace(/\.\w+$/, '.ts')),
    outdir: '.',
    metafile: true,
    write: false,
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = files.map(folderOf).filter((folder) => folder !== undefined);
  return [...new Set(folders)]
    .toSorted()
    .map((folder) => Package.parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))));
};

/** Whether everything that the functions ship may be shipped. */
export const licences = async (): Promise<Outcome> => {
  const config: Config = parse(readFileSync('serverless.yml', 'utf8'), { merge: true });
  const packages = await bundled(config);
  return {
    scanned: `${packages.length} packages in the bundles of ${Object.keys(config.functions).length} functions`,
    findings: packages
      .filter(({ license }) => !allowed.includes(license))
      .map(({ name, license }) => ({
        rule: 'licence',
        at: name,
        message: `its licence, ${license}, is none of ${allowed.join(', ')}`,
      })),
    details: packages.map(({ name, version, license }) => `${name}@${version}  ${license}`),
  };
};
