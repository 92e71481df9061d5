import { createProgress, formatDuration } from "../../cli/mod.ts";
import type { Remaining } from "../forecast/remaining.ts";

/** What is shown of a phase. */
export interface PhaseOptions {
  /** In front of the line. */
  readonly label: string;
  /** Steps in all, >= 1. */
  readonly total: number;
  /** Name of a step in the plural. */
  readonly unit: string;
  /** The part of the forecast that it is. */
  readonly part: string;
  /** How much longer it and the whole will take. */
  readonly remaining: Remaining;
  /** What else is shown: who works, for example. */
  readonly status?: () => string;
}

/** A phase of a run on the progress line. */
export interface Phase {
  /** Starts the clock, also where other phases were in between. */
  begin(): void;
  /** Shows that this many steps are done; with the last one the phase ends. */
  reach(steps: number, note?: string, options?: ReachOptions): void;
}

/** What is known of the steps since those that were told before. */
export interface ReachOptions {
  /** Whether they were answered from memory, and say nothing of the speed. */
  readonly remembered?: boolean;
}

/**
 * Shows a phase of a run. Steps that the first {@link Phase.reach} jumps over
 * were done earlier and do not count for the speed.
 *
 * @param options What is shown.
 */
export function phase(
  { label, total, unit, part, remaining, status }: PhaseOptions,
): Phase {
  let progress: ReturnType<typeof createProgress> | undefined;
  let done: number | undefined;
  function begin(): void {
    remaining.begin(part);
    if (progress !== undefined) return progress.resume();
    progress = createProgress({
      label,
      total,
      unit,
      ...status !== undefined && { status },
      forecast: () => ({
        seconds: remaining.seconds(part),
        all: ` (all: ${formatDuration(remaining.seconds())})`,
      }),
    });
  }
  return {
    begin,
    reach(steps, note, { remembered = false } = {}) {
      // Steps from before the clock was started say nothing of the speed.
      const isTimed = progress !== undefined && !remembered;
      if (progress === undefined) begin();
      const share = Math.min(1, steps / total);
      remaining.reach(
        part,
        share,
        remembered ? share : done === undefined ? (steps - 1) / total : 0,
      );
      // Nor is their time that of the next.
      if (remembered) remaining.begin(part);
      if (done === undefined) progress?.skip(steps - 1);
      if (isTimed) progress?.advance(steps - (done ?? steps - 1), note);
      else progress?.skip(steps - (done ?? steps - 1));
      done = steps;
      if (steps >= total) progress?.finish();
    },
  };
}
