/**
 * Switches the telemetry of onnxruntime off: otherwise its library, once loaded,
 * keeps an id of the machine and a database of what ran in the user's cache
 * folder, and looks for a host to send events to. To be imported before it.
 *
 * @module
 */

import { EngineUnavailableError } from "../unavailable.ts";

/** What onnxruntime reads; environments are shared by a process's workers. */
const VARIABLE = "ORT_DISABLE_TELEMETRY";

try {
  // Whatever the user has set: nothing of this project sends anything.
  Deno.env.set(VARIABLE, "1");
} catch (error) {
  throw notSwitchedOff(error);
}
// Deno drops what is set of variables that it was told to ignore.
if (Deno.env.get(VARIABLE) !== "1") throw notSwitchedOff();

function notSwitchedOff(cause?: unknown): EngineUnavailableError {
  return new EngineUnavailableError({
    engine: "onnx-cpu",
    reason:
      `onnxruntime-node's telemetry cannot be switched off without permission to set ${VARIABLE}`,
    remedy: `allow it (--allow-env=${VARIABLE})`,
  }, { cause });
}
