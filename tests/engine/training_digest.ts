/**
 * Digest of a short training run's losses and final state. As a script it
 * prints that of the engine named, for the test that compares processes.
 */

import { openEngine, type Precision } from "../../lib/engine/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { EVERYTHING, OPTIMISERS } from "./networks.ts";
import { dropoutStream, makeProblem, withProgram } from "./problem.ts";

/**
 * What the portable engine gives for seed 5 on every machine; other graphs or
 * another runtime give another.
 */
export const GOLDEN_TRAINING =
  "458877a28d87848d2b9cc1a30d94bd66223c0cdaaa11a7b6dd51481c8c4d08ab";

/** Trains a small network of every layer kind for four steps. */
export async function trainingDigest(
  engineName: string,
  seed: number,
  precision?: Precision,
): Promise<string> {
  const problem = makeProblem(EVERYTHING, {
    seed,
    size: 3,
    steps: 4,
    optimiser: OPTIMISERS["Adam with weight decay"]!,
    ...(precision && { precision }),
  });
  const engine = await openEngine(engineName);
  return await withProgram(engine, problem, async (program) => {
    const random = dropoutStream(problem);
    const losses = [];
    for (const batch of problem.batches) {
      losses.push(await program.step(batch, { learningRate: 0.05, random }));
    }
    const { weights, slots, step } = await program.state();
    const arrays = [weights, ...slots].map((set) =>
      Object.keys(set).sort().map((key) => [key, Array.from(set[key]!)])
    );
    return sha256Hex(JSON.stringify([losses, arrays, step]));
  });
}

if (import.meta.main) {
  const [engineName, seed] = Deno.args;
  const digest = await trainingDigest(engineName!, Number(seed));
  await Deno.stdout.write(new TextEncoder().encode(digest));
}
