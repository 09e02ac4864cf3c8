import { isIPv4, isIPv6 } from 'node:net';
import { normalizeCidr } from 'cidr-tools';
import { AwsError } from '../awsError.ts';

export type Family = 4 | 6;

/** The address family of a CIDR block that is known to be valid. */
export const familyOf = (cidr: string): Family => (cidr.includes(':') ? 6 : 4);

/** The prefix length of a valid CIDR block: 24 for `10.0.1.0/24`. */
export const prefixLength = (cidr: string): number => Number(cidr.slice(cidr.indexOf('/') + 1));

// cidr-tools itself takes `10.0.0/8`, `10.0.0.0/33` and a bare address.
const isCidr = (text: string, family: Family): boolean => {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const isAddress = family === 4 ? isIPv4(address) : isIPv6(address);
  return (
    isAddress &&
    /^\d{1,3}$/.test(prefix) &&
    Number(prefix) <= (family === 4 ? 32 : 128) &&
    rest.length === 0
  );
};

/** The canonical form, as AWS makes it: `100.68.0.18/18` becomes `100.68.0.0/18`. */
export const canonical = (cidr: string | undefined, family: Family): string => {
  if (!isCidr(cidr ?? '', family)) {
    throw new AwsError('InvalidParameterValue', `CIDR block ${cidr} is malformed`);
  }
  return normalizeCidr(cidr ?? '');
};
