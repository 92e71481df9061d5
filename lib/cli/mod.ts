/**
 * The command line: options, help, progress, signals, exit codes, the clock,
 * other programs, and whole-or-absent files. It knows none of the science.
 *
 * @module
 */
export * from "./atomic.ts";
export * from "./clock.ts";
export * from "./command.ts";
export * from "./command_line.ts";
export * from "./environment.ts";
export * from "./errors.ts";
export * from "./if_there.ts";
export * from "./main.ts";
export * from "./output.ts";
export * from "./parse.ts";
export * from "./option_kinds.ts";
export * from "./path_variable.ts";
export { suggestion } from "./_suggest.ts";
export * from "./progress.ts";
export * from "./run_command.ts";
export * from "./secret.ts";
export * from "./set_aside.ts";
export * from "./signals.ts";
export * from "./variable.ts";
export * from "./words.ts";
