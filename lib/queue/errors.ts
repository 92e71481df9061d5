import { EXIT } from "../cli/mod.ts";

/** A job that no worker brought to an end; the message says why and what to do. */
export class QueueError extends Error {
  /** {@link EXIT}.runFailed */
  readonly exitCode: number = EXIT.runFailed;
  /** The class, for messages of bugs. */
  override readonly name = "QueueError";
}

/** A worker's answer is not what the same training gives at home. */
export class ForgedAnswerError extends Error {
  /** {@link EXIT}.regression */
  readonly exitCode: number = EXIT.regression;
  /** The class, for messages of bugs. */
  override readonly name = "ForgedAnswerError";
}
