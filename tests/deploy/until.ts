import { setTimeout } from 'node:timers/promises';

const betweenLooksMs = 200;

/**
 * Looks again and again until there is something. Throws when there is still nothing after so many seconds,
 * and what a look throws.
 *
 * @example
 * await until('the emulator answers', 20, async () => (await fetch(url)).ok || undefined);
 */
export const until = async <Found>(
  what: string,
  seconds: number,
  look: () => Promise<Found | undefined>,
): Promise<Found> => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`after ${seconds} s it is still not so: ${what}`);
    await setTimeout(betweenLooksMs);
  }
};
