/**
 * A data set that is missing, cannot be fetched, or is not what the registry
 * says. The message names the file, what was found and expected, and the fix,
 * and is meant to be printed without a stack.
 */
export class DataError extends Error {
  /** Name of the class, as it stands before the message in a stack. */
  override readonly name = "DataError";
  /** The process's exit code: data missing or corrupt. */
  readonly exitCode = 5;
}
