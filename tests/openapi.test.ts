import { readFileSync } from 'node:fs';
import { openApi } from '../local/openapi.ts';
import { packagedTemplate } from '../local/packaged.ts';

type Document = { paths: Record<string, Record<string, { responses: object }>> };

const document: Document = JSON.parse(readFileSync('openapi.json', 'utf8'));

it('is in step with the schemas (npm run openapi)', () => {
  expect(document).toEqual(JSON.parse(JSON.stringify(openApi())));
});

it('describes exactly the routes that are deployed', () => {
  const {
    Resources,
  }: { Resources: Record<string, { Type: string; Properties: { RouteKey: string } }> } = JSON.parse(
    readFileSync(packagedTemplate, 'utf8'),
  );
  const deployed = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
    .map(({ Properties }) => Properties.RouteKey);

  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(deployed.toSorted());
});

it('refers only to schemas that it has', () => {
  const text = JSON.stringify(document);
  const referred = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
  const { components } = document as never as { components: { schemas: object } };

  expect(referred).not.toEqual([]);
  for (const name of referred) expect(Object.keys(components.schemas)).toContain(name);
});
