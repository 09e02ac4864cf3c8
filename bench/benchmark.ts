/** One table of a benchmark: what was measured, for people, and the same as `data`, for programs. */
export type Result = {
  title: string;
  columns: string[];
  rows: (string | number)[][];
  /** What a reader has to know of the figures: what is assumed, what is left out. */
  notes: string[];
  data: unknown;
}[];

/** A benchmark that `npm run bench` runs. */
export type Benchmark = {
  /** What it shows, in one line. */
  about: string;
  /** Measures. `rounds` is how often what takes real time is done over; the medians are the result. */
  run: (options: { rounds?: number }) => Promise<Result>;
};
