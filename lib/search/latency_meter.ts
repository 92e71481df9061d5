/**
 * Remembers measured latencies in the run store: a network is measured once on a
 * machine, and a run repeats from its store although times never do.
 *
 * @module
 */

import { processorModel } from "../cli/mod.ts";
import { type Network, networkId } from "../network/mod.ts";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import type { Store } from "../store/mod.ts";
import { type EngineIdentity, engineIdentity } from "./evaluation.ts";
import type { ExecutionOptions, Executor } from "./executor.ts";
import { type Latency, summariseTimes } from "./latency.ts";

/** Raised when times of the same key would be of something else. */
const LATENCY_FORMAT = 1;

/** What times depend on beside the engine. */
export interface Machine {
  /** Model of the processor. */
  readonly cpu: string;
  /** Processor architecture as Deno names it, for example "x86_64". */
  readonly arch: string;
  /** Threads of one prediction. */
  readonly threads: number;
}

/** This machine, as its latencies are kept and recorded. */
export function thisMachine(): Machine {
  // Every engine predicts on one thread (lib/engine): parallelism is across students.
  return { cpu: processorModel(), arch: Deno.build.arch, threads: 1 };
}

/** Measures latencies through the store. */
export interface LatencyMeter {
  /** Where they are measured. */
  readonly machine: Machine;
  /**
   * How long a network takes to predict one image: from the store, or measured
   * while the executor does nothing else.
   *
   * @param options `rank` as for {@linkcode Executor.submit}.
   * @throws {InterruptedError} If the executor was interrupted before the end.
   */
  measure(
    network: Network,
    options?: Pick<ExecutionOptions, "rank">,
  ): Promise<Latency>;
}

/** What {@link createLatencyMeter} needs. */
export interface LatencyMeterOptions {
  /** Where times are kept. */
  readonly store: Store;
  /** Who measures. */
  readonly executor: Pick<Executor, "measure">;
  /** What predicts. */
  readonly engine: EngineIdentity;
  /** Where; default {@link thisMachine}. */
  readonly machine?: Machine;
}

/**
 * A meter over a store and an executor.
 *
 * @param options See {@link LatencyMeterOptions}.
 */
export function createLatencyMeter(
  { store, executor, engine, machine = thisMachine() }: LatencyMeterOptions,
): LatencyMeter {
  const underWay = new Map<string, Promise<Latency>>();

  async function measureNow(
    key: string,
    { network, meta, rank }: {
      readonly network: Network;
      readonly meta: string;
      readonly rank: number;
    },
  ): Promise<Latency> {
    const times = await executor.measure(
      { network, engine: engine.name },
      { rank },
    );
    // Little-endian, as all machines are that Deno runs on.
    store.putBlob(key, new Uint8Array(times.slice().buffer), meta);
    // Another process may have been first: a run that is continued reads its times.
    return summariseTimes(timesOf(store.getBlob(key)!.bytes));
  }

  return {
    machine,
    async measure(network, { rank = 0 } = {}) {
      const meta = canonicalJson({
        format: LATENCY_FORMAT,
        network: networkId(network),
        engine: engineIdentity(engine),
        machine,
      });
      const key = `latency/${sha256Hex(meta)}`;
      const running = underWay.get(key);
      if (running !== undefined) return await running;
      const known = store.getBlob(key);
      if (known !== undefined) {
        return summariseTimes(timesOf(known.bytes));
      }
      const promise = measureNow(key, { network, meta, rank });
      underWay.set(key, promise);
      try {
        return await promise;
      } finally {
        underWay.delete(key);
      }
    },
  };
}

/** The store's bytes may begin anywhere in their buffer, numbers may not. */
function timesOf(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice().buffer);
}
