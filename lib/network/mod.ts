/**
 * Convolutional networks as plain values: what they are, what they cost, when
 * two are the same, and the ones the paper starts from.
 *
 * @module
 */
export type { BuildOptions } from "./build/_options.ts";
export * from "./build/by_name.ts";
export * from "./build/lenet.ts";
export * from "./build/resnet.ts";
export * from "./build/squeezenet.ts";
export * from "./build/students.ts";
export * from "./build/vgg.ts";
export * from "./canonical.ts";
export * from "./cost.ts";
export * from "./describe.ts";
export * from "./infer.ts";
export * from "./leaves.ts";
export * from "./network.ts";
export * from "./parameters.ts";
