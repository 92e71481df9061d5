import type { Progress } from "../../cli/mod.ts";

/** A training's epochs on a progress line. */
export interface EpochsShown {
  /** Shows that this many are done; any number, in any order. */
  reach(epochs: number): void;
  /** Shows all: nobody is told of the last, nor of those of a remembered training. */
  end(epochs: number): void;
}

/**
 * Counts a training's epochs on a progress line as they are told: over a queue some
 * of them only, and again a little earlier where another worker goes on.
 *
 * @param progress The line.
 */
export function epochsShown(
  progress: Pick<Progress, "advance" | "skip">,
): EpochsShown {
  let shown = 0;
  function reach(epochs: number): void {
    if (epochs <= shown) return;
    // What the first one jumps over may have been done before.
    if (shown === 0 && epochs > 1) {
      progress.skip(epochs - 1);
      shown = epochs - 1;
    }
    progress.advance(epochs - shown);
    shown = epochs;
  }
  return {
    reach,
    end(epochs) {
      if (shown === 0) progress.skip(epochs);
      else reach(epochs);
    },
  };
}
