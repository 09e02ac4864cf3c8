import { sfn } from '../shared/clients.ts';
import { onboardings } from '../shared/executions/executions.ts';
import { redrive } from '../shared/executions/redriving.ts';
import { route } from '../shared/http.ts';

/** Goes on from the failed step of an onboarding. */
export const handler = route(({ path }) => redrive(sfn(), onboardings(), path['id'] ?? ''));
