/**
 * Does the portable engine give equal bits under other conditions? Runs one tiny
 * search, teacher included, under each that this machine can take on, and
 * compares its record's digest with the committed one.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  EXIT,
  notify,
  optionKinds,
  parseOptions,
  print,
  runMain,
  stopwatch,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import {
  compareRecords,
  type GoldenRun,
  readGolden,
  regressionText,
  runGolden,
} from "../lib/lab/mod.ts";
import { formatNumber, markdownTable, recordText } from "../lib/report/mod.ts";

/** The golden record, which tests demand too. */
export const GOLDEN_FILE: string = fileURLToPath(
  new URL("../tests/golden/search.json", import.meta.url),
);

/** The command line of the check. */
export const command = {
  name: "deno task portable",
  summary: "Show that a search on onnx-wasm gives the same bits everywhere",
  examples: [
    "deno task portable",
    "deno task portable --arm64-deno ./arm64/deno",
    "deno task portable --update",
  ],
  schema: z.strictObject({
    arm64Deno: optionKinds.path.optional().describe(
      "Deno's binary for arm64 Linux, to be run by qemu-aarch64: takes many minutes",
    ),
    update: z.boolean().default(false).describe(
      "Let what is obtained here take the place of the golden record",
    ),
  }),
};

/** Other circumstances for the same search, or why they cannot be had. */
interface Condition {
  readonly title: string;
  readonly run: Omit<GoldenRun, "results"> | { readonly skipped: string };
}

/** V8 as it is on processors without AVX. */
const WITHOUT_AVX = ["avx", "avx2", "fma3", "bmi1", "bmi2"]
  .map((name) => `--no-enable-${name}`).join();

/** V8 without its optimising compilers, for JavaScript and WebAssembly. */
const UNOPTIMISED = "--liftoff-only,--no-maglev,--no-turbofan";

const v8 = (flags: string) => ({ flags: [`--v8-flags=${flags}`] });

/** What a machine is, as far as it matters here. */
interface Machine {
  readonly arch: string;
  /** The emulator's command, where there is one. */
  readonly emulator: string | undefined;
  readonly arm64Deno: string | undefined;
}

/** All conditions; those that the machine cannot take on say why. */
export function conditionsOf(
  { arch, emulator, arm64Deno }: Machine,
): readonly Condition[] {
  return [
    { title: "as it is", run: {} },
    { title: "2 workers", run: { workers: 2 } },
    {
      title: "Chatham Islands' time, Turkish locale",
      run: { env: { TZ: "Pacific/Chatham", LC_ALL: "tr_TR.UTF-8" } },
    },
    {
      title: "V8 without AVX and FMA",
      run: arch === "x86_64"
        ? v8(WITHOUT_AVX)
        : { skipped: `${arch} has no such instructions` },
    },
    { title: "V8 without optimising compilers", run: v8(UNOPTIMISED) },
    {
      title: "arm64, emulated",
      run: emulated({ arch, emulator, arm64Deno }),
    },
  ];
}

function emulated({ arch, emulator, arm64Deno }: Machine): Condition["run"] {
  if (arch === "aarch64") return { skipped: "this machine is arm64" };
  if (arm64Deno === undefined) {
    return { skipped: "--arm64-deno names no Deno for arm64" };
  }
  if (emulator === undefined) return { skipped: "there is no qemu-aarch64" };
  return { deno: [emulator, arm64Deno] };
}

/** The emulator of arm64 that is there, if any. */
async function findEmulator(): Promise<string | undefined> {
  for (const name of ["qemu-aarch64-static", "qemu-aarch64"]) {
    try {
      await new Deno.Command(name, { args: ["--version"] }).output();
      return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** Runs the command and gives its exit code: 4 where a digest differs. */
export async function main(args: readonly string[]): Promise<number> {
  const { arm64Deno, update } = parseOptions(command, args);
  const conditions = conditionsOf({
    arch: Deno.build.arch,
    emulator: await findEmulator(),
    arm64Deno,
  });
  const folder = await Deno.makeTempDir({ prefix: "n2n-portable-" });
  const rows: string[][] = [];
  const differing: string[] = [];
  let golden = update ? undefined : await readGolden(GOLDEN_FILE);
  try {
    for (const [index, { title, run }] of conditions.entries()) {
      if ("skipped" in run) {
        rows.push([title, "–", "–", `skipped, because ${run.skipped}`]);
        continue;
      }
      notify(`${title}: searching`);
      const seconds = stopwatch();
      const record = await runGolden({ ...run, results: `${folder}/${index}` });
      golden ??= record;
      const comparison = compareRecords(golden, record);
      const verdict = comparison.isEqual ? "equal" : "DIFFERS";
      rows.push([
        title,
        record.digest.slice(0, 16),
        formatNumber(seconds(), 0),
        verdict,
      ]);
      if (!comparison.isEqual) {
        differing.push(
          regressionText({ checks: [{ name: title, comparison }] }),
        );
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  print(markdownTable(
    [
      { title: "condition" },
      { title: "digest" },
      { title: "seconds", align: "right" },
      { title: "beside the golden record" },
    ],
    rows,
  ));
  for (const text of differing) print(`\n${text}`);
  if (differing.length > 0) return EXIT.regression;
  if (update) await writeFileAtomic(GOLDEN_FILE, recordText(golden!));
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
