import type { Drawable } from '../../shared/drawing.ts';
import { drawingOf } from '../../shared/drawReport.ts';
import { pageOf } from './page.ts';
import { svgOf } from './svg.ts';

/** The picture of a report as SVG. The same report always gives the same text. */
export const diagramSvg = async (report: Drawable): Promise<string> =>
  svgOf(await pageOf(drawingOf(report)));
