import Elk, {
  type ElkEdgeSection,
  type ElkExtendedEdge,
  type ElkNode,
} from 'elkjs/lib/elk.bundled.js';
import type { Box, BoxKind, Drawing, Frame, Link, Mark } from '../../shared/picture/drawing.ts';
import { allBoxes } from '../../shared/picture/drawing.ts';
import { boxSheet, frameSheet, type Label, linkSheet, moved, type Sign } from './sheet.ts';

/** A rectangle, in pixels. */
export type Rectangle = { x: number; y: number; width: number; height: number };

export type Point = { x: number; y: number };

/** A box or a frame in its place. */
export type Shape = Rectangle & { id: string; kind: BoxKind | Frame['kind']; mark: Mark };

/** A link along its points; `head` is the end with the arrow. */
export type Path = { points: Point[]; mark: Mark; head: Link['head'] };

/** A drawing of which everything has its place; outer shapes come before what is in them. */
export type Layout = {
  width: number;
  height: number;
  shapes: Shape[];
  paths: Path[];
  labels: Label[];
  signs: Sign[];
};

/** https://eclipse.dev/elk/reference/options.html. Frames do not inherit these from what is around them. */
const inEach = {
  'elk.layered.crossingMinimization.semiInteractive': 'true',
  'elk.layered.spacing.nodeNodeBetweenLayers': '48',
  'elk.layered.spacing.edgeNodeBetweenLayers': '20',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.portPort': '24',
};

/** Layers from left to right, across the frames. */
const options = {
  ...inEach,
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.mergeEdges': 'true',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
};

const column = ({ kind }: Box) => (kind === 'subnet' ? 'subnets' : 'others');

/** Links of one kind and style meet a box at one point, others at another: they share no line. */
const endAt = (id: string, { from, kind, mark }: Link) =>
  `${id}#${kind}/${mark}/${id === from ? 'EAST' : 'WEST'}`;

const portsOf = ({ id }: Box, links: readonly Link[]) => {
  const ends = links
    .filter(({ from, to }) => from === id || to === id)
    .map((link) => endAt(id, link));
  return [...new Set(ends)].map((end) => ({
    id: end,
    layoutOptions: { 'elk.port.side': end.endsWith('EAST') ? 'EAST' : 'WEST' },
  }));
};

/** What comes later in a report stands lower: with this ELK looks at the order of the places it is given. */
const inOrder = (nodes: readonly ElkNode[]): ElkNode[] =>
  nodes.map((node, index) => ({
    ...node,
    layoutOptions: { ...node.layoutOptions, 'elk.position': `(0,${(index + 1) * 1000})` },
  }));

/** Boxes that stand below each other are as wide as the widest of them. */
const boxNodes = (boxes: readonly Box[], links: readonly Link[]): ElkNode[] => {
  const sized = boxes.map((box) => ({ box, ...boxSheet(box) }));
  return sized.map(({ box, height }) => {
    const beside = sized.filter((other) => column(other.box) === column(box));
    return {
      id: box.id,
      width: Math.max(...beside.map(({ width }) => width)),
      height,
      ports: portsOf(box, links),
      layoutOptions: { 'elk.portConstraints': 'FIXED_SIDE' },
    };
  });
};

const frameNode = (frame: Frame, links: readonly Link[]): ElkNode => {
  const { width, height } = frameSheet(frame);
  return {
    id: frame.id,
    layoutOptions: {
      ...inEach,
      'elk.padding': `[top=${height + 4},left=18,bottom=18,right=18]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
    children: inOrder([
      ...frame.frames.map((inner) => frameNode(inner, links)),
      ...boxNodes(frame.boxes, links),
    ]),
  };
};

const edge = (link: Link, index: number, boxes: ReadonlySet<string>): ElkExtendedEdge => {
  const { from, to, label } = link;
  const [source = from, target = to] = [from, to].map((id) =>
    boxes.has(id) ? endAt(id, link) : id,
  );
  return {
    id: `${index}`,
    sources: [source],
    targets: [target],
    ...(label !== undefined && { labels: [{ text: label, ...sizeOf(label) }] }),
  };
};

const sizeOf = (label: string) => {
  const { width, height } = linkSheet(label);
  return { width, height };
};

const graphOf = (drawing: Drawing): ElkNode => {
  const { frames, boxes, links } = drawing;
  const ids = new Set(allBoxes(drawing).map(({ id }) => id));
  return {
    id: 'drawing',
    layoutOptions: options,
    children: inOrder([
      ...frames.map((frame) => frameNode(frame, links)),
      ...boxNodes(boxes, links),
    ]),
    edges: links.map((link, index) => edge(link, index, ids)),
  };
};

const nodesIn = ({ children = [] }: ElkNode): ElkNode[] =>
  children.flatMap((child) => [child, ...nodesIn(child)]);

const framesIn = (frames: readonly Frame[]): Frame[] =>
  frames.flatMap((frame) => [frame, ...framesIn(frame.frames)]);

const rectangle = ({ x = 0, y = 0, width = 0, height = 0 }: ElkNode) => ({ x, y, width, height });

const pointsOf = ({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): Point[] => [
  startPoint,
  ...bendPoints,
  endPoint,
];

const pathsOf = ({ edges = [] }: ElkNode, links: readonly Link[]): Path[] =>
  edges.flatMap(({ sections = [] }, index) => {
    const link = links[index];
    if (!link || link.kind === 'order') return [];
    const { mark, head } = link;
    return sections.map((section) => ({ points: pointsOf(section), mark, head }));
  });

const linkLabels = ({ edges = [] }: ElkNode): Label[] =>
  edges.flatMap(({ labels = [] }) =>
    labels.flatMap(({ text = '', x = 0, y = 0 }) => moved(linkSheet(text), x, y).labels),
  );

/** Gives everything in a drawing its place. The same drawing always gets the same places. */
export const layOut = async (drawing: Drawing): Promise<Layout> => {
  const graph = await new Elk.default().layout(graphOf(drawing));
  const places = new Map(nodesIn(graph).map((node) => [node.id, rectangle(node)]));
  const put = <T extends { id: string }>(thing: T) => ({
    thing,
    place: places.get(thing.id) ?? rectangle({ id: thing.id }),
  });
  const frames = framesIn(drawing.frames).map(put);
  const boxes = allBoxes(drawing).map(put);
  const sheets = [
    ...frames.map(({ thing, place }) => moved(frameSheet(thing), place.x, place.y)),
    ...boxes.map(({ thing, place }) => moved(boxSheet(thing), place.x, place.y)),
  ];
  return {
    width: graph.width ?? 0,
    height: graph.height ?? 0,
    shapes: [
      ...frames.map(
        ({ thing: { id, kind }, place }): Shape => ({ id, kind, mark: 'already', ...place }),
      ),
      ...boxes.map(({ thing: { id, kind, mark }, place }): Shape => ({ id, kind, mark, ...place })),
    ],
    paths: pathsOf(graph, drawing.links),
    labels: [...sheets.flatMap(({ labels }) => labels), ...linkLabels(graph)],
    signs: sheets.flatMap(({ signs }) => signs),
  };
};
