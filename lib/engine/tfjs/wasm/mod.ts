/**
 * TensorFlow.js in WebAssembly: its own XNNPACK, one thread.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import type { Engine } from "../../engine.ts";
import { choose, type TfjsBackend } from "../backend.ts";
import { plainKernels } from "../layers.ts";
import { openTfjs } from "../tfjs.ts";
import { registerFilterGradient } from "./filter_gradient.ts";

/** Name in TensorFlow.js's registry. */
const BACKEND = "wasm";

/**
 * Version of the kernels in this folder. Raise it with every change that can
 * change a bit of a result: stored results are kept apart by it.
 */
const KERNELS = 1;

let started: Promise<void> | undefined;

/** Opens the engine. */
export async function openTfjsWasm(): Promise<Engine> {
  await (started ??= start());
  const hasVectors = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  const backend: TfjsBackend = {
    engine: "tfjs-wasm",
    version:
      `@tensorflow/tfjs-backend-wasm ${version_wasm}, kernels ${KERNELS}`,
    instructionSet: hasVectors ? "wasm simd128" : "wasm",
    kernels: plainKernels,
    activate: () => choose(BACKEND),
  };
  return await openTfjs(backend);
}

/**
 * Starts the backend, once a thread, and chooses again what was chosen before: the
 * package makes itself everybody's where nothing was.
 */
async function start(): Promise<void> {
  setThreadsCount(1);
  registerFilterGradient(BACKEND);
  const before = tf.getBackend() ?? "cpu";
  if (!await tf.setBackend(BACKEND)) {
    throw new Error("TensorFlow.js's WebAssembly backend does not start");
  }
  await tf.setBackend(before);
}
