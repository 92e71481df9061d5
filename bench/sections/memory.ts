/**
 * Peak resident memory, each in a process of its own. Nothing is timed, so
 * several may run at once.
 *
 * @module
 */

import { createProgress } from "../../lib/cli/mod.ts";
import { ChildError } from "../child.ts";
import { readPeakBytes } from "../children/serve.ts";
import {
  BATCH_SIZE,
  type Contender,
  type Skipped,
  startTrainer,
} from "../contenders/contender.ts";
import type { BenchNetwork } from "../networks.ts";
import { inParallel } from "../parallel.ts";
import type { MemorySection } from "../report/mod.ts";
import { readTask, SHORT_SEARCH } from "../search/profile.ts";
import type { BenchContext } from "./context.ts";
import { describeContender } from "./engines.ts";
import { FAST_ENGINES } from "./search.ts";

/** Steps are taken for so long before the peak is read. */
const STEPS_MS = 500;
/** How often a search's peak is looked at. */
const LOOK_MS = 100;

/** Measures all networks with all contenders, and a search with each fast engine. */
export async function measureMemory(
  context: BenchContext,
): Promise<MemorySection> {
  const { machine, networks, contenders } = context;
  const engines = contenders.flatMap(({ id }) =>
    FAST_ENGINES.includes(id) ? [id] : []
  );
  const progress = createProgress({
    label: "memory",
    total: networks.length * contenders.length + engines.length,
    unit: "processes",
  });
  const skipped: Skipped[] = [...context.skipped];
  const measured = [];
  for (const network of networks) {
    measured.push(
      await measureNetwork(network, context, (contender) => {
        progress.advance(1, `${network.title}, ${contender.title}`);
      }),
    );
  }
  const searches = [];
  for (const engine of engines) {
    const peak = await searchPeak(engine);
    if (typeof peak === "number") searches.push({ engine, bytes: peak });
    else skipped.push({ title: `search with ${engine}`, reason: peak.reason });
    progress.advance(1, `search with ${engine}`);
  }
  progress.finish();
  return {
    machine,
    batchSize: BATCH_SIZE,
    contenders: contenders.map(describeContender),
    skipped,
    networks: measured,
    searches,
    command: `deno task rq1 ${SHORT_SEARCH.join(" ")}`,
  };
}

async function measureNetwork(
  network: BenchNetwork,
  { contenders, machine }: BenchContext,
  onEnd: (contender: Contender) => void,
): Promise<MemorySection["networks"][number]> {
  const bytes: Record<string, number> = {};
  const skipped: Skipped[] = [];
  await inParallel(contenders, machine.cores, async (contender) => {
    const { id, title } = contender;
    try {
      const trainer = await startTrainer(contender, network);
      try {
        await trainer.time("steps", STEPS_MS);
        const peak = await trainer.peakBytes();
        if (peak !== null) bytes[id] = peak;
        else skipped.push({ title, reason: "the system does not tell" });
      } finally {
        await trainer.close();
      }
    } catch (error) {
      if (!(error instanceof ChildError)) throw error;
      skipped.push({ title, reason: error.message });
    }
    onEnd(contender);
  });
  return { name: network.name, title: network.title, bytes, skipped };
}

/** Peak of a search's process, which holds the workers' threads. */
async function searchPeak(
  engine: string,
): Promise<number | { readonly reason: string }> {
  if (Deno.build.os !== "linux") {
    return { reason: "the peak of another process is only read on Linux" };
  }
  const results = await Deno.makeTempDir({ prefix: "n2n-bench-" });
  try {
    const { args, cwd } = await readTask("rq1");
    const flags = [...SHORT_SEARCH, "--engine", engine, "--results", results];
    const process = new Deno.Command(Deno.execPath(), {
      args: [...args, ...flags],
      cwd,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let peak = 0;
    const timer = setInterval(
      () => peak = readPeakBytes(process.pid) ?? peak,
      LOOK_MS,
    );
    const complaint = new Response(process.stderr).text();
    const { success, code } = await process.status;
    clearInterval(timer);
    if (success && peak > 0) return peak;
    const last = (await complaint).trim().split("\n").at(-1);
    return { reason: `the search ended with code ${code}: ${last}` };
  } finally {
    await Deno.remove(results, { recursive: true });
  }
}
