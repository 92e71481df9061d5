/**
 * Stops file work half-way, as a kill would.
 *
 * @module
 */

import assert from "node:assert/strict";

/** Where a run is stopped: nothing on disk changes from here on. */
class Killed extends Error {}

/**
 * Does some work again and again, each time in a folder of its own and stopped
 * before another one of its renames and removals, until it comes to its end.
 *
 * @param options.prepare Makes the folder ready.
 * @param options.work What is stopped.
 * @param options.check Looks at the folder where the work was stopped, and where
 * it came to its end.
 * @returns How often it was stopped.
 */
export async function killEverywhere(
  { prepare, work, check }: Readonly<
    Record<"prepare" | "work" | "check", (folder: string) => Promise<void>>
  >,
): Promise<number> {
  for (let left = 0;; left++) {
    const folder = await Deno.makeTempDir({ prefix: "n2n-kill-" });
    try {
      await prepare(folder);
      const isDone = await stopAfter(left, () => work(folder));
      await check(folder);
      if (isDone) return left;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
}

/** Lets so many changes happen; whether the work came to its end. */
async function stopAfter(
  left: number,
  work: () => Promise<void>,
): Promise<boolean> {
  const { rename, remove } = Deno;
  let stopped = false;
  const counted = <Args extends unknown[]>(
    change: (...args: Args) => Promise<void>,
  ) =>
  (...args: Args) => {
    if (left-- <= 0) {
      stopped = true;
      // A temporary file stays behind too: removals are changes.
      return Promise.reject(new Killed("killed"));
    }
    return change(...args);
  };
  Deno.rename = counted(rename);
  Deno.remove = counted(remove);
  try {
    await work();
  } catch (error) {
    assert(stopped, `it failed by itself: ${error}`);
  } finally {
    Deno.rename = rename;
    Deno.remove = remove;
  }
  return !stopped;
}
