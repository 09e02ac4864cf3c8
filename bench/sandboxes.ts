/** Which sandboxes each function has that nothing runs in; one that has none starts cold. */
export const createSandboxes = () => {
  const idle = new Map<string, number>();
  const count = (name: string, by: number) => idle.set(name, (idle.get(name) ?? 0) + by);
  return {
    /** Takes a sandbox; tells whether it is a new one. */
    take: (name: string): boolean => {
      const isCold = (idle.get(name) ?? 0) === 0;
      if (!isCold) count(name, -1);
      return isCold;
    },
    giveBack: (name: string) => count(name, 1),
  };
};
