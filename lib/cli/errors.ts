/** What the process tells the shell when it ends. */
export const EXIT = {
  /** All done. */
  done: 0,
  /** A bug, or the machine failed us (disk full, no permission). */
  bug: 1,
  /** The command line or a configuration file is wrong. */
  usage: 2,
  /** A run failed (a loss became NaN, for example) while others went on. */
  runFailed: 3,
  /** A result differs from its committed record. */
  regression: 4,
  /** Data is missing or damaged. */
  data: 5,
  /** Stopped by Ctrl-C or a termination signal, after saving. */
  interrupted: 130,
} as const;

/**
 * A mistake of the person at the keyboard: the message says what was wrong,
 * what was wanted and how to put it right, one line a mistake.
 */
export class UsageError extends Error {
  /** {@link EXIT}.usage */
  readonly exitCode: number = EXIT.usage;
  /** The class, for messages of bugs. */
  override readonly name = "UsageError";
}

/** A file could not be written; the message has the path and the system's code. */
export class FileError extends Error {
  /** {@link EXIT}.bug: the machine's fault, told without a stack. */
  readonly exitCode: number = EXIT.bug;
  /** The class, for messages of bugs. */
  override readonly name = "FileError";
}

/** The reason of an aborted {@link Interruption.signal}: a wish to stop early. */
export class Interrupted extends Error {
  /** {@link EXIT}.interrupted */
  readonly exitCode: number = EXIT.interrupted;
  /** The class, for messages of bugs. */
  override readonly name = "Interrupted";

  /**
   * Makes the reason.
   *
   * @param message What is told when the process ends; the default says that
   *   the same command continues.
   */
  constructor(
    message = "Stopped; what is done is saved, the same command continues",
  ) {
    super(message);
  }
}

/** Thrown by the parsers for --help: the message is the help text. */
export class HelpRequest extends Error {
  /** {@link EXIT}.done: asking for help is no mistake. */
  readonly exitCode: number = EXIT.done;
  /** The class, for messages of bugs. */
  override readonly name = "HelpRequest";
}
