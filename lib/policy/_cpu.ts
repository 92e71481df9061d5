import * as tf from "@tensorflow/tfjs";

// The only file that chooses a backend or reads a tensor. Policies always run on
// TensorFlow.js's CPU backend: plain JavaScript, one thread, equal bits on every
// machine, and values that lie in memory, so a read need not be asynchronous.

/**
 * Runs work on the CPU backend and frees every tensor it made but those it
 * keeps. Whatever backend was in use before is in use again after.
 *
 * @param work Synchronous work; what it returns must hold no tensor it did not
 * keep.
 */
export function onCpu<T>(work: () => T): T {
  const previous: string | undefined = tf.getBackend();
  if (previous !== "cpu") useBackend("cpu");
  // Not tf.tidy, which would search the result for tensors.
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
    if (previous !== undefined && previous !== "cpu") useBackend(previous);
  }
}

/** The values of a tensor of the CPU backend, in a fresh array. */
export function readValues(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<"float32">().slice();
}

function useBackend(name: string): void {
  // setBackend answers with a promise but does its work at once when the
  // backend has started or, as the CPU one, starts synchronously.
  void tf.setBackend(name);
  if (tf.getBackend() !== name) {
    throw new Error(
      `Cannot use a policy: TensorFlow.js's backend is "${tf.getBackend()}", expected "${name}"`,
    );
  }
  if (name === "cpu") {
    // Its first use would print an advertisement for tfjs-node.
    (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  }
}
