/**
 * Engines: runtimes that train networks, behind one contract.
 *
 * @module
 */
export type * from "./engine.ts";
export * from "./folding.ts";
export * from "./memory_limit.ts";
export * from "./needs_teacher.ts";
export { ONEDNN_LIBRARY_VARIABLE, ONEDNN_SETUP_FILE } from "./onednn/places.ts";
export * from "./open_engine.ts";
export * from "./precision.ts";
export * from "./predictor.ts";
export * from "./survey.ts";
export {
  TFJS_NODE_SETUP_FOLDER,
  TFJS_NODE_VERSION,
} from "./tfjs/node/places.ts";
export * from "./unavailable.ts";
