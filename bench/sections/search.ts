/**
 * Students an hour in a search: the students that RQ1's laptop profile proposes
 * first, through lib/search's own evaluator and worker pool, with one worker
 * and with two.
 *
 * @module
 */

import { createProgress } from "../../lib/cli/mod.ts";
import {
  canonical,
  countMacs,
  countParameters,
  describe,
} from "../../lib/network/mod.ts";
import { startOverheadThread } from "../overhead/measure.ts";
import type { SearchSection } from "../report/mod.ts";
import { type Player, playRounds } from "../rounds.ts";
import { prepareSearch, type SearchStudents } from "../search/prepare.ts";
import { startPool } from "../search/pool.ts";
import type { Throughput } from "../search/throughput.ts";
import { type BenchContext, SectionSkipped } from "./context.ts";

/** Engines that a search is run with; the others are for reference. */
export const FAST_ENGINES: readonly string[] = ["onednn", "onnx-cpu"];

const WORKERS = [1, 2] as const;

/** Measures all fast engines that are there. */
export async function measureSearch(
  context: BenchContext,
): Promise<SearchSection> {
  const { machine, rounds, repeats, watch, contenders, skipped } = context;
  const engines = contenders.filter(({ id }) => FAST_ENGINES.includes(id));
  if (engines.length === 0) {
    throw new SectionSkipped(
      `no engine of ${FAST_ENGINES.join(", ")} is asked for and available`,
    );
  }
  const progress = createProgress({
    label: "search",
    total: rounds * engines.length * WORKERS.length,
    unit: "turns",
  });
  // The first of the fast engines that is there trains the teacher.
  const fastest = FAST_ENGINES.find((name) =>
    engines.some(({ id }) => id === name)
  )!;
  progress.log(`search: training a teacher with ${fastest}`);
  const students = await prepareSearch(fastest);

  const pools = engines.flatMap((engine) =>
    WORKERS.map((workers) => startPool(engine, workers, { students }))
  );
  try {
    for (const pool of pools) await pool.warmUp();
    const players: Player<Throughput>[] = pools.map(({ id, turn }) => ({
      id,
      turn,
    }));
    const outcome = await playRounds(players, {
      rounds,
      repeats,
      watch,
      onTurn: () => progress.advance(),
    });
    return {
      machine,
      rounds,
      repeats,
      watched: outcome.watched,
      dropped: outcome.dropped,
      disturbed: outcome.disturbed,
      iterations: await describeIterations(
        students,
        engines.some(({ id }) => id === "onednn"),
      ),
      engines: engines.map(({ id, version }) => ({
        name: id,
        version,
        oneWorker: [...outcome.values[`${id}/1`]!],
        twoWorkers: [...outcome.values[`${id}/2`]!],
      })),
      skipped: skipped.filter(({ title }) => FAST_ENGINES.includes(title)),
    };
  } finally {
    for (const pool of pools) await pool.close();
    progress.finish();
  }
}

/** The students, and where the engine "onednn" spends its time on each. */
async function describeIterations(
  { iterations, data }: SearchStudents,
  withTime: boolean,
): Promise<SearchSection["iterations"]> {
  using thread = withTime ? startOverheadThread() : undefined;
  const described: SearchSection["iterations"] = [];
  for (const { stage, proposed, requests } of iterations) {
    const students = [];
    for (const request of requests("onednn")) {
      const network = canonical(request.network);
      students.push({
        description: describe(network),
        parameters: countParameters(network),
        macs: countMacs(network),
        ...(thread === undefined
          ? {}
          : { time: await thread.ofStudent(request, data) }),
      });
    }
    described.push({ stage, proposed, students });
  }
  return described;
}
