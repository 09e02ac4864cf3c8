/** What a step did, in one line: what it made, and how much of it was there already. */
export const summarize = (made: string | undefined, already: number): string => {
  const parts = [made, already > 0 ? `${already} already so` : undefined];
  return parts.filter((part) => part !== undefined).join('; ') || 'nothing to do';
};
