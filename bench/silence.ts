/**
 * Keeps what is written to stdout meanwhile from whoever reads there, and tells how many bytes it was: the
 * functions' logs, which go to CloudWatch on AWS.
 */
export const withoutOutput = async <Result>(
  act: () => Promise<Result>,
): Promise<{ result: Result; bytes: number }> => {
  const { stdout } = process;
  const write = Reflect.get(stdout, 'write');
  let bytes = 0;
  Reflect.set(stdout, 'write', (chunk: string | Uint8Array) => {
    bytes += Buffer.byteLength(chunk);
    return true;
  });
  try {
    return { result: await act(), bytes };
  } finally {
    Reflect.set(stdout, 'write', write);
  }
};
