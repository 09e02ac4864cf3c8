import { XmlCodec } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef, StaticStructureSchema } from '@smithy/types';
import { structure } from './schemas.ts';
import type { WireResponse } from './wire.ts';

/** A schema for the envelope around an answer: elements with text, or with a structure. */
export const envelope = (
  name: string,
  elements: Readonly<Record<string, $SchemaRef>>,
): StaticStructureSchema =>
  structure(name, { 4: Object.keys(elements), 5: Object.values(elements) });

/** The schema of an element that holds text. */
export const text = 0;

/** Writes a structure as an XML document. */
export const xmlResponse = (
  statusCode: number,
  schema: StaticStructureSchema,
  value: object,
  xmlNamespace = '',
): WireResponse => {
  const serializer = new XmlCodec({
    xmlNamespace,
    serviceNamespace: '',
    timestampFormat: { useTrait: true, default: 5 },
  }).createSerializer();
  serializer.write(NormalizedSchema.of(schema), value);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${serializer.flush()}`;
  return { statusCode, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body };
};
