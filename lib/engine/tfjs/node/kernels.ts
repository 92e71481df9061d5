import type { Kernels } from "../kernels.ts";
import { convolve, registerConvolution } from "./convolution.ts";
import {
  normalise,
  normaliseBatch,
  registerNormalisation,
} from "./normalisation.ts";
import { maxPool, registerPooling } from "./pooling.ts";
import { registerRectifier, relu } from "./rectifier.ts";

/** Layers of TensorFlow's own operations, once {@link registerKernels} was called. */
export const nativeKernels: Kernels = {
  convolve,
  relu,
  normaliseBatch,
  normalise,
  maxPool,
};

/** Registers them for a backend, each with its gradient. */
export function registerKernels(backendName: string): void {
  registerConvolution(backendName);
  registerNormalisation(backendName);
  registerRectifier(backendName);
  registerPooling(backendName);
}
