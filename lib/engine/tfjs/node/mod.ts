/**
 * TensorFlow.js's native engines: TensorFlow itself, by tfjs-node.
 *
 * @module
 */

import type { Engine } from "../../engine.ts";
import { choose, type TfjsBackend } from "../backend.ts";
import { openTfjs } from "../tfjs.ts";
import { gpuModels, instructionSet } from "./instruction_set.ts";
import { nativeKernels } from "./kernels.ts";
import { loadPackage, NATIVE_BACKEND } from "./load.ts";
import { engineOf, unavailable } from "./obstacles.ts";
import { type NativePackage, TFJS_NODE_VERSION } from "./places.ts";

export { countNativeTensors } from "./load.ts";

/**
 * Version of the kernels in this folder. Raise it with every change that can
 * change a bit of a result: stored results are kept apart by it.
 */
const KERNELS = 1;

/**
 * Opens TensorFlow on the processor, one thread.
 *
 * @throws {EngineUnavailableError} If the package cannot be loaded.
 */
export function openTfjsNode(): Promise<Engine> {
  return open("@tensorflow/tfjs-node", instructionSet);
}

/**
 * Opens TensorFlow on an NVIDIA GPU.
 *
 * @throws {EngineUnavailableError} If the package cannot be loaded, or sees no
 * GPU.
 */
export function openTfjsNodeGpu(): Promise<Engine> {
  return open("@tensorflow/tfjs-node-gpu", () => `CUDA, ${gpuModels()}`);
}

function open(
  name: NativePackage,
  describe: () => string,
): Promise<Engine> {
  return Promise.try(() => {
    const { tensorflow, usesGpu } = loadPackage(name);
    if (name === "@tensorflow/tfjs-node-gpu" && !usesGpu) {
      throw unavailable(name, "TensorFlow sees no GPU that it can use");
    }
    const backend: TfjsBackend = {
      engine: engineOf(name),
      version: `${
        engineOf(name)
      } ${TFJS_NODE_VERSION}, TensorFlow ${tensorflow}, kernels ${KERNELS}`,
      instructionSet: described(name, describe),
      kernels: nativeKernels,
      activate: () => choose(NATIVE_BACKEND),
    };
    return openTfjs(backend);
  });
}

/** What bits depend on, or, where the system keeps it from us, how to let us know. */
function described(name: NativePackage, describe: () => string): string {
  try {
    return describe();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw unavailable(
      name,
      `the processor that bits depend on cannot be told (${words})`,
      {
        remedy: "allow running cat and nvidia-smi (--allow-run=cat,nvidia-smi)",
        cause: error,
      },
    );
  }
}
