/** What the SDK has by default anyway; said here, it is not looked for in files by every client. */
export const sdkDefaults = {
  AWS_RETRY_MODE: 'standard',
  AWS_USE_DUALSTACK_ENDPOINT: 'false',
  AWS_USE_FIPS_ENDPOINT: 'false',
  AWS_DEFAULTS_MODE: 'legacy',
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
  AWS_DISABLE_CLOCK_SKEW_CORRECTION: 'false',
  AWS_AUTH_SCHEME_PREFERENCE: 'sigv4',
  AWS_SDK_UA_APP_ID: 'sightline',
  AWS_ACCOUNT_ID_ENDPOINT_MODE: 'preferred',
};
