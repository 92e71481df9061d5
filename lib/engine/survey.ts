import type { Engine } from "./engine.ts";
import { engineNames, openEngine } from "./open_engine.ts";
import { EngineUnavailableError } from "./unavailable.ts";

/**
 * Engines by the speed of a training step of small networks on one thread,
 * fastest first. The order is fixed, so that the choice depends on what is
 * installed and on no stopwatch; the reference comes last, for machines that
 * have nothing else. Graphics processors are left out: whether one is faster
 * depends on it and on the network.
 */
const FASTEST_FIRST: readonly string[] = [
  "onednn",
  "onnx-cpu",
  "tfjs-node",
  "onnx-wasm",
  "tfjs-wasm",
  "tfjs",
];

/** Names of the engines that compute on the processor, the fastest first. */
export function processorEngines(): readonly string[] {
  return FASTEST_FIRST;
}

/** Whether an engine can be used here. */
export type EngineStatus =
  | {
    /** Name of the engine. */
    readonly name: string;
    /** It can. */
    readonly available: true;
    /** The engine, open. */
    readonly engine: Engine;
  }
  | {
    /** Name of the engine. */
    readonly name: string;
    /** It cannot. */
    readonly available: false;
    /** Why not, in words. */
    readonly reason: string;
    /** How to get it, in words. */
    readonly remedy: string;
  };

/**
 * Opens every engine there is, in the order of {@link engineNames}.
 *
 * @returns One entry an engine. An error that is not about availability is a
 * bug and rejects.
 */
export async function surveyEngines(): Promise<readonly EngineStatus[]> {
  const statuses: EngineStatus[] = [];
  for (const name of engineNames()) statuses.push(await statusOf(name));
  return statuses;
}

async function statusOf(name: string): Promise<EngineStatus> {
  try {
    return { name, available: true, engine: await openEngine(name) };
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    const { reason, remedy } = error;
    return { name, available: false, reason, remedy };
  }
}

/** The outcome of {@link openFastestEngine}. */
export interface FastestEngine {
  /** The fastest engine of those that can be opened. */
  readonly engine: Engine;
  /** Faster ones that cannot be opened here, fastest first. */
  readonly passedOver: readonly EngineUnavailableError[];
}

/**
 * Opens the fastest engine that is available. The order is a fixed one; engines
 * after the first that opens are not loaded.
 *
 * @throws {EngineUnavailableError} If there is none.
 */
export async function openFastestEngine(): Promise<FastestEngine> {
  const passedOver: EngineUnavailableError[] = [];
  for (const name of FASTEST_FIRST) {
    try {
      return { engine: await openEngine(name), passedOver };
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      passedOver.push(error);
    }
  }
  throw passedOver.at(-1)!;
}
