/** Makes TensorFlow.js's operations fail on demand. */

import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";

/** Runs `use` with a backend's operation number `n` failing; tells if it failed. */
export async function failsAt(
  backend: string,
  n: number,
  use: () => Promise<unknown>,
): Promise<boolean> {
  // Identity counts a reference and computes nothing, so nothing can fail in it;
  // the library saves values with it in the middle of its bookkeeping.
  const kernels = tf.getKernelsForBackend(backend)
    .filter((kernel) => kernel.kernelName !== "Identity");
  const originals = kernels.map((kernel) => kernel.kernelFunc);
  let calls = 0;
  for (const kernel of kernels) {
    const original = kernel.kernelFunc;
    kernel.kernelFunc = (parameters) => {
      if (++calls === n) throw new Error(`operation ${n} fails`);
      return original(parameters);
    };
  }
  try {
    await use();
    return false;
  } catch (error) {
    assert.match(String(error), /operation \d+ fails/);
    return true;
  } finally {
    for (const [i, kernel] of kernels.entries()) {
      kernel.kernelFunc = originals[i]!;
    }
  }
}
