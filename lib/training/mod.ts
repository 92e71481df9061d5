/**
 * Training and evaluating one network: recipes, fresh weights, the training
 * loop, accuracy, weights as bytes.
 *
 * @module
 */
export * from "./accuracy.ts";
export * from "./data.ts";
export * from "./initialise.ts";
export * from "./predict.ts";
export * from "./recipe.ts";
export * from "./safetensors.ts";
export * from "./serialise.ts";
export * from "./train.ts";
