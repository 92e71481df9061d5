/**
 * A worker thread, as a search has them, that trains with the engine "onednn"
 * and clocks at its doors.
 *
 * @module
 */

import { crossingNs, installClocks, takeCounts } from "./doors.ts";
import { type Engine, openEngine, type Program } from "../../lib/engine/mod.ts";
import { evaluate } from "../../lib/search/mod.ts";
import { trainerOf } from "../training_step.ts";
import type { Overhead } from "../report/mod.ts";
import type {
  OverheadAnswer,
  OverheadRequest,
  StudentTime,
} from "./messages.ts";

installClocks();

/** The worker's global scope, as far as it is used. */
interface WorkerScope {
  postMessage(message: OverheadAnswer): void;
  onmessage: ((event: MessageEvent<OverheadRequest>) => void) | null;
}

const scope = self as unknown as WorkerScope;
/** Steps before the clocks count, and how long the counted ones take. */
const WARM_MS = 700;
const COUNTED_MS = 2000;

/** Takes steps for about as long; returns how many. */
async function stepFor(
  step: () => Promise<unknown>,
  milliseconds: number,
): Promise<{ readonly steps: number; readonly totalMs: number }> {
  const start = performance.now();
  let steps = 0;
  do {
    await step();
    steps++;
  } while (performance.now() - start < milliseconds);
  return { steps, totalMs: performance.now() - start };
}

async function ofSteps(
  engine: Engine,
  { network, batchSize }: Extract<OverheadRequest, { type: "steps" }>,
): Promise<Overhead> {
  const { step, program } = await trainerOf(engine, network, {
    batchSize,
  });
  try {
    await stepFor(step, WARM_MS);
    takeCounts();
    const { steps, totalMs } = await stepFor(step, COUNTED_MS);
    return { steps, totalMs, ...takeCounts(), callNs: crossingNs() };
  } finally {
    await program.dispose();
  }
}

/** The time of a student's whole evaluation, and of its parts. */
async function ofStudent(
  engine: Engine,
  { request, data }: Extract<OverheadRequest, { type: "student" }>,
): Promise<StudentTime> {
  let [compileMs, stepsMs, predictMs, steps] = [0, 0, 0, 0];
  let counts = { nativeMs: 0, wasmMs: 0, calls: 0 };
  const watched: Engine = {
    ...engine,
    async compile(network, plan) {
      const compiling = performance.now();
      const program = await engine.compile(network, plan);
      compileMs += performance.now() - compiling;
      return {
        async step(batch, options) {
          takeCounts();
          const start = performance.now();
          const loss = await program.step(batch, options);
          stepsMs += performance.now() - start;
          const { nativeMs, wasmMs, calls } = takeCounts();
          counts = {
            nativeMs: counts.nativeMs + nativeMs,
            wasmMs: counts.wasmMs + wasmMs,
            calls: counts.calls + calls,
          };
          steps++;
          return loss;
        },
        async predict(images, count) {
          const start = performance.now();
          const logits = await program.predict(images, count);
          predictMs += performance.now() - start;
          return logits;
        },
        observe: (images, size, momentum) =>
          program.observe(images, size, momentum),
        weights: () => program.weights(),
        load: (weights) => program.load(weights),
        state: () => program.state(),
        restore: (state) => program.restore(state),
        dispose: () => program.dispose(),
      } satisfies Program;
    },
  };
  const start = performance.now();
  await evaluate(watched, request, data);
  return {
    total: (performance.now() - start) / 1000,
    compile: compileMs / 1000,
    steps: stepsMs / 1000,
    predict: predictMs / 1000,
    overhead: { steps, totalMs: stepsMs, ...counts, callNs: crossingNs() },
  };
}

scope.onmessage = async ({ data: message }) => {
  try {
    const engine = await openEngine("onednn");
    scope.postMessage(
      message.type === "steps"
        ? { type: "steps", overhead: await ofSteps(engine, message) }
        : { type: "student", time: await ofStudent(engine, message) },
    );
  } catch (error) {
    const text = error instanceof Error ? error.stack! : String(error);
    scope.postMessage({ type: "failed", message: text });
  }
};
