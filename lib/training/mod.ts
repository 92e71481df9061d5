/**
 * Training and evaluating one network: recipes, fresh and inherited weights, the
 * training loop, accuracy, weights as bytes.
 *
 * @module
 */
export * from "./accuracy.ts";
export * from "./data.ts";
export { type Importance, IMPORTANCES } from "./inherit/importance.ts";
export * from "./inherit/inherit.ts";
export * from "./inherit/parameter_layers.ts";
export * from "./initialise.ts";
export * from "./predict.ts";
export * from "./recipe.ts";
export * from "./safetensors.ts";
export * from "./serialise.ts";
export * from "./statistics.ts";
export * from "./train.ts";
