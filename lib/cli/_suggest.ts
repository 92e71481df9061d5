/** The number of letters to insert, delete or replace between two words. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! +
        (a[row - 1] === b[column - 1] ? 0 : 1);
      const shorter = Math.min(previous[column]!, current[column - 1]!) + 1;
      current.push(Math.min(replaced, shorter));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/**
 * `; did you mean "…"?` with the nearest of the words, or nothing when none is
 * near enough to be a slip of the finger.
 */
export function suggestion(word: string, known: readonly string[]): string {
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [least, nearest] = [distance, candidate];
  }
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}
