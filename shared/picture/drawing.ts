import type { NetworkReport, Report } from '../report.ts';

/** How something came to be, or that it is not: each has its own sign, so that no colour is needed. */
export type Mark = 'made' | 'changed' | 'already' | 'adopted' | 'open' | 'missing' | 'closed';

/** A report that can be drawn; one in which something is missing can be, too. */
export type Drawable = Omit<Report, 'network' | 'ready'> & {
  ready: boolean;
  network?: NetworkReport | undefined;
};

/** A mark, and what it says of this thing. */
export type Marked = { mark: Mark; says: string };

/**
 * A line of a box: `heading` stands over the entries that follow, `value` is an address or a name,
 * `note` is plain words, and `reason` explains the line before.
 */
export type Line = { text: string } & (
  | { kind: 'heading' | 'value' | 'note' | 'reason' }
  | ({ kind: 'entry' } & Marked)
);

export type BoxKind = 'peering' | 'routeTable' | 'securityGroup' | 'subnet' | 'role' | 'hub';

/** A thing that is drawn as a box of lines. */
export type Box = {
  id: string;
  kind: BoxKind;
  caption: string;
  title: string;
  /** How the thing itself came to be; what was only found there has nothing to say. */
  state?: Marked;
  lines: Line[];
  /** The mark that outweighs the others in the box: it styles the outline and the links. */
  mark: Mark;
};

/** A thing that is drawn around others: an account or a VPC. */
export type Frame = {
  id: string;
  kind: 'account' | 'vpc';
  caption: string;
  title: string;
  lines: string[];
  frames: Frame[];
  boxes: Box[];
};

/**
 * A line between two of them, read from left to right. `head` is the end with the arrow; a link of
 * kind `order` is not drawn and only says what stands left of what.
 */
export type Link = {
  from: string;
  to: string;
  kind: 'route' | 'ingress' | 'uses' | 'assumes' | 'order';
  head: 'from' | 'to' | 'none';
  mark: Mark;
  label?: string;
};

/** What a picture of a report shows, whatever it is drawn with. */
export type Drawing = {
  title: string;
  /** The picture in a few sentences, for those who cannot see it. */
  summary: string;
  frames: Frame[];
  boxes: Box[];
  links: Link[];
  /** What a person still has to do or know, and what is missing and has no place in the picture. */
  notes: string[];
};

/** The marks in words. */
export const markWords = {
  made: 'made now',
  changed: 'changed now',
  already: 'already so',
  adopted: 'adopted: somebody else made it',
  open: 'open',
  missing: 'missing',
  closed: 'closed',
} as const satisfies Record<Mark, string>;

const byWeight: readonly Mark[] = ['missing', 'closed', 'made', 'changed', 'adopted', 'open'];

/** The mark of a whole whose parts have these: what is missing outweighs what was made. */
export const strongest = (marks: readonly Mark[]): Mark =>
  byWeight.find((mark) => marks.includes(mark)) ?? 'already';

const boxesIn = (frames: readonly Frame[]): Box[] =>
  frames.flatMap((frame) => [...frame.boxes, ...boxesIn(frame.frames)]);

/** Every box of a drawing, those within frames too. */
export const allBoxes = ({ frames, boxes }: Pick<Drawing, 'frames' | 'boxes'>): Box[] => [
  ...boxes,
  ...boxesIn(frames),
];

/** The marks that lines have. */
export const marksOf = (lines: readonly Line[]): Mark[] =>
  lines.flatMap((line) => (line.kind === 'entry' ? line.mark : []));

/** The marks that a box has: its own and those of its lines. */
export const marksOfBox = ({ state, lines }: Pick<Box, 'state' | 'lines'>): Mark[] => [
  ...(state ? [state.mark] : []),
  ...marksOf(lines),
];

const legend: readonly Mark[] = [
  'made',
  'changed',
  'already',
  'adopted',
  'open',
  'missing',
  'closed',
];

/** The marks that a drawing has, each once, in the order of the legend. */
export const marksIn = (drawing: Pick<Drawing, 'frames' | 'boxes'>): Mark[] => {
  const used = new Set(allBoxes(drawing).flatMap(marksOfBox));
  return legend.filter((mark) => used.has(mark));
};
