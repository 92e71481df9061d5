/**
 * Trains and fails students, one after the other, with the engine that the argument
 * names, and prints what its process then holds: bytes, at the end of each part of
 * the search. Run with --v8-flags=--expose-gc, so that what is no more needed is gone.
 */

import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { evaluate, type EvaluationRequest } from "../../lib/search/mod.ts";
import { initialise, planOf } from "../../lib/training/mod.ts";
import { makeData, makeRecipe, makeSplit } from "../training/_problem.ts";

/** Students before the first look: pools and caches fill. */
const WARM_UP = 30;
const PARTS = 2;
const STUDENTS_OF_A_PART = 40;

const SPLIT = makeSplit({ count: 192 });
const DATA = makeData({ split: SPLIT, train: 128, validation: 64 });
const RECIPE = makeRecipe({ epochs: 1, batchSize: 64 });

/** A student of its own size, whose maps are a quarter of a megabyte each. */
function networkOf(student: number): Network {
  const conv = {
    type: "conv",
    outChannels: 16 + student % 8,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  } as const;
  return {
    input: [1, 8, 8],
    blocks: [
      ...[conv, { type: "batchNorm" }, { type: "relu" }] as const,
      ...[conv, { type: "batchNorm" }, { type: "relu" }] as const,
      { type: "dropout", rate: 0.25 },
      { type: "linear", outFeatures: 3, bias: true },
    ],
  };
}

function requestOf(student: number, learningRate: number): EvaluationRequest {
  return {
    network: networkOf(student),
    recipe: { ...RECIPE, learningRate },
    data: DATA.id,
    seed: 1,
    engine: "any",
  };
}

/** A step that ends in its middle, as if the machine had no memory left. */
async function failStep(engine: Engine, network: Network): Promise<void> {
  const program = await engine.compile(network, planOf(RECIPE));
  try {
    program.load(
      initialise(network, { initialisation: "he", seed: 1, owner: "x" }),
    );
    const random = {
      ...randomStream(1, "x"),
      uniform(): number {
        throw new Error("no memory");
      },
    };
    const batch = {
      size: 64,
      images: new Float32Array(64 * 64),
      labels: new Int32Array(64),
    };
    await program.step(batch, { learningRate: 0.1, random })
      .then(() => Promise.reject(new TypeError("it did not fail")), () => {});
  } finally {
    await program.dispose();
  }
}

const engine = await openEngine(Deno.args[0]!);

async function search(students: number): Promise<void> {
  for (let student = 0; student < students; student++) {
    const good = await evaluate(engine, requestOf(student, 0.01), DATA);
    const bad = await evaluate(engine, requestOf(student, 1e30), DATA);
    const failed = [good, bad].map((outcome) =>
      "evaluation" in outcome && outcome.evaluation.failure !== undefined
    );
    if (failed.join() !== "false,true") {
      throw new TypeError(`failed: ${failed}`);
    }
    await failStep(engine, networkOf(student));
  }
}

/** What the process holds once all that can be freed is. */
function resident(): number {
  (globalThis as unknown as { gc(): void }).gc();
  return Deno.memoryUsage().rss;
}

await search(WARM_UP);
const held = [resident()];
for (let part = 0; part < PARTS; part++) {
  await search(STUDENTS_OF_A_PART);
  held.push(resident());
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(held)));
Deno.exit(0);
