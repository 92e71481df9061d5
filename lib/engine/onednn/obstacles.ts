/**
 * Why a library cannot be used, in words.
 *
 * @module
 */

import { EngineUnavailableError } from "../unavailable.ts";
import { readVariable } from "../variable.ts";
import { ONEDNN_LIBRARY_VARIABLE } from "./places.ts";

/** How much of a path that is not even opened is repeated. */
const MOST_TOLD = 200;

/** What a library says of itself. */
export interface LibraryVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * Takes 2.x, whose interface is the one that this engine binds.
 *
 * @param version What the library reports.
 * @param file Which library it is.
 * @returns The version as text, for example "2.6.3".
 * @throws {EngineUnavailableError} If the major version is another.
 */
export function checkVersion(
  { major, minor, patch }: LibraryVersion,
  file: string,
): string {
  const version = [major, minor, patch].join(".");
  if (major !== 2) {
    throw unavailable(
      `the version of oneDNN in "${file}" is ${version}, expected 2.x${
        major > 2
          ? " (3.x has another interface and no Winograd kernels)"
          : " (older ones have another interface)"
      }`,
    );
  }
  return version;
}

/**
 * Names the cause of a library that the system's loader refused.
 *
 * @param file The library that was asked for.
 * @param error What the loader threw.
 */
export function notLoaded(
  file: string,
  error: unknown,
): EngineUnavailableError {
  const words = loadersWords(error);
  const missing = /(\S+): cannot open shared object file/.exec(words)?.[1];
  return missing === undefined || missing === file
    ? unavailable(
      `"${file}" is not a library that can be loaded, expected oneDNN 2.x ` +
        `(${words})`,
      { cause: error },
    )
    : unavailable(
      `"${file}" needs "${missing}", which is not there (${words})`,
      {
        cause: error,
        remedy: "install what is missing (Debian and Ubuntu: " +
          "apt-get install libgomp1 libstdc++6)",
      },
    );
}

/**
 * Names the cause of a library that is there but is not oneDNN, or lacks a
 * function.
 *
 * @param file The library.
 * @param what What it lacks, in words.
 */
export function notOnednn(file: string, what: string): EngineUnavailableError {
  return unavailable(
    `"${file}" is not oneDNN: it lacks ${what}, expected oneDNN 2.x`,
  );
}

/**
 * Names the cause of a library that is not even opened.
 *
 * @param file Its path or name.
 * @param flaw What is wrong with it, in words that follow the name.
 */
export function notOpened(file: string, flaw: string): EngineUnavailableError {
  const told = file.length <= MOST_TOLD ? file : `${file.slice(0, MOST_TOLD)}…`;
  return unavailable(`${JSON.stringify(told)} ${flaw}`);
}

/**
 * Names the cause of a library that would end the process if it were loaded.
 *
 * @param file The library.
 * @param what What is wrong with the file, in words.
 */
export function notWhole(file: string, what: string): EngineUnavailableError {
  return unavailable(`"${file}" is not whole: ${what}`);
}

/**
 * Names the cause of a library that is oneDNN and does not work.
 *
 * @param file The library.
 * @param error What its first calls came to.
 */
export function notStarted(
  file: string,
  error: unknown,
): EngineUnavailableError {
  return unavailable(
    `"${file}" does not work here (${loadersWords(error)})`,
    { cause: error },
  );
}

/**
 * Names the cause of a library that ended a process in which it was tried.
 *
 * @param file The library.
 * @param signal What ended the process: "SIGTERM" if that was our patience.
 */
export function crashes(file: string, signal: string): EngineUnavailableError {
  return unavailable(
    signal === "SIGTERM"
      ? `"${file}" does not answer when it is loaded`
      : `"${file}" ends the process that loads it (${signal})`,
  );
}

/** The loader's own words, without the places that passed them on. */
export function loadersWords(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.replace(/^(Could not open library: )+/, "");
}

/** How to get a library that can be used. */
function ways(): string {
  const general = `run "deno task setup:onednn" (x86-64 Linux, no root ` +
    `needed), or install it (Debian and Ubuntu: apt-get install libdnnl2), or ` +
    `name its file in ${ONEDNN_LIBRARY_VARIABLE}`;
  // What it names goes before anything that is installed.
  return readVariable(ONEDNN_LIBRARY_VARIABLE) !== undefined
    ? `correct or unset ${ONEDNN_LIBRARY_VARIABLE}; without it: ${general}`
    : general;
}

function unavailable(
  reason: string,
  { remedy = ways(), ...options }: ErrorOptions & {
    readonly remedy?: string;
  } = {},
): EngineUnavailableError {
  return new EngineUnavailableError(
    { engine: "onednn", reason, remedy },
    options,
  );
}
