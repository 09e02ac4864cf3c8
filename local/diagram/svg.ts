import type { Mark } from '../../shared/picture/drawing.ts';
import type { Path, Point, Shape } from './layout.ts';
import type { Page } from './page.ts';
import type { Label, Sign } from './sheet.ts';
import { styleSheet } from './style.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text as XML takes it, which has no control characters at all. */
const escaped = (text: string) =>
  text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);

const n = (value: number) => `${Math.round(value * 100) / 100}`;

const corners: Readonly<Record<Shape['kind'], number>> = {
  account: 10,
  vpc: 8,
  peering: 22,
  routeTable: 3,
  securityGroup: 3,
  subnet: 3,
  role: 14,
  hub: 10,
};

const isFrame = ({ kind }: Shape) => kind === 'account' || kind === 'vpc';

const shapeSvg = (shape: Shape) => {
  const { id, kind, mark, x, y, width, height } = shape;
  const look = isFrame(shape) ? kind : `box ${mark}`;
  return `<rect class="${look}" data-id="${escaped(id)}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${corners[kind]}"/>`;
};

const distance = (a: Point, b: Point) => Math.hypot(b.x - a.x, b.y - a.y);

/** The point so far from one towards another. */
const towards = (a: Point, b: Point, far: number): Point => {
  const share = Math.min(1, far / (distance(a, b) || 1));
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
};

const at = ({ x, y }: Point) => `${n(x)} ${n(y)}`;

/** A bend with a rounded corner. */
const bend = (before: Point, point: Point, after: Point) => {
  const radius = Math.min(8, distance(before, point) / 2, distance(point, after) / 2);
  return `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, after, radius))}`;
};

const arrowLength = 9;

/** A path ends where its arrow begins, so that a thick line does not show beside the tip. */
const shortened = ({ points, head }: Path): Point[] => {
  const ends = head === 'from' ? points.toReversed() : points;
  const [tip, before] = [ends.at(-1), ends.at(-2)];
  if (head === 'none' || !tip || !before) return ends;
  return [...ends.slice(0, -1), towards(tip, before, arrowLength - 1)];
};

const lineOf = (points: readonly Point[]) =>
  points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (!before) return `M${at(point)}`;
      return after ? bend(before, point, after) : `L${at(point)}`;
    })
    .join('');

const arrowOf = ({ points, head, mark }: Path) => {
  const ends = head === 'from' ? points.toReversed() : points;
  const [tip, before] = [ends.at(-1), ends.at(-2)];
  if (head === 'none' || !tip || !before) return '';
  const foot = towards(tip, before, arrowLength);
  const [dx, dy] = [(tip.y - foot.y) / 2, (foot.x - tip.x) / 2];
  const [left, right] = [
    { x: foot.x + dx, y: foot.y + dy },
    { x: foot.x - dx, y: foot.y - dy },
  ];
  return `<path class="arrow ${mark}" d="M${at(left)}L${at(tip)}L${at(right)}Z"/>`;
};

const pathSvg = (path: Path) =>
  `<path class="path ${path.mark}" d="${lineOf(shortened(path))}"/>${arrowOf(path)}`;

/** The signs differ in shape, not just in colour: filled is new, hollow was there, crossed is not there. */
const signShapes: Readonly<Record<Mark, string>> = {
  made: '<circle class="sign made" r="5"/><path class="cut" d="M-2.6 0H2.6M0 -2.6V2.6"/>',
  changed:
    '<path class="sign changed" d="M0 -5.6L5.6 0L0 5.6L-5.6 0Z"/><path class="cut" d="M-2.2 0H2.2"/>',
  already:
    '<circle class="sign already hollow" r="5"/><path class="sign already hollow" d="M-2.3 0.2L-0.6 1.9L2.4 -1.7"/>',
  adopted: '<circle class="sign adopted hollow" r="5.4"/><circle class="sign adopted" r="1.6"/>',
  open: '<path class="sign open hollow" d="M-5 0H4.4M1 -3.6L4.8 0L1 3.6"/>',
  missing: '<path class="sign missing hollow" d="M-4 -4L4 4M-4 4L4 -4"/>',
  closed:
    '<rect class="sign closed" x="-5" y="-5" width="10" height="10" rx="1"/><path class="cut" d="M-2.8 0H2.8"/>',
};

const signSvg = ({ mark, x, y }: Sign) =>
  `<g transform="translate(${n(x)} ${n(y)})">${signShapes[mark]}</g>`;

/** A label's baseline is so far down its room that ascenders and descenders fit. */
const labelSvg = ({ text, x, y, height, font: { family, size, bold }, tone }: Label) => {
  const baseline = y + height / 2 + size * 0.35;
  const look = `${family} ${tone}${bold ? ' bold' : ''}`;
  return `<text class="${look}" x="${n(x)}" y="${n(baseline)}" font-size="${size}">${escaped(text)}</text>`;
};

/** The picture as a document of its own, without scripts, fonts or anything else from elsewhere. */
export const svgOf = ({ width, height, title, summary, shapes, paths, labels, signs }: Page) =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title summary">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="summary">${escaped(summary)}</desc>`,
    `<style>${styleSheet}\n</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="12"/>`,
    ...shapes.filter(isFrame).map(shapeSvg),
    ...paths.map(pathSvg),
    ...shapes.filter((shape) => !isFrame(shape)).map(shapeSvg),
    ...signs.map(signSvg),
    ...labels.map(labelSvg),
    '</svg>',
    '',
  ].join('\n');
