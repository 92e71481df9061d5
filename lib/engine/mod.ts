/**
 * Engines: runtimes that train networks, behind one contract.
 *
 * @module
 */
export type * from "./engine.ts";
export * from "./open_engine.ts";
