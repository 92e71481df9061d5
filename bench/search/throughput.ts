/** What a search does in an hour. */
export interface Throughput {
  /** Students an hour while no worker waits. */
  readonly busy: number;
  /** Students an hour with the wait for each iteration's slowest. */
  readonly iterations: number;
}

/** When a student was trained, in seconds since its iteration began. */
export interface Span {
  /** A worker took it up. */
  readonly start: number;
  /** Its evaluation was there. */
  readonly end: number;
}

/** How many students were trained in how many seconds. */
export interface Amount {
  /** Parts of students count as parts. */
  readonly students: number;
  /** Seconds. */
  readonly seconds: number;
}

/**
 * What was done before the first worker found nothing left to take up: after
 * that an iteration only waits for its slowest students.
 *
 * @param spans Of one iteration, at least one; students were taken up in order.
 * @param workers How many trained them.
 */
export function busyAmount(spans: readonly Span[], workers: number): Amount {
  const ends = spans.map(({ end }) => end).toSorted((a, b) => a - b);
  // Whoever ended before took up one of the students that had to wait.
  const seconds = ends[Math.max(0, spans.length - workers)]!;
  const students = spans.reduce(
    (sum, { start, end }) =>
      sum + Math.max(0, Math.min(end, seconds) - start) / (end - start),
    0,
  );
  return { students, seconds };
}

/**
 * Throughput over some iterations.
 *
 * @param iterations Spans of each, at least one iteration.
 * @param workers How many trained them.
 */
export function throughputOf(
  iterations: readonly (readonly Span[])[],
  workers: number,
): Throughput {
  const perHour = (amounts: readonly Amount[]) =>
    3600 * amounts.reduce((sum, { students }) => sum + students, 0) /
    amounts.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    busy: perHour(iterations.map((spans) => busyAmount(spans, workers))),
    iterations: perHour(iterations.map((spans) => ({
      students: spans.length,
      seconds: Math.max(...spans.map(({ end }) => end)),
    }))),
  };
}
