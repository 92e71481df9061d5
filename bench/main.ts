/**
 * The benchmark: what a training step takes, beside PyTorch; what a search does
 * in an hour; what memory both need. Measurements go to results/bench.json,
 * section by section, the tables that are made from them to results/bench.md.
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
import {
  type Bench,
  benchText,
  EMPTY,
  fillMachines,
  type Machine,
  readBench,
  renderBench,
} from "./report/mod.ts";
import { type BenchContext, SectionSkipped } from "./sections/context.ts";
import { listContenders } from "./sections/engines.ts";
import { measureMemory } from "./sections/memory.ts";
import { measureQueue } from "./sections/queue.ts";
import { measureSearch } from "./sections/search.ts";
import { measureSteps } from "./sections/step.ts";
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
  memory: measureMemory,
  winograd: measureWinograd,
  queue: measureQueue,
};

async function describeMachine(): Promise<Machine> {
  const { cpu, cores, memoryBytes, os, arch, deno, commit, dirty } =
    await describeEnvironment();
  return { cpu, cores, memoryBytes, os, arch, deno, commit, dirty };
}

async function openContext(
  { rounds, repeats, networks, engines, pytorch }: BenchOptions,
): Promise<BenchContext> {
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

/** What an earlier run measured. */
async function readEarlier(path: string): Promise<Bench> {
  try {
    return readBench(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return EMPTY;
    throw error;
  }
}

/** Folder of the results that are committed. */
const RESULTS = fileURLToPath(new URL("results", PROJECT));

/** Writes what is made from measurements: a trial's stays apart from the project's. */
async function writePages(bench: Bench, results: string): Promise<void> {
  await writeFileAtomic(`${results}/bench.md`, renderBench(bench));
  if (resolve(results) !== RESULTS) return;
  const path = fileURLToPath(new URL("docs/machines.md", PROJECT));
  const page = await Deno.readTextFile(path);
  await writeFileAtomic(path, fillMachines(page, bench));
}

/**
 * Writes the page of the measurements that are there.
 *
 * @throws {UsageError} If there are none.
 */
async function renderPage(results: string): Promise<number> {
  const path = `${results}/bench.json`;
  const text = await Deno.readTextFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(
      `--render: there is no "${path}", expected measurements; deno task bench takes them`,
    );
  });
  await writePages(readBench(text, path), results);
  notify(`Written: ${results}/bench.md`);
  return EXIT.done;
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseBench(args);
  if (options.render) return await renderPage(options.results);
  const path = `${options.results}/bench.json`;
  let bench = await readEarlier(path);
  const context = await openContext(options);
  let measured = 0;
  for (const name of SECTIONS) {
    if (!options.only.includes(name)) continue;
    try {
      bench = { ...bench, [name]: await MEASURES[name](context) };
    } catch (error) {
      if (!(error instanceof SectionSkipped)) throw error;
      notify(`${name}: not measured: ${error.message}`);
      continue;
    }
    measured++;
    // After each section: an hour is a long time to lose.
    await writeFileAtomic(path, benchText(bench));
    await writePages(readBench(benchText(bench), path), options.results);
  }
  if (measured === 0) return EXIT.runFailed;
  print(await Deno.readTextFile(`${options.results}/bench.md`));
  notify(`Written: ${path} and bench.md beside it`);
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
