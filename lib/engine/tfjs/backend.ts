import * as tf from "@tensorflow/tfjs";
import type { Kernels } from "./kernels.ts";
import { plainKernels } from "./layers.ts";

/**
 * The seam between this engine and what computes its operations. Every backend
 * of TensorFlow.js registers itself in one global registry.
 */
export interface TfjsBackend {
  /** Name of the engine that it makes. */
  readonly engine: string;
  /** Version of what computes, for example "@tensorflow/tfjs 4.22.0". */
  readonly version: string;
  /** What else the bits depend on. */
  readonly instructionSet: string;
  /** The layers, as it computes them. */
  readonly kernels: Kernels;
  /**
   * Makes this the backend of the next operations. Called just before them, with
   * nothing awaited in between: the choice is global, and another engine's
   * program or a policy makes another one.
   */
  activate(): void;
}

/** The backend in plain JavaScript: slow, and the same bits on every machine. */
export const cpuBackend: TfjsBackend = {
  engine: "tfjs",
  version: `@tensorflow/tfjs ${tf.version.tfjs}`,
  instructionSet: `JavaScript, V8 ${Deno.version.v8}`,
  kernels: plainKernels,
  activate() {
    choose("cpu");
    // The flag guards a banner that advertises tfjs-node on first use.
    (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  },
};

/**
 * Chooses one of the registered backends.
 *
 * @throws {Error} If the library does not take it.
 */
export function choose(name: string): void {
  if (tf.getBackend() === name) return;
  // Answers with a promise, but does its work at once where the backend starts
  // synchronously, as all of this engine's do.
  void tf.setBackend(name);
  if (tf.getBackend() !== name) {
    throw new Error(
      `Cannot choose a backend: TensorFlow.js has "${tf.getBackend()}", expected "${name}"`,
    );
  }
}
