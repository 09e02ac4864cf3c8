import { Logger } from '@aws-lambda-powertools/logger';

let logger: Logger | undefined;

/** This function's log. It is made for the first line, so that the function is loaded and calls AWS sooner. */
export const log = (): Logger => {
  logger ??= new Logger({ serviceName: 'sightline' });
  return logger;
};
