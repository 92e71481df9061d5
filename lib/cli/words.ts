/** A command line whose options come after words. */
export interface Words {
  /** What stands before the first option. */
  readonly words: readonly string[];
  /** The options. */
  readonly rest: readonly string[];
}

/**
 * Divides a command line into the words before its first option and the rest.
 *
 * @param args The arguments.
 *
 * @example
 * ```ts
 * import { leadingWords } from "./words.ts";
 *
 * leadingWords(["fetch", "mnist", "--size", "64"]).words; // ["fetch", "mnist"]
 * ```
 */
export function leadingWords(args: readonly string[]): Words {
  const first = args.findIndex((arg) => arg.startsWith("-"));
  const count = first < 0 ? args.length : first;
  return { words: args.slice(0, count), rest: args.slice(count) };
}
