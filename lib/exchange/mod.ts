/**
 * Trained networks out: ONNX, safetensors, PyTorch, TensorFlow.js, and reading
 * them back.
 *
 * @module
 */
export * from "./export_network.ts";
export * from "./pytorch.ts";
export * from "./read_back.ts";
export * from "./readme.ts";
export * from "./tfjs.ts";
export * from "./trained.ts";
