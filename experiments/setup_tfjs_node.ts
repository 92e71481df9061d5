/**
 * Sets up tfjs-node, TensorFlow.js on TensorFlow itself, on a machine that has
 * none: without root, into a folder of this project. The regular way is its own
 * installer, whose host many networks cannot reach; the other takes TensorFlow's
 * library from its wheel on the Python package index and builds the add-on.
 *
 * @module
 */

import { statfs } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  denoCommand,
  EXIT,
  notify,
  parseOptions,
  print,
  readVariable,
  runCommand,
  runMain,
  UsageError,
} from "../lib/cli/mod.ts";
import { openEngine, TFJS_NODE_SETUP_FOLDER } from "../lib/engine/mod.ts";
import {
  hostObstacle,
  installTfjsNode,
  TFJS_NODE_SOURCES,
} from "../lib/lab/mod.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task setup:tfjs-node",
  summary:
    "Set up TensorFlow.js's native engine, without root (a wheel of 207 MB, 0.6 GB of disk)",
  examples: [
    "deno task setup:tfjs-node",
    "deno task setup:tfjs-node --way wheel",
  ],
  schema: z.strictObject({
    way: z.enum(["auto", "installer", "wheel"]).default("auto").describe(
      "Where TensorFlow comes from: tfjs-node's own installer; its wheel, for which pip and a C++ compiler are needed (x86-64 Linux); auto: the installer where its host can be reached, else the wheel",
    ),
  }),
};

/** Those that the task's permissions name, the usual one first. */
const COMPILERS: readonly string[] = ["g++", "c++", "clang++"];

/**
 * The compiler that CXX names, which this task must be allowed to run.
 *
 * @throws {UsageError} If it is not allowed, before anything is fetched.
 */
function namedCompiler(): string | undefined {
  const named = readVariable("CXX");
  if (named === undefined || COMPILERS.includes(named)) return named;
  const { state } = Deno.permissions.querySync({ name: "run", command: named });
  if (state === "granted") return named;
  throw new UsageError(
    `CXX "${named}": this task may run g++, c++ and clang++ alone; unset it, or ` +
      `allow it: deno run -P=setup --allow-run experiments/setup_tfjs_node.ts`,
  );
}

async function main(args: readonly string[]): Promise<number> {
  const { way } = parseOptions(command, args);
  const folder = fileURLToPath(TFJS_NODE_SETUP_FOLDER).replace(/[/\\]$/, "");
  const named = namedCompiler();
  const outcome = await installTfjsNode({
    sources: TFJS_NODE_SOURCES,
    folder,
    way,
    platform: Deno.build,
    run: runCommand,
    deno: denoCommand(),
    // Somebody who names a compiler wants that one.
    compilers: named === undefined ? COMPILERS : [named],
    hostObstacle,
    async freeBytes(path) {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    },
    tell: notify,
  });
  notify(
    outcome === "there"
      ? `"${folder}" is there, every file as it was written`
      : `Written: "${folder}"`,
  );
  // Says in words what is missing, should it not open.
  const { name, version, instructionSet } = await openEngine("tfjs-node");
  print(`Engine ${name} is ready: ${version}, ${instructionSet}`);
  print(`Train with it: --engine ${name}, for example`);
  print(`  deno task rq1 --engine ${name}`);
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
