/** What a {@link MemoryLimitError} tells. */
export interface MemoryNeed {
  /** Name of the engine, one of `engineNames()`. */
  readonly engine: string;
  /** What for, in words. */
  readonly purpose: string;
  /** How many are needed. */
  readonly bytes: number;
  /** How many the engine can have at most, on any machine. */
  readonly most: number;
  /** What to do about it, in words. */
  readonly remedy: string;
}

/**
 * A network that needs more memory than an engine can address. The message is
 * meant to be printed without a stack.
 */
export class MemoryLimitError extends Error {
  /** Name of the class, as it stands before the message in a stack. */
  override readonly name = "MemoryLimitError";
  /** The process's exit code: a person can put it right. */
  readonly exitCode = 2;

  /**
   * Makes the error and its message.
   *
   * @param need Who needs how much.
   */
  constructor({ engine, purpose, bytes, most, remedy }: MemoryNeed) {
    super(
      `Cannot use the engine "${engine}" for this network: it needs ${bytes} bytes for ${purpose}, expected at most ${most}; ${remedy}`,
    );
  }
}
