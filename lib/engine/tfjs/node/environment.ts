/**
 * What TensorFlow reads from the environment when it is loaded. Environments are
 * shared by a process's workers, and the first that loads it decides.
 *
 * @module
 */

import { readVariable } from "../../variable.ts";
import { usesOnednn } from "./instruction_set.ts";
import { type NativePackage } from "./places.ts";
import { unavailable } from "./obstacles.ts";

/** Whatever the user has set: bits and the number of threads depend on these. */
const FIXED: Readonly<Record<string, string>> = {
  // Of an operation and of operations at once: students run side by side.
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  // On a GPU: the same sums each time, in whole single precision, and no worker
  // that takes all memory.
  TF_DETERMINISTIC_OPS: "1",
  NVIDIA_TF32_OVERRIDE: "0",
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
};

/** How much it writes on standard error; 2 is errors alone. */
const LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL";

/**
 * Prepares the environment.
 *
 * @throws {EngineUnavailableError} If it must not be set.
 */
export function prepareEnvironment(name: NativePackage): void {
  const onednn = usesOnednn() ? "1" : "0";
  try {
    for (const [variable, value] of Object.entries(FIXED)) {
      Deno.env.set(variable, value);
    }
    // Else it is the default of some builds and systems only.
    Deno.env.set("TF_ENABLE_ONEDNN_OPTS", onednn);
    if (readVariable(LOG_LEVEL) === undefined) Deno.env.set(LOG_LEVEL, "2");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw unavailable(
      name,
      `TensorFlow's threads cannot be set without permission to set the environment`,
      { remedy: "allow it (--allow-env)", cause: error },
    );
  }
}
