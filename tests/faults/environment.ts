import { AsyncLocalStorage } from 'node:async_hooks';

/** The environment of the function that is running; several deployments have one each. */
export const environment = new AsyncLocalStorage<Readonly<Record<string, string>>>();
