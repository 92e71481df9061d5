/**
 * onnxruntime-web on one thread, from the files of its package alone. No other
 * file imports the package: its settings and its memory are the module's.
 *
 * @module
 */

import { env, InferenceSession } from "onnxruntime-web";
import { emptyModel } from "./graph.ts";

export * from "onnxruntime-web";

// Read by the first session, which starts the runtime. Its build knows vectors of
// 128 bits and no relaxed ones, whose bits would be the processor's choice.
env.wasm.numThreads = 1;
env.wasm.proxy = false;

// Where it finds Node's interface, the runtime puts Node's workers in the place
// of the global ones, which others need.
const { Worker } = globalThis;
try {
  const session = await InferenceSession.create(emptyModel(), {
    executionProviders: ["wasm"],
  });
  await session.release();
} finally {
  globalThis.Worker = Worker;
}
