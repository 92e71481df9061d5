/**
 * The command line of the benchmark.
 *
 * @module
 */

import { z } from "zod";
import { optionKinds, parseOptions, UsageError } from "../lib/cli/mod.ts";
import { engineNames, processorEngines } from "../lib/engine/mod.ts";
import { BENCH_NETWORKS } from "./networks.ts";

/** Parts that can be measured alone, in the order in which they are. */
export const SECTIONS = [
  "engines",
  "step",
  "search",
  "time",
  "precision",
  "memory",
  "winograd",
  "queue",
] as const;

/** A part of the benchmark. */
export type SectionName = typeof SECTIONS[number];

const NETWORKS = BENCH_NETWORKS.map(({ name }) => name);

function choice<const Name extends string>(
  names: readonly Name[],
  description: string,
  preset: readonly Name[] = names,
) {
  return z.array(z.enum(names)).min(1).default([...preset]).describe(
    description,
  );
}

/** What can be asked on the command line. */
export const command = {
  name: "deno task bench",
  summary:
    "Training speed, search throughput and memory, beside PyTorch where it is",
  examples: [
    "deno task bench",
    "deno task bench --only step --networks cnn,stage2 --rounds 3",
    "N2N_PYTHON=FOLDER/bin/python deno task bench --only step,memory",
    "deno task bench --only engines",
    "deno task bench --render",
  ],
  schema: z.strictObject({
    only: choice(
      SECTIONS,
      "Sections to measure, separated by commas; the others stay as they are in the results",
    ),
    rounds: z.int().min(1).max(1000).default(5).describe(
      "Rounds of each comparison; in each everybody takes a turn",
    ),
    repeats: z.int().min(0).max(100).default(4).describe(
      "How often a turn is taken again at most when other processes disturbed it; 0 for a trial on a busy machine",
    ),
    networks: choice(NETWORKS, "Networks whose step and memory are measured"),
    engines: choice(
      engineNames(),
      "Our engines, where they are available; graphics processors when they are named",
      processorEngines(),
    ),
    pytorch: z.boolean().default(true).describe(
      "Measure PyTorch too: the Pythons in N2N_PYTHON (separated by a colon), python3 and /usr/bin/python3, where they have torch",
    ),
    results: optionKinds.path.default("results").describe(
      "Folder of bench.md and of bench/, one file of measurements and one page a kind of processor",
    ),
    render: z.boolean().default(false).describe(
      "Measure nothing: write all pages again from the measurements, and nothing else",
    ),
  }),
};

/** Options, each with its value. */
export type BenchOptions = z.infer<typeof command.schema>;

/** Options that may be given several times: --only step --only memory. */
const LISTS = ["--only", "--networks", "--engines"];

/**
 * Joins the values of list options that are given several times.
 *
 * @param args As typed.
 * @returns The same with one option a list, in the place of the first.
 */
export function joinLists(args: readonly string[]): readonly string[] {
  const joined: string[] = [];
  const places = new Map<string, number>();
  for (let at = 0; at < args.length; at++) {
    const [flag, ...rest] = args[at]!.split("=");
    if (!LISTS.includes(flag!)) {
      joined.push(args[at]!);
      continue;
    }
    const next = args[at + 1];
    const value = rest.length > 0
      ? rest.join("=")
      : next === undefined || next.startsWith("--")
      ? undefined
      : args[++at];
    const place = places.get(flag!);
    if (value === undefined) joined.push(flag!);
    else if (place === undefined) {
      places.set(flag!, joined.push(`${flag}=${value}`) - 1);
    } else joined[place] += `,${value}`;
  }
  return joined;
}

/**
 * Reads the command line.
 *
 * @param args Its arguments.
 * @throws {UsageError} With all mistakes, one line each.
 * @throws {HelpRequest} For --help.
 */
export function parseBench(args: readonly string[]): BenchOptions {
  const options = parseOptions(command, joinLists(args));
  const needsFolder = options.only.some((name) => name !== "engines");
  if (needsFolder) checkFolder(options.results);
  return options;
}

/** An hour's work should not end in a message that there is no folder for it. */
function checkFolder(path: string): void {
  try {
    if (Deno.statSync(path).isDirectory) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
  }
  throw new UsageError(
    `--results "${path}": expected a folder, or a path where one can be made`,
  );
}
