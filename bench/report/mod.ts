/**
 * From measurements to the page that people read. Pure: it knows no clock and no
 * machine.
 *
 * @module
 */
export * from "./conclusions.ts";
export * from "./format.ts";
export * from "./machines.ts";
export * from "./pages.ts";
export * from "./render.ts";
