import {
  createEvaluator,
  createWorkerPool,
  type EngineIdentity,
  type EvaluationRequest,
  type Executor,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import type { Contender } from "../contenders/contender.ts";
import type { SearchStudents } from "./prepare.ts";
import { type Span, type Throughput, throughputOf } from "./throughput.ts";

/** A worker pool that trains the students again and again. */
export interface StudentPool {
  /** "onednn/2": engine and workers. */
  readonly id: string;
  /** Loads the engine in every worker and trains some students. */
  warmUp(): Promise<void>;
  /** Trains all students, iteration after iteration, without memory of earlier turns. */
  turn(): Promise<Throughput>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** What a pool trains, and by whom. */
export interface PoolOptions {
  /** The students. */
  readonly students: SearchStudents;
  /** Who trains, as many at once; default a pool of threads. */
  readonly executor?: Executor;
  /** Seed of an iteration's trainings, for an executor that remembers. */
  readonly seed?: () => number;
}

/** Starts a pool for an engine. */
export function startPool(
  { id: engine, version }: Contender,
  workers: number,
  {
    students: { iterations, data },
    executor = createWorkerPool(workers),
    seed,
  }: PoolOptions,
): StudentPool {
  executor.register(data);
  // Only part of keys in a store that is thrown away.
  const identity: EngineIdentity = {
    name: engine,
    version,
    instructionSet: "",
  };

  /** Trains an iteration's students as a stage does: all at once, then waits. */
  async function train(
    requests: readonly EvaluationRequest[],
  ): Promise<readonly Span[]> {
    const evaluator = createEvaluator(memoryStore(), executor, identity);
    const asked = seed === undefined
      ? requests
      : requests.map((request) => ({ ...request, seed: seed() }));
    const begin = performance.now();
    return await Promise.all(asked.map(async (request) => {
      const { failure } = await evaluator.evaluate(request);
      if (failure !== undefined) {
        throw new Error(
          `Cannot measure a search: a student failed at step ${failure.step}, expected all to be trained to their end`,
        );
      }
      const end = (performance.now() - begin) / 1000;
      return { start: end - evaluator.seconds(request), end };
    }));
  }

  return {
    id: `${engine}/${workers}`,
    async warmUp() {
      await train(iterations.at(-1)!.requests(engine));
    },
    async turn() {
      const spans: (readonly Span[])[] = [];
      for (const { requests } of iterations) {
        spans.push(await train(requests(engine)));
      }
      return throughputOf(spans, workers);
    },
    close: () => executor.close(),
  };
}
