/** An HTTP request as any AWS client makes it. Header names are in lower case. */
export type WireRequest = {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
};

/** The HTTP response to a `WireRequest`. */
export type WireResponse = { statusCode: number; headers: Record<string, string>; body: string };
