import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { diagramOf } from '../../../shared/picture/diagram.ts';
import type { Drawable } from '../../../shared/picture/drawing.ts';
import { aReport } from '../../builders.ts';
import { plain, reports } from '../../diagram/reports.ts';
import { idsOf } from '../../diagram/whatIsReported.ts';

type Parsed = {
  error?: string;
  type: string;
  title: string;
  vertices: { id: string; label: string; classes: string[] }[];
  edges: { start: string; end: string; stroke: string; type: string }[];
  frames: { title: string; nodes: string[] }[];
};

/** What Mermaid's own parser makes of the pictures of these reports. */
const parsed = (...drawn: readonly Drawable[]): Parsed[] =>
  JSON.parse(
    execFileSync('node', ['tests/diagram/parseMermaid.ts'], {
      input: JSON.stringify(drawn.map(diagramOf)),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  );

/** Mermaid keeps an entity code as `ﬂ°°38¶ß` until it draws it. */
const shown = (label: string) =>
  label.replace(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code)));

const textOf = ({ vertices, frames }: Parsed) =>
  shown([...vertices.map(({ label }) => label), ...frames.map(({ title }) => title)].join('\n'));

/** The vertex in which a text stands. */
const vertexWith = ({ vertices }: Parsed, text: string) =>
  vertices.find(({ label }) => shown(label).includes(text));

it.each(Object.entries(reports))('is a flowchart for Mermaid: %s', (_name, report) => {
  const [picture] = parsed(report);
  expect(picture).toMatchObject({ type: 'flowchart-v2', title: expect.stringMatching(/^Account/) });
  expect(idsOf(report)).not.toEqual([]);
  for (const id of idsOf(report)) expect(textOf(picture!)).toContain(id);
});

it('is a flowchart for Mermaid with access by API only, by network only, and with nothing at all', () => {
  const { network, role, ...neither } = aReport();
  const pictures = parsed({ ...neither, role }, { ...neither, network }, neither);
  expect(pictures.map(({ type }) => type)).toEqual(Array(3).fill('flowchart-v2'));
});

it('tells apart what was made, what was adopted and what is missing, by line and by sign', () => {
  const [made, , closed] = parsed(...Object.values(reports));
  const table = vertexWith(made!, 'Route table');
  const lacking = vertexWith(closed!, '✘ missing');

  expect(table).toMatchObject({ label: expect.stringContaining('⊕ made now'), classes: ['made'] });
  expect(lacking).toMatchObject({ classes: ['missing'] });
  expect(made!.edges.find(({ start }) => start === table!.id)).toMatchObject({ stroke: 'thick' });
  expect(closed!.edges.find(({ end }) => end === lacking!.id)).toMatchObject({ stroke: 'dotted' });
  expect(vertexWith(closed!, '⊘ closed')).toMatchObject({ classes: ['closed'] });
});

it('says why a way is closed, and which failed check has no place in the picture', () => {
  const [, , closed] = parsed(...Object.values(reports));
  expect(textOf(closed!)).toContain(
    'network ACL of the monitored subnet: acl-0fedcba9876543210 denies tcp/10050',
  );
  expect(textOf(closed!)).toContain('ec2:DescribeInstances is denied');
});

/** The plain report with a group for each of these names. */
const named = (...names: readonly string[]): Drawable => {
  const { network, ...rest } = plain;
  const [group] = network!.securityGroups;
  const securityGroups = names.map((name, index) => ({ ...group!, groupId: `sg-${index}`, name }));
  return { ...rest, network: { ...network!, securityGroups } };
};

it.each([
  ['a quote', 'app "one"'],
  ['HTML', '<img src=x onerror=alert(1)> & <b>bold</b>'],
  ['the syntax of Mermaid', 'x"]; end\n click a href "javascript:alert(1)" %%{init: {}}%%'],
  ['Markdown', '`*bold* _italic_ [link](http://x)`'],
  ['entities', '#quot; &amp; #35; $$x$$ \\n'],
  ['other scripts and pictures', 'Größe 監視 العربية 🛰'],
])('takes a name that has %s literally', (_what, name) => {
  const [picture] = parsed(named(name));
  expect(picture).not.toHaveProperty('error');
  expect(vertexWith(picture!, name.replace('\n', ' '))).toMatchObject({ classes: ['made'] });
  expect(picture!.vertices).toHaveLength(parsed(plain)[0]!.vertices.length);
});

it('takes any name literally', () => {
  const names = fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), 300);
  const [picture] = parsed(named(...names));
  expect(picture).not.toHaveProperty('error');
  for (const [index, name] of names.entries()) {
    const [, , third = ''] = vertexWith(picture!, `sg-${index}<br/>`)!.label.split('<br/>');
    expect(shown(third)).toBe(name.replace(/\p{Cc}/gu, ' '));
  }
});

it('is the same for the same report', () => {
  expect(diagramOf(structuredClone(reports.closedWays))).toBe(diagramOf(reports.closedWays));
});
