import process from "node:process";

/** Where times come from; a test brings its own. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. May jump when the system's clock is set. */
  epochMs(): number;
  /** Milliseconds since an arbitrary moment; never goes back. */
  monotonicMs(): number;
}

/** The machine's clock. Only the environment part of a record may depend on it. */
export const wallClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/**
 * The time as text in UTC, "2018-04-30T12:00:00.000Z".
 *
 * @param clock Where the time comes from.
 */
export function isoTime(clock: Clock = wallClock): string {
  return new Date(clock.epochMs()).toISOString();
}

/**
 * Starts a watch.
 *
 * @param clock Where the time comes from.
 * @returns Seconds since the start, each time it is called.
 */
export function stopwatch(clock: Clock = wallClock): () => number {
  const start = clock.monotonicMs();
  return () => (clock.monotonicMs() - start) / 1000;
}

/** Processor seconds this process has used so far, all threads together. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * A duration for people: "12 s", "3 min 05 s", "1 h 02 min".
 *
 * @param seconds Not negative; rounded to whole seconds.
 */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
