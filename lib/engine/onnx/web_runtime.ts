/**
 * onnxruntime-web on one thread, from the files of its package alone. No other
 * file imports the package: its settings and its memory are the module's.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { env } from "onnxruntime-web/wasm";

export * from "onnxruntime-web/wasm";

/** Vectors of 128 bits and no relaxed ones, whose bits the processor chooses. */
const BINARY = "onnxruntime-web/ort-wasm-simd-threaded.wasm";

// Read when the first model is loaded.
env.wasm.numThreads = 1;
env.wasm.proxy = false;
env.wasm.wasmBinary = await Deno.readFile(
  fileURLToPath(import.meta.resolve(BINARY)),
);
