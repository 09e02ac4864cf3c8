import { createServer, type IncomingMessage } from 'node:http';
import { ConfirmSubscriptionCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import * as z from 'zod';
import type { Emulator, Place } from './emulator.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const Delivery = z.discriminatedUnion('Type', [
  z.object({ Type: z.literal('SubscriptionConfirmation'), Token: z.string() }),
  z.object({ Type: z.literal('Notification'), Subject: z.string(), Message: z.string() }),
]);

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString());
};

/** Somebody who listens to a topic. */
export type Subscriber = {
  /** The subjects of the messages so far. */
  subjects: readonly string[];
  close: () => void;
};

/** Subscribes to a topic over HTTP, as whoever wants to hear of onboardings may. */
export const subscribe = async (
  emulator: Emulator,
  place: Place,
  TopicArn: string,
): Promise<Subscriber> => {
  const sns = new SNSClient(emulator.administratorOf(place));
  const subjects: string[] = [];
  const receive = async (request: IncomingMessage) => {
    const delivery = Delivery.parse(await readJson(request));
    if (delivery.Type === 'Notification') subjects.push(delivery.Subject);
    else await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: delivery.Token }));
  };
  const server = createServer((request, response) => {
    receive(request).then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const Endpoint = `http://127.0.0.1:${port}/`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint }));
  return { subjects, close: () => server.close() };
};
