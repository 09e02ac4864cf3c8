import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { ec2In, quotasIn, type Session } from '../clients.ts';
import type { Request } from '../request.ts';
import type { Settings } from '../settings.ts';

/** One of each side. */
export type Sides<Thing> = { hub: Thing; monitored: Thing };

/** What is asked for, in which deployment, in which Region of the monitored account. */
export type Asked = { request: Request; known: Settings; region: string };

/** Clients of both sides. */
export type Clients = { ec2: Sides<EC2Client>; quotas: Sides<ServiceQuotasClient> };

/** Clients of the hub, and of a session in the monitored account. */
export const clientsOf = (
  { known, region }: Pick<Asked, 'known' | 'region'>,
  session: Session,
): Clients => ({
  ec2: { hub: ec2In(known.hub.region), monitored: ec2In(region, session) },
  quotas: { hub: quotasIn(known.hub.region), monitored: quotasIn(region, session) },
});
