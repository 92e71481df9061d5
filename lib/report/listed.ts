/**
 * Words as a sentence lists them: "a", "a and b", "a, b and c".
 *
 * @param words The words.
 * @param before What stands before the last of several.
 */
export function listed(words: readonly string[], before = "and"): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${before} ${words.at(-1)}`;
}
