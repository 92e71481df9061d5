/**
 * Gets oneDNN 2.x, the library of the fast engine, on a machine that has none:
 * without root, into a folder of this project.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  type CommandRunner,
  EXIT,
  notify,
  parseOptions,
  print,
  readVariable,
  runCommand,
  runMain,
  UsageError,
} from "../lib/cli/mod.ts";
import {
  ONEDNN_LIBRARY_VARIABLE,
  ONEDNN_SETUP_FILE,
  openEngine,
} from "../lib/engine/mod.ts";
import { installWheelFile, type WheelFile } from "../lib/lab/mod.ts";

/**
 * The last wheel of oneDNN 2.x that uses GNU OpenMP: 2.6.0, by its own word; the
 * one after it has 3.0. Needs nothing but the C and C++ libraries and libgomp.
 */
export const ONEDNN_WHEEL: WheelFile = {
  project: "onednn-cpu-gomp",
  version: "2022.2.1",
  wheel: {
    bytes: 29_884_709,
    sha256: "091357f4d66ebd6a391d4327e0bee2401597b30753f087222bb3559c1b4e625e",
  },
  member: "onednn_cpu_gomp-2022.2.1.data/data/lib/libdnnl.so.2",
  file: {
    bytes: 39_880_800,
    sha256: "ce00edc08f93c17130f1cbdf0139185499db24b6a5d958d84912e2b9596e3f8a",
  },
};

/** What can be asked on the command line. */
export const command = {
  name: "deno task setup:onednn",
  summary: "Fetch oneDNN, the fast engine's library, without root (29.9 MB)",
  examples: ["deno task setup:onednn"],
  schema: z.strictObject({}),
};

/** What a person can do who is not helped by the wheel. */
const OTHER_WAYS = `Other ways to oneDNN 2.x: Debian and Ubuntu: apt-get ` +
  `install libdnnl2; or build it, and name the file in ${ONEDNN_LIBRARY_VARIABLE}. ` +
  `Without it the default engine trains with the same commands`;

/** How the library is set up; a test brings its own. */
export interface SetupOptions {
  /** Where it comes from. */
  readonly wheel: WheelFile;
  /** Where it goes. */
  readonly path: string;
  /** Operating system and processor, as Deno names them. */
  readonly platform: { readonly os: string; readonly arch: string };
  /** Runs pip. */
  readonly run: CommandRunner;
  /** Tells the person watching. */
  readonly tell: (line: string) => void;
}

/**
 * Puts the library in its place, unless it is there already.
 *
 * @throws {UsageError} If this machine cannot use or get the wheel; the message
 * names other ways.
 * @throws {FingerprintError} If what was fetched is not what it must be.
 */
export async function setUpOnednn(
  { wheel, path, platform: { os, arch }, run, tell }: SetupOptions,
): Promise<"there" | "fetched"> {
  if (os !== "linux" || arch !== "x86_64") {
    throw new UsageError(
      `Cannot set up oneDNN: the machine is ${os} ${arch}, expected linux ` +
        `x86_64, for which alone the wheel is made\n${OTHER_WAYS}`,
    );
  }
  try {
    return await installWheelFile({ source: wheel, path, run, tell });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}\n${OTHER_WAYS}`, { cause: error });
  }
}

async function main(args: readonly string[]): Promise<number> {
  parseOptions(command, args);
  const path = fileURLToPath(ONEDNN_SETUP_FILE);
  const outcome = await setUpOnednn({
    wheel: ONEDNN_WHEEL,
    path,
    platform: Deno.build,
    run: runCommand,
    tell: notify,
  });
  notify(
    outcome === "there"
      ? `"${path}" is there, with the right digest`
      : `Written, with the right digest: "${path}"`,
  );
  const named = readVariable(ONEDNN_LIBRARY_VARIABLE, { unreadable: "\ufffd" });
  if (named !== undefined) {
    notify(`${ONEDNN_LIBRARY_VARIABLE} goes before it and names "${named}"`);
  }
  // Says in words what is missing, should it not open.
  const { name, version, instructionSet } = await openEngine("onednn");
  print(`Engine ${name} is ready: ${version}, ${instructionSet}`);
  print(`Train with it: --engine ${name}, or --engine auto, for example`);
  print(`  deno task rq1 --engine ${name}`);
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
