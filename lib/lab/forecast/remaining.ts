/**
 * How much longer a run will take: the forecast, corrected by how the parts done
 * so far compare with it.
 *
 * @module
 */

import { stopwatch } from "../../cli/mod.ts";
import type { Part } from "./forecast.ts";
import { followWhole, TRUSTED_SECONDS, type Whole } from "./whole.ts";

/** Follows a run. */
export interface Remaining {
  /** What the whole run was predicted to take when it began, in seconds. */
  readonly predicted: number;
  /** Starts a part's clock. */
  begin(part: string): void;
  /**
   * Tells how much of a part is done.
   *
   * @param part Which part.
   * @param done Share in [0, 1].
   * @param restored Share of it that was done earlier, and says nothing of speed.
   */
  reach(part: string, done: number, restored: number): void;
  /** Replaces a part that has not begun by what is known better now. */
  replace(part: Part): void;
  /** Seconds left of one part, or of all that the command has to do. */
  seconds(part?: string): number;
  /** Seconds that the work done by this process took, and was predicted to take, by part. */
  compared(): readonly {
    readonly part: string;
    readonly measured: number;
    readonly expected: number;
  }[];
}

/** Options of {@link followRun}. */
export interface FollowOptions {
  /** Seconds since some moment. */
  readonly clock?: () => number;
  /** All runs of the command; left out, it is the only one. */
  readonly whole?: Whole;
  /** Tells it from those others. */
  readonly name?: string;
}

/**
 * Follows a run that was foreseen.
 *
 * @param parts All of its parts.
 * @param options Clock, and the command that it is of.
 */
export function followRun(
  parts: readonly Part[],
  { clock = stopwatch(), whole = followWhole(clock), name = "" }:
    FollowOptions = {},
): Remaining {
  const wall = new Map(parts.map(({ name, wallSeconds }) => [
    name,
    wallSeconds,
  ]));
  const done = new Map<string, number>();
  // Seconds that passed, and that were predicted, for the same work.
  const measured = new Map<string, number>();
  const expected = new Map<string, number>();
  const sum = (of: ReadonlyMap<string, number>) =>
    of.values().reduce((all, each) => all + each, 0);
  let since = clock();
  const correction = () =>
    (sum(measured) + TRUSTED_SECONDS) / (sum(expected) + TRUSTED_SECONDS);
  const foreseen = (part: string) =>
    (1 - (done.get(part) ?? 0)) * (wall.get(part) ?? 0);
  const tellWhole = () =>
    whole.left(
      name,
      [...wall.keys()].reduce((all, each) => all + foreseen(each), 0),
    );
  tellWhole();
  return {
    predicted: parts.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0),
    begin() {
      since = clock();
      whole.begin(name);
    },
    reach(part, share, restored) {
      const before = Math.max(done.get(part) ?? 0, restored);
      done.set(part, Math.max(share, before));
      tellWhole();
      // Told again, it says nothing new of the time.
      if (share <= before) return;
      const now = clock();
      const seconds = (share - before) * (wall.get(part) ?? 0);
      measured.set(part, (measured.get(part) ?? 0) + now - since);
      expected.set(part, (expected.get(part) ?? 0) + seconds);
      whole.worked(seconds);
      since = now;
    },
    replace({ name, wallSeconds }) {
      wall.set(name, wallSeconds);
      tellWhole();
    },
    seconds: (part) =>
      part === undefined ? whole.seconds() : foreseen(part) * correction(),
    compared: () =>
      [...measured].map(([part, seconds]) => ({
        part,
        measured: seconds,
        expected: expected.get(part)!,
      })),
  };
}
