/** A policy's numbers are not finite any more: it learns too fast. */
export class DivergedPolicyError extends Error {
  /** The code for a run that failed. */
  readonly exitCode = 3;
  /** The class, for messages. */
  override readonly name = "DivergedPolicyError";

  /**
   * Makes the error.
   *
   * @param action What cannot be done, for example "update the policy".
   * @param fault What is not a finite number, with its value.
   */
  constructor(action: string, fault: string) {
    super(
      `Cannot ${action}: ${fault}, expected a finite number; a lower learning rate or entropy weight of the stage may help`,
    );
  }
}
