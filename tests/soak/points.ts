/** Points of a write at which a run can be killed; the store's come all along. */
export const KILL_POINTS = [
  "statement:after",
  "commit:before",
  "write:within",
  "rename:after",
  "commit:after",
  "sync:before",
  "sync:after",
  "rename:before",
] as const;

/** One of {@link KILL_POINTS}. */
export type KillPoint = typeof KILL_POINTS[number];

/** Whether a text names a point. */
export function isKillPoint(text: string): text is KillPoint {
  return (KILL_POINTS as readonly string[]).includes(text);
}
