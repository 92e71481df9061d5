import type { Store } from "../../store/mod.ts";

/** Wall-clock time of a run, over all commands that worked on it. */
export interface WallTime {
  /** Seconds of the commands that came to their end. */
  readonly wallSeconds: number;
  /** Number of these commands. */
  readonly commands: number;
}

/** Adds a command's time to its run's; a command that was killed adds nothing. */
export function addWallTime(
  store: Store,
  runId: string,
  seconds: number,
): WallTime {
  const key = wallTimeKey(runId);
  const before = store.getCheckpoint(key);
  const { wallSeconds, commands } = before === undefined
    ? { wallSeconds: 0, commands: 0 }
    : JSON.parse(before.json) as WallTime;
  const time = { wallSeconds: wallSeconds + seconds, commands: commands + 1 };
  store.putCheckpoint(key, {
    step: time.commands,
    json: JSON.stringify(time),
    blobs: {},
  });
  return time;
}

/** Under which name it is kept. */
export function wallTimeKey(runId: string): string {
  return `${runId}/wall`;
}
