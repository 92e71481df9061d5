/** How much of a value a message repeats. */
const MOST_TOLD = 200;

/**
 * A value as a message repeats it: in quotes, on one line, and not endless.
 *
 * @param value What somebody said.
 */
export function quoted(value: string): string {
  const told = value.length <= MOST_TOLD
    ? value
    : `${value.slice(0, MOST_TOLD)}…`;
  const line = told.replaceAll(
    /\p{Cc}/gu,
    (control) => JSON.stringify(control).slice(1, -1),
  );
  return `"${line}"`;
}
