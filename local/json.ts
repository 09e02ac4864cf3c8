import * as z from 'zod';

/** Any JSON value. */
export const Json = z.json();
export type Json = z.infer<typeof Json>;
export type JsonObject = { [key: string]: Json };

/** Whether a JSON value is an object, not an array and not null. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as it is after a trip over the wire: what JSON cannot carry is gone, nothing is `null`. */
export const overTheWire = (value: unknown): Json =>
  Json.parse(JSON.parse(JSON.stringify(value ?? null)));
