import type { Engine, Precision } from "./engine.ts";

/** All precisions that a plan may ask for. */
export const PRECISIONS: readonly Precision[] = ["bf16"];

/**
 * A precision that an engine does not compute in on this machine. The message
 * is meant to be printed without a stack.
 */
export class PrecisionError extends Error {
  /** Name of the class, as it stands before the message in a stack. */
  override readonly name = "PrecisionError";
  /** The process's exit code: a person can put it right. */
  readonly exitCode = 2;
}

/**
 * Checks that an engine computes in a precision: nothing is ever emulated.
 *
 * @param engine The engine.
 * @param precision Of a plan; single precision when left out.
 * @throws {PrecisionError} If it does not.
 */
export function checkPrecision(
  { name, obstacleTo }: Pick<Engine, "name" | "obstacleTo">,
  precision: Precision | undefined,
): void {
  if (precision === undefined) return;
  const obstacle = obstacleTo === undefined
    ? 'it computes in single precision only, expected "onednn"'
    : obstacleTo(precision);
  if (obstacle === undefined) return;
  throw new PrecisionError(
    `Cannot train in ${precision} with the engine "${name}": ${obstacle}; f32 is single precision`,
  );
}
