/**
 * The benchmark: what a training step takes, beside PyTorch; what a search does
 * in an hour; what memory both need. Measurements go to a file of this kind of
 * processor in results/bench/, section by section, the tables that are made from
 * them beside it, and what all kinds have in common to results/bench.md.
 *
 * deno task bench --help
 *
 * @module
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  describeEnvironment,
  EXIT,
  notify,
  print,
  runMain,
  UsageError,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import { PROJECT } from "../lib/lab/mod.ts";
import { findEngines } from "./contenders/ours.ts";
import { findPyTorch, PYTORCH_ADVICE } from "./contenders/pytorch.ts";
import { loadWatch } from "./load.ts";
import { BENCH_NETWORKS } from "./networks.ts";
import {
  type BenchOptions,
  parseBench,
  type SectionName,
  SECTIONS,
} from "./options.ts";
import { thisProcessor } from "./processor.ts";
import {
  type Bench,
  benchPath,
  benchText,
  EMPTY,
  fillMachines,
  FOLDER,
  INDEX,
  type Machine,
  readBench,
  readBenches,
  renderPages,
} from "./report/mod.ts";
import { type BenchContext, SectionSkipped } from "./sections/context.ts";
import { listContenders } from "./sections/engines.ts";
import { measureMemory } from "./sections/memory.ts";
import { measurePrecision } from "./sections/precision.ts";
import { measureQueue } from "./sections/queue.ts";
import { measureSearch } from "./sections/search.ts";
import { measureSteps } from "./sections/step.ts";
import { measureTime } from "./sections/time.ts";
import { measureWinograd } from "./sections/winograd.ts";

/** What measures a section. */
const MEASURES: {
  readonly [Name in SectionName]: (
    context: BenchContext,
  ) => Promise<Bench[Name]> | Bench[Name];
} = {
  engines: listContenders,
  step: measureSteps,
  search: measureSearch,
  time: measureTime,
  precision: measurePrecision,
  memory: measureMemory,
  winograd: measureWinograd,
  queue: measureQueue,
};

async function describeMachine(): Promise<Machine> {
  const { cpu, cores, memoryBytes, os, arch, deno, commit, dirty } =
    await describeEnvironment();
  const processor = { ...thisProcessor() };
  return { cpu, processor, cores, memoryBytes, os, arch, deno, commit, dirty };
}

async function openContext(
  { rounds, repeats, networks, engines, pytorch }: BenchOptions,
): Promise<Omit<BenchContext, "before" | "keep">> {
  const ours = await findEngines(engines);
  const theirs = pytorch ? await findPyTorch() : {
    found: [],
    skipped: [{ title: "PyTorch", reason: "not asked for (--no-pytorch)" }],
  };
  if (pytorch && theirs.found.length === 0) notify(PYTORCH_ADVICE);
  return {
    machine: await describeMachine(),
    watch: loadWatch(),
    rounds,
    repeats,
    networks: BENCH_NETWORKS.filter(({ name }) => networks.includes(name)),
    contenders: [...ours.found, ...theirs.found],
    skipped: [...ours.skipped, ...theirs.skipped],
  };
}

/** Folder of the results that are committed. */
const RESULTS = fileURLToPath(new URL("results", PROJECT));

/** Writes what is made from measurements: a trial's stays apart from the project's. */
async function writePages(
  results: string,
  benches: ReadonlyMap<string, Bench>,
): Promise<void> {
  for (const [path, page] of renderPages(benches)) {
    await writeFileAtomic(`${results}/${path}`, page);
  }
  if (resolve(results) !== RESULTS) return;
  const path = fileURLToPath(new URL("docs/machines.md", PROJECT));
  const page = await Deno.readTextFile(path);
  await writeFileAtomic(path, fillMachines(page, [...benches.values()]));
}

/**
 * Writes the pages of the measurements that are there.
 *
 * @throws {UsageError} If there are none.
 */
async function renderAgain(results: string): Promise<number> {
  const benches = await readBenches(results);
  if (benches.size === 0) {
    throw new UsageError(
      `--render: there are no measurements in "${results}/${FOLDER}"; deno task bench takes them`,
    );
  }
  await writePages(results, benches);
  notify(`Written: ${results}/${INDEX} and the pages of ${FOLDER}/`);
  return EXIT.done;
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseBench(args);
  const { results } = options;
  if (options.render) return await renderAgain(results);
  const benches = new Map(await readBenches(results));
  const opened = await openContext(options);
  const path = benchPath(opened.machine);
  await Deno.mkdir(`${results}/${FOLDER}`, { recursive: true });
  const before = benches.get(path) ?? EMPTY;
  const keep = async (part: Partial<Bench>) => {
    const text = benchText({ ...benches.get(path) ?? EMPTY, ...part });
    await writeFileAtomic(`${results}/${path}`, text);
    benches.set(path, readBench(text, path));
  };
  const context = { ...opened, before, keep };
  let measured = 0;
  for (const name of SECTIONS) {
    if (!options.only.includes(name)) continue;
    try {
      await keep({ [name]: await MEASURES[name](context) });
    } catch (error) {
      if (!(error instanceof SectionSkipped)) throw error;
      notify(`${name}: not measured: ${error.message}`);
      continue;
    }
    measured++;
    await writePages(results, benches);
  }
  if (measured === 0) return EXIT.runFailed;
  const page = path.replace(/json$/, "md");
  print(await Deno.readTextFile(`${results}/${page}`));
  notify(
    `Written: ${results}/${path}, its page beside it, ${results}/${INDEX}`,
  );
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
