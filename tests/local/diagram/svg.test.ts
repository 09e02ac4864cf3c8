import { diagramSvg } from '../../../local/diagram/diagram.ts';
import { palettes } from '../../../local/diagram/style.ts';
import type { Drawable } from '../../../shared/picture/drawing.ts';
import { plain, reports } from '../../diagram/reports.ts';

const withName = (name: string): Drawable => {
  const { network, ...rest } = plain;
  const [group] = network!.securityGroups;
  return { ...rest, network: { ...network!, securityGroups: [{ ...group!, name }] } };
};

it('is a picture with a title and a description for those who cannot see it', async () => {
  const svg = await diagramSvg(reports.closedWays);
  expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="title summary">/);
  expect(svg).toContain(
    '<title id="title">Account 777777777777 is not ready to be monitored</title>',
  );
  const [, summary] = svg.match(/<desc id="summary">([^<]*)<\/desc>/) ?? [];
  expect(summary).toContain('are connected by the peering');
  expect(summary).toContain(
    'zabbix-agent tcp/10050, closed; network ACL of the monitored subnet: acl-0fedcba9876543210',
  );
});

it('has nothing from elsewhere: no script, no font, no picture, no link', async () => {
  const svg = await diagramSvg(reports.closedWays);
  expect(svg).not.toMatch(
    /<script|<image|<foreignObject|<a |@import|@font-face|url\(|href|\son\w+=/i,
  );
  expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
});

it('takes names literally, and leaves out what XML cannot hold', async () => {
  const svg = await diagramSvg(withName('</text><script>alert("1")</script> & \u0007\ud800'));
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp;');
  expect(svg).not.toContain('\u0007');
  expect(svg.isWellFormed()).toBe(true);
});

it('is the same for the same report', async () => {
  const [first, second] = [await diagramSvg(plain), await diagramSvg(structuredClone(plain))];
  expect(second).toBe(first);
});

it('tells the marks apart by their shapes, without colours', async () => {
  const svg = `${await diagramSvg(reports.otherRegion)}${await diagramSvg(reports.closedWays)}`;
  const signs = [...svg.matchAll(/<g transform="[^"]*">(.*?)<\/g>/g)].map(([, sign]) =>
    sign!.replace(/\b(made|changed|already|adopted|open|missing|closed)\b/g, ''),
  );
  expect(new Set(signs).size).toBe(7);
});

const channel = (hex: string) => {
  const value = Number.parseInt(hex, 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
const luminance = (colour: string) => {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\da-f]{2}/g) ?? []).map(channel);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one: string, other: string) => {
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};

it.each(Object.entries(palettes))('can be read in the %s scheme', (_name, colours) => {
  const { page, account, vpc, box } = colours;
  for (const ground of [page, account, vpc, box]) {
    for (const text of ['text', 'muted', 'made', 'changed', 'gone'] as const) {
      expect(contrast(colours[text], ground)).toBeGreaterThan(4.5);
    }
    expect(contrast(colours.edge, ground)).toBeGreaterThan(3);
  }
});
