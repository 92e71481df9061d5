/**
 * The reference engine, on TensorFlow.js.
 *
 * @module
 */
export type { TfjsBackend } from "./backend.ts";
export { openTfjs } from "./tfjs.ts";
