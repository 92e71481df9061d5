/**
 * The golden search: one tiny search with its teacher, on the portable engine,
 * whose record every machine must give to the bit.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { denoCommand } from "../../cli/mod.ts";
import { readRecord } from "../../report/mod.ts";
import type { CompressionContent } from "../compression/content.ts";
import { compressionSchema } from "../compression/schema.ts";
import { checkContent } from "../records/check_content.ts";
import type { CellRecord } from "./compare.ts";

/** The project's folder. */
const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

/** What its file is called where a run writes it, below its results folder. */
const PLACE = "rq1/portable/mnist-vgg13-w0.03-reinforce-s1.json";

/** How the golden search is run. */
export interface GoldenRun {
  /** Results folder, to be made. */
  readonly results: string;
  /** Students trained at once, default 1. */
  readonly workers?: number;
  /** Flags of Deno itself. */
  readonly flags?: readonly string[];
  /** Environment variables, beside those that there are. */
  readonly env?: Readonly<Record<string, string>>;
  /** The command that is Deno, default the one that runs this. */
  readonly deno?: readonly [string, ...string[]];
}

/**
 * Runs the golden search in a process of its own.
 *
 * @returns Its record.
 * @throws {Error} If it fails, with what it wrote on standard error.
 */
export async function runGolden(
  { results, workers = 1, flags = [], env = {}, deno = [denoCommand()] }:
    GoldenRun,
): Promise<CellRecord> {
  const [command, ...words] = deno;
  const { success, stderr } = await new Deno.Command(command, {
    args: [
      ...words,
      ...["run", "--quiet", "--no-check", "--no-prompt"],
      ...["-P=experiment", ...flags],
      ...["experiments/rq1_compression.ts", "--profile", "portable"],
      ...["--engine", "onnx-wasm", "--workers", `${workers}`],
      ...["--results", results],
    ],
    cwd: PROJECT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  return await readGolden(`${results}/${PLACE}`);
}

/** Reads the record of a golden search: one that is committed, or that a run wrote. */
export async function readGolden(file: string): Promise<CellRecord> {
  const record = readRecord(await Deno.readTextFile(file), PLACE);
  return checkContent<CompressionContent>(record, {
    schema: compressionSchema,
    file,
  });
}
