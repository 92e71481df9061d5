/** What stands for bytes that are no UTF-8 text, as text shows them. */
const UNREADABLE = "\ufffd";

/**
 * The value of an environment variable; undefined where there is none, or an empty
 * one. Bytes that are no text become one character that no name has: whoever looks
 * for what is called so finds nothing, and says so.
 *
 * @param name Its name.
 */
export function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    return UNREADABLE;
  }
}
