/**
 * Trained networks out and in: ONNX, safetensors, PyTorch, TensorFlow.js; what was
 * written is read back, and what others wrote is recognised.
 *
 * @module
 */
export * from "./export_network.ts";
export { ImportError } from "./import/errors.ts";
export * from "./import/preprocessing.ts";
export * from "./import/read_network.ts";
export * from "./pytorch.ts";
export * from "./read_back.ts";
export * from "./readme.ts";
export * from "./tfjs.ts";
export * from "./trained.ts";
