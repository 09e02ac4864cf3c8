import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the Lambda bundles (see `alias` in
 * serverless.yml): Lambda gives a function its credentials in the environment and nowhere else, so
 * SSO, profiles, processes and instance metadata would be 95 kB that never run.
 */
export const defaultProvider = () => fromEnv();
