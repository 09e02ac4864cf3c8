import {
  type Box,
  type Drawable,
  type Drawing,
  type Frame,
  type Line,
  type Link,
  type Mark,
  type Marked,
  marksIn,
  markWords,
} from './drawing.ts';
import { drawingOf } from './drawReport.ts';

/** What has no meaning in Mermaid, Markdown or HTML, anywhere in a label. */
const harmless = /[^\p{L}\p{N} .:/,()→·-]/gu;

/**
 * A text within a label. Mermaid reads `#38;` as the character of that number, which is how it takes
 * what would else be its own syntax: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
const escaped = (text: string) =>
  text.replace(/\p{Cc}/gu, ' ').replace(harmless, (sign) => `#${sign.codePointAt(0)};`);

const label = (lines: readonly string[]) => `"${lines.filter(Boolean).join('<br/>')}"`;

const signs = {
  made: '⊕',
  changed: '◆',
  already: '✓',
  adopted: '◎',
  open: '○',
  missing: '✘',
  closed: '⊘',
} as const satisfies Record<Mark, string>;

const signed = ({ mark, says }: Marked) => `${signs[mark]} ${escaped(says)}`;

const lineText = (line: Line) => {
  const text = escaped(line.text);
  if (line.kind === 'reason') return `↳ ${text}`;
  return line.kind === 'entry' ? `${text} · ${signed(line)}` : text;
};

/** Mermaid's ids are short words of our own, so that no id of AWS can be a keyword or break the syntax. */
type Ids = (id: string) => string;

const numbering = (): Ids => {
  const known = new Map<string, string>();
  return (id) => {
    const short = known.get(id) ?? `n${known.size}`;
    known.set(id, short);
    return short;
  };
};

const shapes = {
  peering: ['{{', '}}'],
  routeTable: ['[', ']'],
  securityGroup: ['[[', ']]'],
  subnet: ['(', ')'],
  role: ['([', '])'],
  hub: ['[', ']'],
} as const satisfies Record<Box['kind'], readonly [string, string]>;

const boxText = ({ id, kind, caption, title, state, lines, mark }: Box, ids: Ids) => {
  const [open, close] = shapes[kind];
  const heading = state ? `${escaped(caption)} · ${signed(state)}` : escaped(caption);
  const text = label([heading, escaped(title), ...lines.map(lineText)]);
  return `${ids(id)}${open}${text}${close}:::${mark}`;
};

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

const frameLines = ({ id, caption, title, lines, frames, boxes }: Frame, ids: Ids): string[] => [
  `subgraph ${ids(id)}[${label([escaped(`${caption} ${title}`), ...lines.map(escaped)])}]`,
  ...indented([
    ...boxes.map((box) => boxText(box, ids)),
    ...frames.flatMap((frame) => frameLines(frame, ids)),
  ]),
  'end',
];

const stroke = (mark: Mark) => {
  if (mark === 'missing' || mark === 'closed') return ['-.-', '-.->'] as const;
  return mark === 'made' || mark === 'changed'
    ? (['===', '==>'] as const)
    : (['---', '-->'] as const);
};

const linkText = ({ from, to, kind, head, mark, label: words }: Link, ids: Ids) => {
  const [plain, arrow] = stroke(mark);
  const line = kind === 'order' ? '~~~' : head === 'to' ? arrow : plain;
  const text = words === undefined ? '' : `|${label([escaped(words)])}|`;
  return `${ids(from)} ${line}${text} ${ids(to)}`;
};

/** Line styles, so that the picture can be read without colours and on any background. */
const styles = {
  made: 'stroke-width:3px',
  changed: 'stroke-width:3px',
  already: 'stroke-width:1px',
  adopted: 'stroke-width:1px',
  open: 'stroke-width:1px',
  missing: 'stroke-width:2px,stroke-dasharray:6 4',
  closed: 'stroke-width:2px,stroke-dasharray:6 4',
} as const satisfies Record<Mark, string>;

const styleLines = () => Object.entries(styles).map(([mark, style]) => `classDef ${mark} ${style}`);

const legendLine = (drawing: Drawing, ids: Ids) => {
  const marks = marksIn(drawing).map((mark) => signed({ mark, says: markWords[mark] }));
  return `${ids('legend')}[${label(['Legend', ...marks])}]`;
};

const noteLines = (notes: readonly string[], ids: Ids) =>
  notes.length === 0 ? [] : [`${ids('notes')}[${label(['Notes', ...notes.map(escaped)])}]`];

/**
 * The picture of a report as the source of a Mermaid flowchart, which GitHub, GitLab, wikis and
 * mermaid.live draw: the same things as in the SVG of `npm run demo -- --diagram`.
 */
export const diagramOf = (report: Drawable): string => {
  const drawing = drawingOf(report);
  const ids = numbering();
  const { title, frames, boxes, links, notes } = drawing;
  return [
    // Ids and blocks are longer than the width at which Mermaid would break them.
    '%%{init: {"flowchart": {"wrappingWidth": 480}}}%%',
    'flowchart LR',
    ...indented([
      `accTitle: ${escaped(title)}`,
      ...frames.flatMap((frame) => frameLines(frame, ids)),
      ...boxes.map((box) => boxText(box, ids)),
      ...links.map((link) => linkText(link, ids)),
      ...noteLines(notes, ids),
      legendLine(drawing, ids),
      ...styleLines(),
    ]),
    '',
  ].join('\n');
};
