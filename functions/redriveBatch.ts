import { sfn } from '../shared/clients.ts';
import { batches } from '../shared/executions/executions.ts';
import { redrive } from '../shared/executions/redriving.ts';
import { route } from '../shared/http.ts';

/** Tries those accounts of a batch again that are not ready. */
export const handler = route(({ path }) => redrive(sfn(), batches(), path['id'] ?? ''));
