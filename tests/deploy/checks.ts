/** Writes a line for whoever watches. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What has been checked so far. */
export type Checks = {
  /** Says whether something is so: `work` throws where it is not, and may answer what it has seen. */
  check: (what: string, work: () => Promise<string | undefined>) => Promise<void>;
  /** The last line, `N passed, N failed`. Answers whether nothing has failed. */
  sum: () => boolean;
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** No checks yet. */
export const createChecks = (): Checks => {
  let passed = 0;
  let failed = 0;
  return {
    check: async (what, work) => {
      const begin = Date.now();
      try {
        const seen = await work();
        passed += 1;
        const seconds = ((Date.now() - begin) / 1000).toFixed(1).padStart(5);
        say(`✔ ${seconds} s  ${what}${seen ? `\n             ${seen}` : ''}`);
      } catch (error) {
        failed += 1;
        say(`✘          ${what}\n${messageOf(error).replace(/^/gm, '             ')}`);
      }
    },
    sum: () => {
      say(`\n${passed} passed, ${failed} failed`);
      return failed === 0;
    },
  };
};
