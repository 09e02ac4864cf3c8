import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { unzipSync, zipSync } from 'fflate';
import { bundleOptions } from '../../bundle.ts';

/** A bundle in a file, with its sizes in bytes as it is and as a zip. */
export type Bundle = { file: string; bytes: number; zippedBytes: number };

/** A client of the SDK that a function uses, and one of the calls that it makes with it. */
export type Use = { client: string; className: string; command: string };

/** Bytes of a bundle by what they come from: a package, or a directory of the project. */
export type Parts = Readonly<Record<string, number>>;

type Service = Parameters<typeof bundleOptions>[0];

/** The packaged bundle of a function, unpacked into a directory. Throws unless it is one file. */
export const unpack = (zip: string, directory: string): Bundle => {
  const zipped = readFileSync(zip);
  const [entry, ...more] = Object.entries(unzipSync(zipped));
  if (!entry || more.length > 0) throw new Error(`${zip} is not one file`);
  const [path, contents] = entry;
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
  return { file, bytes: contents.length, zippedBytes: zipped.length };
};

type Inputs = Metafile['outputs'][string]['inputs'];

const clientFile = /node_modules\/(@aws-sdk\/client-[\w-]+)\/dist-es\/(\w+Client)\.js$/;
const commandFile = /node_modules\/(@aws-sdk\/client-[\w-]+)\/dist-es\/commands\/(\w+Command)\.js$/;

/** The clients in a bundle, each with the first of the commands there that are not the client's own. */
const usesIn = (inputs: Inputs, metafile: Metafile): Use[] => {
  const paths = Object.keys(inputs).filter((path) => inputs[path]?.bytesInOutput);
  return paths.flatMap((path) => {
    const [, client, className] = clientFile.exec(path) ?? [];
    const own = metafile.inputs[path]?.imports.map((imported) => imported.path) ?? [];
    const [, , command] =
      paths
        .filter((other) => !own.includes(other))
        .map((other) => commandFile.exec(other))
        .find((found) => found?.[1] === client) ?? [];
    return client && className && command ? [{ client, className, command }] : [];
  });
};

const partOf = (path: string) =>
  /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? dirname(path);

const partsIn = (inputs: Inputs): Parts => {
  const parts: Record<string, number> = {};
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    parts[partOf(path)] = (parts[partOf(path)] ?? 0) + bytesInOutput;
  }
  return parts;
};

/** What is in the bundle of the function that serverless.yml defines under this name. */
export const lookInto = async (
  { custom, functions }: Service,
  name: string,
): Promise<{ uses: Use[]; parts: Parts }> => {
  const definition = functions[name];
  if (!definition) throw new Error(`serverless.yml has no function ${name}`);
  const options = bundleOptions({ custom, functions: { [name]: definition } });
  const { metafile } = await build({ ...options, metafile: true });
  const [output] = Object.values(metafile.outputs);
  return { uses: usesIn(output?.inputs ?? {}, metafile), parts: partsIn(output?.inputs ?? {}) };
};

/** Whatever a call has to name; what it does not know is left out of the request. */
const input = "{ Bucket: 'bucket', Key: 'key', FunctionName: 'function' }";

/** A function that makes one call with each client and does nothing else. */
const bareSource = (uses: readonly Use[]) =>
  [
    ...uses.map(
      ({ client, className, command }) => `import { ${className}, ${command} } from '${client}';`,
    ),
    'export const handler = async () => {',
    ...uses.map(
      ({ className, command }) =>
        `await new ${className}({}).send(new ${command}(/** @type {any} */ (${input})));`,
    ),
    '};',
  ].join('\n');

/**
 * The least that a function with these clients takes: bundled by esbuild as its documentation for Node
 * says, and with none of our own ways to make a bundle small.
 */
export const buildBare = async (uses: readonly Use[], file: string): Promise<Bundle> => {
  const { outputFiles } = await build({
    stdin: { contents: bareSource(uses), resolveDir: '.' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    outfile: file,
    write: false,
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
  const zippedBytes = zipSync({ [basename(file)]: contents }).length;
  return { file, bytes: contents.length, zippedBytes };
};
