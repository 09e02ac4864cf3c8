/**
 * Reads Mermaid sources, as a JSON array, and writes what Mermaid's own parser makes of each. A program
 * of its own, for Mermaid is an ES module.
 */
import { text } from 'node:stream/consumers';
import DOMPurify from 'dompurify';
import mermaid from 'mermaid';

// Mermaid cleans labels with the help of a browser's DOM, which is not there; parsing does without.
Object.assign(DOMPurify, { addHook: () => undefined, sanitize: (label: string) => label });

type Vertex = { id: string; text?: string; classes: string[] };
type FlowDb = {
  getVertices(): Map<string, Vertex>;
  getEdges(): { start: string; end: string; stroke: string; type: string; text: string }[];
  getSubGraphs(): { id: string; title: string; nodes: string[] }[];
  getAccTitle(): string;
};

const parse = async (source: string) => {
  try {
    const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(source);
    const flow = db as unknown as FlowDb;
    return {
      type,
      title: flow.getAccTitle(),
      vertices: [...flow.getVertices().values()].map(({ id, text: label, classes }) => ({
        id,
        label,
        classes,
      })),
      edges: flow.getEdges(),
      frames: flow.getSubGraphs(),
    };
  } catch (error) {
    return { error: String(error) };
  }
};

// Makes the kinds of diagram known.
await mermaid.parse('flowchart LR');

const sources: string[] = JSON.parse(await text(process.stdin));
const parsed: Awaited<ReturnType<typeof parse>>[] = [];
for (const source of sources) parsed.push(await parse(source));
process.stdout.write(JSON.stringify(parsed));
