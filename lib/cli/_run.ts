import * as z from "zod";
import { optionKinds } from "./option_kinds.ts";

/** The engine when none is named: embedded, and there on every platform. */
const DEFAULT_ENGINE = "onnx-cpu";

/**
 * Options every run has that a file may set too. The return types are left to
 * inference here: they are the values' types in the parser.
 */
// deno-lint-ignore explicit-module-boundary-types
export function runSchema(engines: readonly string[], engineNote?: string) {
  const engine: z.ZodType<string> = engines.length === 0
    ? z.string().min(1)
    : z.enum(engines);
  return z.strictObject({
    seed: z.int().min(1).default(1)
      .describe("Seed from which every random stream of the run is derived"),
    engine: engine.default(engines[0] ?? DEFAULT_ENGINE)
      .describe(
        "Runtime that trains the networks" +
          (engineNote === undefined ? "" : `. ${engineNote}`),
      ),
    workers: z.int().min(1).max(1024).optional()
      .describe(
        "Students trained at once; any number gives the same results " +
          "(default: one a logical core; beside --queue none on this machine)",
      ),
    queue: z.string().min(1).optional()
      .describe(
        "Trains on other machines: redis://HOST, rediss://HOST, or the " +
          "queue.json of deno task queue; docs/machines.md",
      ),
    verifyShare: z.number().min(0).max(1).default(0)
      .describe(
        "Share of the queue's answers that are trained again here and compared",
      ),
    // "data" is a group of an experiment's own options.
    dataFolder: optionKinds.path.optional().meta({ flag: "data" })
      .describe("Folder with data set files already there, looked in first"),
    results: optionKinds.path.default("results")
      .describe("Folder for records, tables, figures and the run store"),
    log: optionKinds.log,
  });
}

/** Options that only the command line has. */
// deno-lint-ignore explicit-module-boundary-types
export function invocationSchema(profiles: readonly string[]) {
  return z.strictObject({
    profile: z.enum(profiles)
      .default(profiles.includes("laptop") ? "laptop" : profiles[0]!)
      .describe("Size of the experiment: the file of options read first"),
    config: optionKinds.path.optional()
      .describe(
        "YAML file whose options win over those of the profile and its subjects, unless it has subjects of its own",
      ),
    fresh: z.boolean().default(false)
      .describe("Start over; an earlier run is set aside, never deleted"),
    dryRun: z.boolean().default(false)
      .describe("Show what would be run and what is there, write nothing"),
  });
}

/** Options that every command has. */
// deno-lint-ignore explicit-module-boundary-types
export function commonSchema() {
  return z.strictObject({
    quiet: z.boolean().default(false)
      .describe("Say nothing but results, warnings and errors"),
    json: z.boolean().default(false).describe(
      "Say everything as lines of JSON on standard output, one an event",
    ),
    help: z.boolean().default(false).describe("Show this text (also -h)"),
  });
}
