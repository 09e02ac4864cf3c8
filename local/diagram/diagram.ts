import type { Drawable } from '../../shared/picture/drawing.ts';
import { drawingOf } from '../../shared/picture/drawReport.ts';
import { pageOf } from './page.ts';
import { svgOf } from './svg.ts';

/** The picture of a report as SVG. The same report always gives the same text. */
export const diagramSvg = async (report: Drawable): Promise<string> =>
  svgOf(await pageOf(drawingOf(report)));
