/** Points of a write at which a run can be killed. */
export const KILL_POINTS = [
  "write:within",
  "sync:before",
  "sync:after",
  "rename:before",
  "rename:after",
  "statement:after",
  "commit:before",
  "commit:after",
] as const;

/** One of {@link KILL_POINTS}. */
export type KillPoint = typeof KILL_POINTS[number];

/** Whether a text names a point. */
export function isKillPoint(text: string): text is KillPoint {
  return (KILL_POINTS as readonly string[]).includes(text);
}
