/**
 * What kind of trouble a store has:
 * - `damaged`: the file is not what was written to it;
 * - `format`: written by an older or newer version of this program;
 * - `locked`: another process keeps the file and does not let go;
 * - `running`: another process works on the same run;
 * - `unwritable`: the disk is full, read-only, or access is denied.
 */
export type StoreTrouble =
  | "damaged"
  | "format"
  | "locked"
  | "running"
  | "unwritable";

const EXIT_CODES: Readonly<Record<StoreTrouble, number>> = {
  damaged: 5,
  format: 5,
  locked: 2,
  running: 2,
  unwritable: 1,
};

/** The store cannot do what it was asked; the message has path and remedy. */
export class StoreError extends Error {
  /** The class, for messages of bugs. */
  override readonly name = "StoreError";
  /** What kind of trouble it is. */
  readonly trouble: StoreTrouble;
  /** Exit code: 5 for data that cannot be read, 2 for a run in use, 1 else. */
  readonly exitCode: number;

  /**
   * Makes the error.
   *
   * @param trouble What kind of trouble it is.
   * @param message "Cannot <action>: …, expected …", with path and remedy.
   * @param options The error it comes from.
   */
  constructor(trouble: StoreTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
    this.exitCode = EXIT_CODES[trouble];
  }
}
