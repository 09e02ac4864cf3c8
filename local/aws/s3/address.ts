import type { RestAddress } from '../restXml.ts';
import type { WireRequest } from '../wire.ts';

/** `bucket.s3.eu-central-1.amazonaws.com`, and the same with an address of this machine. */
const virtualHost = /^(.+)\.(s3[.-][^:]*|localhost|127\.0\.0\.1)(:\d+)?$/;

/**
 * The bucket and the key that a request is about: the bucket is in the host (virtual-hosted style) or comes
 * first in the path (path style). https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export const objectOf = ({ path, headers }: WireRequest): { Bucket: string; Key: string } => {
  const [, bucket] = virtualHost.exec(headers['host'] ?? '') ?? [];
  const [inPath = ''] = path.slice(1).split('?');
  const all = bucket === undefined ? inPath : `${bucket}/${inPath}`;
  const end = all.includes('/') ? all.indexOf('/') : all.length;
  return { Bucket: all.slice(0, end), Key: decodeURIComponent(all.slice(end + 1)) };
};

const onObject: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

/** How S3's operations are told from each other, as far as they are played here. */
export const s3Address: RestAddress = {
  actionOf: (request) => {
    if (objectOf(request).Key) return onObject[request.method];
    const lists = request.method === 'GET' && request.path.includes('list-type=2');
    return lists ? 'ListObjectsV2' : `${request.method} of a bucket`;
  },
  labelsOf: objectOf,
};
