/** An HTTP request as any AWS client makes it. Header names are in lower case. */
export type WireRequest = {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
};

/** The HTTP response to a `WireRequest`. */
export type WireResponse = { statusCode: number; headers: Record<string, string>; body: string };

/** Whether a request is to S3, whose bodies are objects: they are large, and clients read them as streams. */
export const isToS3 = ({ authorization = '' }: { authorization?: string | undefined }): boolean =>
  authorization.includes('/s3/aws4_request');
