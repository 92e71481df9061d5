/**
 * Which files hold the measurements: one pair a kind of processor.
 *
 * @module
 */

import { type Processor, processorSlug } from "../processor.ts";
import { type Bench, type Machine, readBench } from "./format.ts";
import { renderIndex } from "./index_page.ts";
import { renderBench } from "./render.ts";

/** Where the measurements lie in a results folder. */
export const FOLDER = "bench";
/** The page that leads to them, in a results folder. */
export const INDEX = "bench.md";

/** What a machine's measurements hold for; from its processor's name in old ones. */
export function processorOf({ processor, cpu }: Machine): Processor {
  return processor ?? { model: cpu, family: "", vectors: "" };
}

/** Path within a results folder: "bench/amd-26-2-avx512-bf16.json". */
export function benchPath(machine: Machine): string {
  return `${FOLDER}/${processorSlug(processorOf(machine))}.json`;
}

/**
 * All measurements of a results folder by path within it, in order.
 *
 * @throws {BenchFileError} If one is damaged.
 */
export async function readBenches(
  results: string,
): Promise<ReadonlyMap<string, Bench>> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(`${results}/${FOLDER}`)) {
      if (isFile && name.endsWith(".json") && !name.startsWith(".")) {
        names.push(name);
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const benches = new Map<string, Bench>();
  for (const name of names.sort()) {
    const path = `${FOLDER}/${name}`;
    const text = await Deno.readTextFile(`${results}/${path}`);
    benches.set(path, readBench(text, `${results}/${path}`));
  }
  return benches;
}

/** All pages by path within a results folder. */
export function renderPages(
  benches: ReadonlyMap<string, Bench>,
): ReadonlyMap<string, string> {
  return new Map([
    [INDEX, renderIndex(benches)],
    ...Array.from(benches, ([path, bench]): [string, string] => [
      path.replace(/json$/, "md"),
      renderBench(bench, path.slice(FOLDER.length + 1)),
    ]),
  ]);
}
