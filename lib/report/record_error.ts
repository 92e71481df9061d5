/** A record that is missing a part, was changed, or is of another version. */
export class RecordError extends Error {
  /** What `name` of every such error is. */
  override readonly name = "RecordError";
  /** Exit code of the program: data missing or corrupt. */
  readonly exitCode = 5;
}
