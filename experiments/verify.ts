/**
 * Checks a results folder without running anything again: records, tables, figures,
 * weights, and what follows from what.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  createProgress,
  currentVoice,
  emit,
  EXIT,
  ifThere,
  notify,
  optionKinds,
  parseOptions,
  print,
  runMain,
  UsageError,
  warn,
} from "../lib/cli/mod.ts";
import {
  checkSignatures,
  countSteps,
  ENGINE_CHOICE,
  PROJECT,
  PROJECT_RESULTS,
  scoreWeights,
  signResults,
  tracesText,
  verificationText,
  verifyResults,
} from "../lib/lab/mod.ts";
import { EXPERIMENTS } from "./all.ts";
import { renderReadme } from "./results.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task verify",
  summary:
    "Check records, tables, figures and weights of a results folder without running anything again",
  examples: [
    "deno task verify",
    "deno task verify --only rq1/laptop.md --trace",
    "deno task verify --scores",
    "deno task verify --sign ~/.ssh/id_ed25519",
    "deno task verify --allowed-signers FILE",
  ],
  schema: z.strictObject({
    results: optionKinds.path.default("results").describe("Results folder"),
    only: z.string().min(1).optional().describe(
      "A file below it: only what it belongs to, a cell or a table, is checked",
    ),
    trace: z.boolean().default(false).describe(
      "Say of each page, table and figure which records it comes from",
    ),
    scores: z.boolean().default(false).describe(
      "Test the weights that are here on test images once more, where the data are to be had; minutes",
    ),
    engine: z.enum(ENGINE_CHOICE.engines).default(ENGINE_CHOICE.engines[0]!)
      .describe("What computes --scores"),
    data: optionKinds.path.optional().describe(
      "Folder with data set files already there, looked in first for --scores",
    ),
    sign: optionKinds.path.optional().describe(
      "Sign the files with this SSH key, after all checks hold: SIGNATURES in the folder",
    ),
    allowedSigners: optionKinds.path.optional().describe(
      "Check that signature against a file of allowed signers (ssh-keygen(1))",
    ),
  }),
};

/** README.md shows tables of the project's own results. */
async function projectReadme(results: string) {
  const own = await ifThere(() => Deno.realPath(PROJECT_RESULTS));
  if (own !== await Deno.realPath(results)) return undefined;
  const path = fileURLToPath(new URL("README.md", PROJECT));
  const text = await Deno.readTextFile(path);
  return {
    path: "README.md of the project",
    text,
    render: (pages: ReadonlyMap<string, string>) => renderReadme(text, pages),
  };
}

/** @throws {UsageError} If there is no such folder. */
async function folderOf(results: string): Promise<string> {
  const folder = results.replace(/(?<=[^\\/])[\\/]+$/, "");
  const found = await ifThere(() => Deno.stat(folder));
  if (found?.isDirectory) return folder;
  throw new UsageError(
    `--results "${results}": expected a folder of results${
      found === undefined ? ", there is nothing of this name" : ""
    }`,
  );
}

/**
 * Refuses options that would undo each other.
 *
 * @throws {UsageError} With the command that does it.
 */
function checkTogether(
  { only, sign, allowedSigners }: {
    readonly only?: string | undefined;
    readonly sign?: string | undefined;
    readonly allowedSigners?: string | undefined;
  },
): void {
  if (sign !== undefined && only !== undefined) {
    throw new UsageError(
      "--sign with --only: expected one of them, since all files are signed and all must hold first",
    );
  }
  if (allowedSigners === undefined) return;
  if (sign !== undefined) {
    throw new UsageError(
      "--sign with --allowed-signers: expected one of them; sign first, then check the signature",
    );
  }
  if (only !== undefined) {
    throw new UsageError(
      "--allowed-signers with --only: expected one of them, since a signature is of all files",
    );
  }
}

/**
 * The command.
 *
 * @param args Its arguments.
 * @returns The exit code: 4 where files contradict each other, 5 where one is
 * damaged.
 */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(command, args);
  const { only, trace, scores, engine, data, sign, allowedSigners } = options;
  checkTogether(options);
  const results = await folderOf(options.results);
  const whole = { results, experiments: EXPERIMENTS };
  const steps = only === undefined ? await countSteps(whole) : 0;
  const progress = steps === 0
    ? undefined
    : createProgress({ label: "verify", total: steps, unit: "records" });
  const verification = await verifyResults({
    ...whole,
    only,
    readme: only === undefined ? await projectReadme(results) : undefined,
    onStep: (name) => progress?.advance(1, name),
    further: [
      () => Promise.resolve(progress?.finish()),
      ...scores
        ? [scoreWeights({ engine, data, experiments: EXPERIMENTS, only })]
        : [],
      ...only === undefined && sign === undefined
        ? [checkSignatures({ allowedSigners })]
        : [],
    ],
  });
  const { code } = verification;
  emit({ event: "verification", ...verification });
  if (currentVoice() !== "json") {
    if (trace) print(tracesText(verification.traces));
    print(verificationText(verification));
  }
  if (sign === undefined) return code;
  if (code !== EXIT.done) {
    warn("Not signed: what is signed must hold first");
    return code;
  }
  notify(`Written: ${await signResults(results, sign)}`);
  return code;
}

if (import.meta.main) await runMain(main);
