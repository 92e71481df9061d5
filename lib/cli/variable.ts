import { UsageError } from "./errors.ts";

/** How {@link readVariable} reads. */
export interface VariableOptions {
  /** What stands for a value that is no text; default: such a value is refused. */
  readonly unreadable?: string;
}

/**
 * The value of an environment variable; undefined where there is none, or an empty
 * one, which is what shells leave of one that is to be unset for a single command.
 *
 * @param name Its name.
 * @param options What to make of bytes that are no text.
 * @throws {UsageError} If the value is not UTF-8.
 *
 * @example
 * ```ts
 * import { readVariable } from "./variable.ts";
 *
 * const terminal = readVariable("TERM", { unreadable: "dumb" });
 * ```
 */
export function readVariable(
  name: string,
  { unreadable }: VariableOptions = {},
): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    if (unreadable !== undefined) return unreadable;
    // The value stays unsaid: it may be a secret, and is no text anyway.
    throw new UsageError(
      `${name}: its value is not UTF-8 text; correct or unset it`,
      { cause: error },
    );
  }
}
