/**
 * The run store: what has been computed, and how far each run is. It keeps
 * text and bytes under names and knows none of the science.
 *
 * @module
 */
export * from "./errors.ts";
export * from "./failing.ts";
export * from "./memory.ts";
export * from "./sqlite.ts";
export * from "./store.ts";
