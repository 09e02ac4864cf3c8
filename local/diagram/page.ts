import { type Drawing, type Mark, marksIn, markWords } from '../../shared/picture/drawing.ts';
import { type Layout, layOut, type Path } from './layout.ts';
import { fonts, type Label } from './sheet.ts';
import { type Font, widthOf, wrapped } from './text.ts';

/** The whole picture in its place: headline, drawing, what is still to do, legend. */
export type Page = Layout & { title: string; summary: string };

const margin = 28;
const lineHeight = 18;
const afterHeadline = 20;
const betweenParts = 22;
const minWidth = 640;

const shiftPath = (path: Path, dx: number, dy: number): Path => ({
  ...path,
  points: path.points.map(({ x, y }) => ({ x: x + dx, y: y + dy })),
});

const shift = (layout: Layout, dx: number, dy: number): Layout => {
  const move = <T extends { x: number; y: number }>(thing: T): T => ({
    ...thing,
    x: thing.x + dx,
    y: thing.y + dy,
  });
  return {
    ...layout,
    shapes: layout.shapes.map(move),
    labels: layout.labels.map(move),
    signs: layout.signs.map(move),
    paths: layout.paths.map((path) => shiftPath(path, dx, dy)),
  };
};

const empty: Layout = { width: 0, height: 0, shapes: [], paths: [], labels: [], signs: [] };

const paragraph = (text: string, font: Font, tone: Label['tone'], width: number): Layout => {
  const height = Math.max(lineHeight, Math.ceil(font.size * 1.4));
  const labels = wrapped(text, font, width).map(
    (line, index): Label => ({
      text: line,
      x: 0,
      y: index * height,
      width: widthOf(line, font),
      height,
      font,
      tone,
    }),
  );
  return { ...empty, width, height: labels.length * height, labels };
};

type Part = { part: Layout; gap: number };

const joined = (parts: readonly Layout[]) => ({
  shapes: parts.flatMap(({ shapes }) => shapes),
  paths: parts.flatMap(({ paths }) => paths),
  labels: parts.flatMap(({ labels }) => labels),
  signs: parts.flatMap(({ signs }) => signs),
});

/** Parts one below the other, each after its gap. */
const stacked = (parts: readonly Part[]): Layout => {
  const placed: Layout[] = [];
  let y = 0;
  for (const { part, gap } of parts) {
    if (part.height === 0) continue;
    y += placed.length > 0 ? gap : 0;
    placed.push(shift(part, 0, y));
    y += part.height;
  }
  return { ...joined(placed), width: Math.max(...parts.map(({ part }) => part.width)), height: y };
};

const notePart = (notes: readonly string[], width: number): Layout =>
  notes.length === 0
    ? empty
    : stacked([
        { part: paragraph('Notes', fonts.noteHeading, 'plain', width), gap: 0 },
        ...notes.map((note) => ({ part: paragraph(note, fonts.note, 'plain', width), gap: 4 })),
      ]);

const sampleWidth = 34;

/** A sign with its words, as high as a line. */
const signItem = (mark: Mark): Layout => {
  const words = paragraph(markWords[mark], fonts.says, 'plain', 400);
  return {
    ...shift(words, 17, 0),
    width: 17 + Math.max(...words.labels.map(({ width }) => width)),
    signs: [{ mark, x: 6, y: lineHeight / 2 }],
  };
};

/** A line of a style with its words. */
const lineItem = (mark: Mark, text: string): Layout => {
  const words = paragraph(text, fonts.says, 'plain', 400);
  const y = lineHeight / 2;
  return {
    ...shift(words, sampleWidth + 8, 0),
    width: sampleWidth + 8 + Math.max(...words.labels.map(({ width }) => width)),
    paths: [
      {
        points: [
          { x: 0, y },
          { x: sampleWidth, y },
        ],
        mark,
        head: 'none',
      },
    ],
  };
};

/** Items beside each other, and in further lines what has no room. */
const flowing = (items: readonly Layout[], width: number): Layout => {
  const gap = 24;
  const placed: Layout[] = [];
  let [x, y] = [0, 0];
  for (const item of items) {
    if (x > 0 && x + item.width > width) [x, y] = [0, y + lineHeight + 4];
    placed.push(shift(item, x, y));
    x += item.width + gap;
  }
  return { ...joined(placed), width, height: y + lineHeight };
};

const isGone = (mark: Mark) => mark === 'missing' || mark === 'closed';

const legend = (drawing: Drawing, width: number): Layout => {
  const marks = marksIn(drawing);
  return flowing(
    [
      paragraphItem('Legend'),
      ...marks.map(signItem),
      lineItem('made', 'made or changed now'),
      lineItem('already', 'was there already'),
      ...(marks.some(isGone) ? [lineItem('missing', 'something is missing or closed')] : []),
    ],
    width,
  );
};

const paragraphItem = (text: string): Layout => ({
  ...paragraph(text, fonts.noteHeading, 'plain', 200),
  width: widthOf(text, fonts.noteHeading),
});

/** Puts a drawing on a page, with its headline above and its legend below. */
export const pageOf = async (drawing: Drawing): Promise<Page> => {
  const graph = await layOut(drawing);
  const width = Math.max(graph.width, minWidth);
  const page = stacked([
    { part: paragraph(drawing.title, fonts.headline, 'plain', width), gap: 0 },
    { part: graph, gap: afterHeadline },
    { part: notePart(drawing.notes, width), gap: betweenParts },
    { part: legend(drawing, width), gap: betweenParts },
  ]);
  return {
    ...shift(page, margin, margin),
    width: Math.ceil(page.width + 2 * margin),
    height: Math.ceil(page.height + 2 * margin),
    title: drawing.title,
    summary: drawing.summary,
  };
};
