// Runs in the browser. Shows the pictures one after the other and measures what a reader sees.
/* global mermaid, given */

const rectangle = (element) => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x, y, width, height };
};

const overlap = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const within = (inner, outer) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

const overlapping = (labels) =>
  labels.flatMap((one, index) =>
    labels
      .slice(index + 1)
      .filter((other) => overlap(one.place, other.place))
      .map((other) => `“${one.text}” and “${other.text}” overlap`),
  );

const placed = (elements) =>
  [...elements].map((element) => ({ text: element.textContent, place: rectangle(element) }));

const missing = (ids, text) =>
  ids.filter((id) => !text.includes(id)).map((id) => `${id} is not shown`);

/** What is wrong with the SVG: measured in its own fonts, and in the widest that it can fall back to. */
const faultsOfSvg = ({ svg, ids }, style) => {
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
  if (parsed.querySelector('parsererror')) return [parsed.documentElement.textContent];
  const element = document.body.appendChild(document.importNode(parsed.documentElement, true));
  const widest = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  widest.textContent = style;
  element.append(widest);
  const labels = placed(element.querySelectorAll('text'));
  const boxes = [...element.querySelectorAll('.box')].map(rectangle);
  const faults = [
    ...overlapping(labels),
    ...labels
      .filter(({ place }) => !within(place, rectangle(element)))
      .map(({ text }) => `“${text}” is cut off`),
    ...labels
      .filter(({ place }) => boxes.some((box) => overlap(box, place) && !within(place, box)))
      .map(({ text }) => `“${text}” stands over the edge of its box`),
    ...missing(ids, labels.map(({ text }) => text).join('\n')),
  ];
  element.remove();
  return labels.length > 0 ? faults : ['there is no text'];
};

/** What is wrong with the Mermaid flowchart as Mermaid draws it. */
const faultsOfMermaid = async ({ name, source, ids }) => {
  const { svg } = await mermaid.render(`mermaid-${name}`, source);
  const holder = document.body.appendChild(document.createElement('div'));
  holder.innerHTML = svg;
  const labels = placed(holder.querySelectorAll('.nodeLabel'));
  const faults = [
    ...overlapping(labels.filter(({ place }) => place.width > 0)),
    ...missing(ids, labels.map(({ text }) => text).join('\n')),
  ];
  holder.remove();
  return labels.length > 0 ? faults : ['there is no text'];
};

const measure = async () => {
  mermaid.initialize({ startOnLoad: false });
  const results = [];
  for (const picture of given.pictures) {
    for (const [fonts, style] of Object.entries(given.styles)) {
      results.push({
        what: `${picture.name}.svg in ${fonts}`,
        faults: faultsOfSvg(picture, style),
      });
    }
    results.push({ what: `${picture.name} by Mermaid`, faults: await faultsOfMermaid(picture) });
  }
  return results;
};

const finish = (result) => {
  const element = document.createElement('pre');
  element.id = 'result';
  // In a form that no HTML gets into.
  element.textContent = encodeURIComponent(JSON.stringify(result));
  document.body.replaceChildren(element);
};

measure().then(finish, (error) =>
  finish([{ what: 'the measuring', faults: [String(error?.stack ?? error)] }]),
);
