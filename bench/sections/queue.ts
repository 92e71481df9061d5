/**
 * The queue of several machines, all of it on this one: what it adds to a training,
 * what two workers do beside the pool of two, how soon a dead worker's job goes on,
 * and what many workers do to the server.
 *
 * @module
 */

import { createProgress } from "../../lib/cli/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { createQueueExecutor } from "../../lib/queue/mod.ts";
import {
  createWorkerPool,
  engineIdentity,
  type EvaluationRequest,
  type Executor,
} from "../../lib/search/mod.ts";
import type { LoadWatch } from "../load.ts";
import { fewOf, measureAdded, TRAININGS } from "../queue/overhead.ts";
import { openPlace } from "../queue/place.ts";
import { measureRestart } from "../queue/restart.ts";
import { simulate } from "../queue/simulation.ts";
import type { QueueSection } from "../report/mod.ts";
import { playRounds } from "../rounds.ts";
import { prepareSearch, type SearchStudents } from "../search/prepare.ts";
import { startPool } from "../search/pool.ts";
import { type BenchContext, SectionSkipped } from "./context.ts";
import { FAST_ENGINES } from "./search.ts";

/** Deaths of workers. */
const DEATHS = 3;
/** Epochs of a training that outlasts them all. */
const LONG = 10_000;

/** Measures with the first of the fast engines that is there. */
export async function measureQueue(
  { machine, rounds, repeats, watch, contenders }: BenchContext,
): Promise<QueueSection> {
  const contender =
    FAST_ENGINES.flatMap((name) =>
      contenders.filter(({ engine }) => engine === name)
    )[0];
  if (contender === undefined) {
    throw new SectionSkipped(
      `no engine of ${FAST_ENGINES.join(", ")} is asked for and available`,
    );
  }
  await using place = await openPlace();
  const progress = createProgress({
    label: "queue",
    total: 2 * 2 * rounds + DEATHS + 1,
    unit: "turns",
  });
  const onTurn = () => progress.advance();
  const engine = engineIdentity(await openEngine(contender.id));
  progress.log(`queue: training a teacher with ${engine.name}`);
  const students = await prepareSearch(engine.name);
  const few = fewOf(students.data);
  const fresh = freshSeeds(students, engine.name);
  const played = { rounds, repeats, watch, onTurn };

  const workers = [
    await place.join(engine.name),
    await place.join(engine.name),
  ];
  const open = async (): Promise<Record<"pool" | "queue", Executor>> => ({
    pool: createWorkerPool(2),
    queue: await createQueueExecutor({ address: place.address, engine }),
  });
  const executors = await open();
  try {
    const names = ["pool", "queue"] as const;
    for (const name of names) executors[name].register(few);
    const added = (name: typeof names[number]) =>
      withCpu(() => measureAdded(executors[name], () => fresh(few.id)), {
        watch,
        trainings: TRAININGS,
      });
    for (const name of names) await added(name);
    const addedTimes = await playRounds(
      names.map((id) => ({ id, turn: () => added(id) })),
      played,
    );
    const trained = students.iterations.reduce(
      (sum, { requests }) => sum + requests(engine.name).length,
      0,
    );
    const pools = names.map((id) => {
      const executor = executors[id];
      const pool = startPool(contender, 2, {
        students,
        executor,
        seed: freshSeed,
      });
      const turn = () => withCpu(pool.turn, { watch, trainings: trained });
      return { ...pool, id, turn };
    });
    for (const pool of pools) await pool.warmUp();
    const throughput = await playRounds(pools, played);
    for (const worker of workers) await worker.kill();

    const restarts: number[] = [];
    for (let i = 0; i < DEATHS; i++) {
      const request = fresh(few.id);
      restarts.push(
        await measureRestart(place, {
          engine,
          executor: executors.queue,
          request: { ...request, recipe: { ...request.recipe, epochs: LONG } },
        }),
      );
      onTurn();
      // What is left of it must not keep the next pair of workers.
      executors.queue.interrupt();
      await executors.queue.close();
      await place.empty();
      executors.queue = (await open()).queue;
      executors.queue.register(few);
    }
    progress.log("queue: simulating many workers");
    await using apart = await openPlace();
    const simulation = await simulate(apart, {
      data: few,
      fresh: () => fresh(few.id),
    });
    onTurn();
    return {
      machine,
      rounds,
      repeats,
      watched: throughput.watched,
      dropped: addedTimes.dropped + throughput.dropped,
      disturbed: addedTimes.disturbed + throughput.disturbed,
      server: place.title,
      engine: engine.name,
      version: contender.version,
      joinSeconds: workers.map(({ joinSeconds }) => joinSeconds),
      added: {
        pool: [...addedTimes.values.pool!],
        queue: [...addedTimes.values.queue!],
      },
      throughput: {
        pool: [...throughput.values.pool!],
        queue: [...throughput.values.queue!],
      },
      restarts,
      simulation,
    };
  } finally {
    for (const executor of Object.values(executors)) await executor.close();
    progress.finish();
  }
}

/**
 * What is measured, with the processor time of this process and its workers for each
 * training: that of a busy machine is about that of a quiet one.
 */
async function withCpu<Value extends object>(
  turn: () => Promise<Value>,
  { watch, trainings }: {
    readonly watch: LoadWatch | undefined;
    readonly trainings: number;
  },
): Promise<Value & { readonly cpuSeconds?: number }> {
  const before = watch?.().own;
  const value = await turn();
  const after = watch?.().own;
  const isKnown = before !== undefined && after !== undefined;
  return {
    ...value,
    ...(isKnown && { cpuSeconds: (after - before) / trainings }),
  };
}

let seed = 1;

/** A seed that no request had: a queue remembers its answers. */
function freshSeed(): number {
  return ++seed;
}

/** The smallest of the students, with a seed of its own each time. */
function freshSeeds(
  { iterations }: SearchStudents,
  engine: string,
): (data: string) => EvaluationRequest {
  const [request] = iterations.at(-1)!.requests(engine);
  return (data) => ({ ...request!, data, seed: freshSeed() });
}
