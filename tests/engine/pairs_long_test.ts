/** Weights written by one engine and loaded by another, for every ordered pair. */

import assert from "node:assert/strict";
import { engineNames, openEngine } from "../../lib/engine/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import { assertClose } from "./compare.ts";
import { conv, EVERYTHING, linear, OPTIMISERS } from "./networks.ts";
import {
  dropoutStream,
  makeProblem,
  randomBatch,
  withProgram,
} from "./problem.ts";
import { whereAvailable } from "./where_available.ts";

/** Channels that fill no vector register: engines pad them in their own ways. */
const ODD: Network = {
  input: [3, 6, 6],
  blocks: [
    conv(3, { out: 17, bias: true }),
    { type: "batchNorm" },
    { type: "relu" },
    conv(3, { out: 5 }),
    { type: "batchNorm" },
    linear(4),
  ],
};

const available: string[] = [];
for (const name of engineNames()) {
  const isThere = await whereAvailable(name, "every pair", () => {});
  if (isThere) available.push(name);
}

for (const from of available) {
  for (const to of available.filter((name) => name !== from)) {
    for (const [kind, network] of Object.entries({ EVERYTHING, ODD })) {
      Deno.test(`load() of ${to} predicts and trains as ${from} does when ${from} trained the weights of ${kind}`, async () => {
        await checkPair(network, from, to);
      });
    }
  }
}

async function checkPair(
  network: Network,
  from: string,
  to: string,
): Promise<void> {
  const problem = makeProblem(network, {
    seed: 61,
    size: 4,
    steps: 3,
    optimiser: OPTIMISERS["SGD with momentum"]!,
  });
  const { images } = randomBatch(network, { size: 7, seed: 62 });
  const [source, target] = [await openEngine(from), await openEngine(to)];
  await withProgram(source, problem, async (writer) => {
    const random = dropoutStream(problem);
    for (const batch of problem.batches) {
      await writer.step(batch, { learningRate: 0.05, random });
    }
    const weights = await writer.weights();
    const logits = await writer.predict(images, 7);
    await withProgram(target, problem, async (reader) => {
      assert.notDeepEqual(await reader.weights(), weights);
      reader.load(weights);
      // Bits pass through; what is computed from them differs by rounding.
      assert.deepEqual(await reader.weights(), weights);
      assertClose(await reader.predict(images, 7), logits, {
        what: `logits of ${to}`,
        tolerance: 1e-4,
      });
      writer.load(weights);
      const step = (program: typeof reader) =>
        program.step(problem.batches[0]!, {
          learningRate: 0.05,
          random: dropoutStream(problem),
        });
      assertClose([await step(reader)], [await step(writer)], {
        what: `loss of ${to}`,
        tolerance: 1e-4,
      });
    });
  });
}
