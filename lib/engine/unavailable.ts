/** What {@link EngineUnavailableError} tells. */
export interface Unavailability {
  /** Name of the engine, one of `engineNames()`. */
  readonly engine: string;
  /** Why it cannot be opened here, in words. */
  readonly reason: string;
  /** How to get it, in words. */
  readonly remedy: string;
}

/**
 * An engine that this machine lacks something for: a library, a version, a
 * permission. The message holds reason and remedy, and is meant to be printed
 * without a stack.
 */
export class EngineUnavailableError extends Error implements Unavailability {
  /** Name of the class, as it stands before the message in a stack. */
  override readonly name = "EngineUnavailableError";
  /** The process's exit code: a person can put it right. */
  readonly exitCode = 2;
  /** Name of the engine. */
  readonly engine: string;
  /** Why it cannot be opened here, in words. */
  readonly reason: string;
  /** How to get it, in words. */
  readonly remedy: string;

  /**
   * Makes the error and its message.
   *
   * @param unavailability Which engine, why not, and how to get it.
   * @param options The error that led here.
   */
  constructor(
    { engine, reason, remedy }: Unavailability,
    options: ErrorOptions = {},
  ) {
    super(
      `Cannot open the engine "${engine}": ${reason}; to get it: ${remedy}`,
      options,
    );
    this.engine = engine;
    this.reason = reason;
    this.remedy = remedy;
  }
}
