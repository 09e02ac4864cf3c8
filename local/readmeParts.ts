import * as z from 'zod/mini';
import { awsErrors, catalogue } from '../shared/errors.ts';
import { Request } from '../shared/request.ts';

/** Angle brackets would be HTML in Markdown; a bar would end the cell. */
const cell = (text: string) =>
  text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('|', '\\|');

const table = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const errorRows = (errors: Readonly<Record<string, { message: string; remedy: string }>>) =>
  Object.entries(errors).map(([name, { message, remedy }]) => [
    `\`${name}\``,
    cell(message),
    cell(remedy),
  ]);

const fieldRows = () =>
  Object.entries(Request.shape).map(([name, schema]) => [
    `\`${name}\``,
    cell(z.globalRegistry.get(schema)?.description ?? ''),
  ]);

const header = ['error', 'what it says', 'what to do'] as const;

/** README's generated parts by name: tables of the errors and of the request's fields. */
export const parts = {
  errors: () => table(header, errorRows(catalogue)),
  'aws-errors': () => table(header, errorRows(awsErrors)),
  request: () => table(['field', 'meaning'], fieldRows()),
} as const;

/** A README with each generated part put anew between its two marks. Throws if a mark is missing. */
export const withParts = (readme: string): string =>
  Object.entries(parts).reduce((text, [name, render]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [before, rest] = text.split(begin);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined) {
      throw new Error(`README.md lacks ${begin} … ${end}`);
    }
    return `${before}${begin}\n${render()}\n${end}${after}`;
  }, readme);
