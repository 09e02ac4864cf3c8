import type { Box, Frame, Line, Mark, Marked } from '../../shared/picture/drawing.ts';
import { type Font, widthOf, wrapped } from './text.ts';

/** A text in its place: x and y are the left upper corner of the room that it has, in pixels. */
export type Label = {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
  font: Font;
  tone: 'plain' | 'muted' | Mark;
};

/** A mark's sign in its place: x and y are its centre. */
export type Sign = { mark: Mark; x: number; y: number };

/** What stands in a box or a frame, measured from its left upper corner. */
export type Sheet = { width: number; height: number; labels: Label[]; signs: Sign[] };

export const fonts = {
  caption: { family: 'sans', size: 11 },
  says: { family: 'sans', size: 11 },
  note: { family: 'sans', size: 12 },
  noteHeading: { family: 'sans', size: 12, bold: true },
  value: { family: 'mono', size: 12 },
  heading: { family: 'mono', size: 12, bold: true },
  title: { family: 'mono', size: 13, bold: true },
  account: { family: 'mono', size: 15, bold: true },
  headline: { family: 'sans', size: 20, bold: true },
} as const satisfies Record<string, Font>;

const padding = { x: 14, y: 10 };
const lineHeight = 18;
const indent = 12;
/** The room that a sign takes, and the space before it. */
const signWidth = 18;
const beforeSign = 16;
const maxTextWidth = 330;

/** A text with its mark, if it has one, on a line of its own. */
type Row = { text: string; font: Font; tone: Label['tone']; indent: number; marked?: Marked };

const markedOf = (line: Line) =>
  line.kind === 'entry' ? { marked: { mark: line.mark, says: line.says } } : {};

const fontOf = ({ kind }: Line): Font => {
  if (kind === 'heading') return fonts.heading;
  return kind === 'note' || kind === 'reason' ? fonts.note : fonts.value;
};

const toneOf = ({ kind }: Line): Label['tone'] => {
  if (kind === 'reason') return 'missing';
  return kind === 'note' ? 'muted' : 'plain';
};

/** Entries under a heading are indented, and so is a reason. */
const rowsOf = (lines: readonly Line[]): Row[] =>
  lines.flatMap((line) => {
    const font = fontOf(line);
    const below = line.kind === 'entry' && lines.some(({ kind }) => kind === 'heading');
    const left = below || line.kind === 'reason' ? indent : 0;
    return wrapped(line.text, font, maxTextWidth - left).map((text, part) => ({
      text,
      font,
      tone: toneOf(line),
      indent: left,
      ...(part === 0 && markedOf(line)),
    }));
  });

const captionRow = ({ caption, state }: Box): Row => ({
  text: caption,
  font: fonts.caption,
  tone: 'muted',
  indent: 0,
  ...(state && { marked: state }),
});

const titleRows = (title: string, font: Font): Row[] =>
  wrapped(title, font, maxTextWidth).map((text) => ({ text, font, tone: 'plain', indent: 0 }));

const widest = (widths: readonly number[]) => Math.max(0, ...widths);

/** Where the signs stand: right of all texts that have one beside them. */
const signColumn = (rows: readonly Row[]) =>
  padding.x +
  beforeSign +
  widest(rows.map((row) => (row.marked ? row.indent + widthOf(row.text, row.font) : 0)));

const textLabel = ({ text, font, tone, indent: left }: Row, y: number): Label => ({
  text,
  x: padding.x + left,
  y,
  width: widthOf(text, font),
  height: lineHeight,
  font,
  tone,
});

const saysLabel = ({ mark, says }: Marked, x: number, y: number): Label => ({
  text: says,
  x,
  y,
  width: widthOf(says, fonts.says),
  height: lineHeight,
  font: fonts.says,
  tone: mark,
});

const placeRow = (row: Row, y: number, column: number) => ({
  labels: [
    textLabel(row, y),
    ...(row.marked ? [saysLabel(row.marked, column + signWidth, y)] : []),
  ],
  signs: row.marked
    ? [{ mark: row.marked.mark, x: column + signWidth / 2 - 3, y: y + lineHeight / 2 }]
    : [],
});

const sheetOf = (rows: readonly Row[]): Sheet => {
  const column = signColumn(rows);
  const placed = rows.map((row, index) => placeRow(row, padding.y + index * lineHeight, column));
  const labels = placed.flatMap((row) => row.labels);
  return {
    width: padding.x + widest(labels.map(({ x, width }) => x + width)),
    height: 2 * padding.y + rows.length * lineHeight,
    labels,
    signs: placed.flatMap((row) => row.signs),
  };
};

/** A box: what it is, its id, and its lines with their marks in a column of their own. */
export const boxSheet = (box: Box): Sheet =>
  sheetOf([captionRow(box), ...titleRows(box.title, fonts.title), ...rowsOf(box.lines)]);

/** The heading of a frame, which stands over what is in it. */
export const frameSheet = ({ kind, caption, title, lines }: Frame): Sheet =>
  sheetOf([
    { text: caption, font: fonts.caption, tone: 'muted', indent: 0 },
    ...titleRows(title, kind === 'account' ? fonts.account : fonts.title),
    ...wrapped(lines.join(', '), fonts.value, maxTextWidth).map(
      (text): Row => ({ text, font: fonts.value, tone: 'muted', indent: 0 }),
    ),
  ]);

/** Words on a link. */
export const linkSheet = (text: string): Sheet => {
  const { width, font } = { width: widthOf(text, fonts.caption), font: fonts.caption };
  const label: Label = { text, x: 0, y: 0, width, height: lineHeight, font, tone: 'muted' };
  return { width, height: lineHeight, labels: [label], signs: [] };
};

/** A sheet's contents where it is put. */
export const moved = ({ labels, signs }: Sheet, dx: number, dy: number) => ({
  labels: labels.map((label) => ({ ...label, x: label.x + dx, y: label.y + dy })),
  signs: signs.map((sign) => ({ ...sign, x: sign.x + dx, y: sign.y + dy })),
});
