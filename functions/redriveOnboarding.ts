import { sfn } from '../shared/clients.ts';
import { onboardings } from '../shared/executions.ts';
import { route } from '../shared/http.ts';
import { redrive } from '../shared/redriving.ts';

/** Goes on from the failed step of an onboarding. */
export const handler = route(({ path }) => redrive(sfn(), onboardings(), path['id'] ?? ''));
