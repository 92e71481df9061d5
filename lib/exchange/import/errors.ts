/**
 * A network file that cannot be taken: damaged, hostile, or of a network that
 * this project's type does not express. The message is meant to be printed
 * without a stack.
 */
export class ImportError extends Error {
  /** Name of the class, as it stands before the message in a stack. */
  override readonly name = "ImportError";
  /** The process's exit code: 5 for a damaged file, 2 for a network that does not fit. */
  readonly exitCode: number;
  readonly #fault: "damaged" | "unsupported";

  /**
   * Makes the error.
   *
   * @param fault Whether the file is damaged, or its network is not supported.
   * @param message What, and what was expected.
   */
  constructor(fault: "damaged" | "unsupported", message: string) {
    super(message);
    this.exitCode = fault === "damaged" ? 5 : 2;
    this.#fault = fault;
  }

  /** The same error with the file's name before its message. */
  within(path: string): ImportError {
    return new ImportError(this.#fault, `"${path}": ${this.message}`);
  }
}

/** Stops because the file is not what it claims to be. */
export function damaged(message: string): never {
  throw new ImportError("damaged", `cannot read the network: ${message}`);
}

/** Stops because the network is none that this project expresses. */
export function unsupported(message: string): never {
  throw new ImportError("unsupported", `cannot use the network: ${message}`);
}
