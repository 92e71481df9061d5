/**
 * Where a search's time goes: RQ1's laptop search, whole, watched from outside.
 *
 * @module
 */

import { createProgress } from "../../lib/cli/mod.ts";
import type { TimeSection } from "../report/mod.ts";
import { readTask, WHOLE_SEARCH } from "../search/profile.ts";
import { timeParts, type Trace } from "../trace/spans.ts";
import { type BenchContext, SectionSkipped } from "./context.ts";
import { FAST_ENGINES } from "./search.ts";

const WORKERS = 2;

/** Runs one search with the fastest engine that is there. */
export async function measureTime(
  { machine, contenders }: BenchContext,
): Promise<TimeSection> {
  const engine =
    FAST_ENGINES.flatMap((name) =>
      contenders.find(({ id }) => id === name) ?? []
    )[0];
  if (engine === undefined) {
    throw new SectionSkipped(
      `no engine of ${FAST_ENGINES.join(", ")} is asked for and available`,
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "n2n-bench-" });
  const progress = createProgress({
    label: "time",
    total: 1,
    unit: "searches",
  });
  try {
    const { args, cwd } = await readTask("rq1");
    const [run, ...rest] = args;
    const trace = `${folder}/trace.json`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        run!,
        `--preload=${new URL("../trace/preload.ts", import.meta.url).href}`,
        ...rest,
        ...WHOLE_SEARCH,
        ...["--workers", String(WORKERS), "--engine", engine.id],
        ...["--results", folder],
      ],
      cwd,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      env: { N2N_BENCH_TRACE: trace },
    }).output();
    if (code !== 0) {
      const last = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
      throw new SectionSkipped(`the search ended with code ${code}: ${last}`);
    }
    const seen = JSON.parse(await Deno.readTextFile(trace)) as Trace;
    return {
      machine,
      engine: engine.id,
      version: engine.version,
      workers: WORKERS,
      command: `deno task rq1 ${WHOLE_SEARCH.join(" ")}`,
      wallSeconds: seen.totalMs / 1000,
      trainings: seen.workers.flat()
        .filter(({ type }) => type === "evaluate").length,
      parts: { ...timeParts(seen, WORKERS) },
    };
  } finally {
    progress.finish();
    await Deno.remove(folder, { recursive: true });
  }
}
