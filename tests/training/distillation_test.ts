import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/mod.ts";
import { argMax, predictChunks, train } from "../../lib/training/mod.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  MEAN,
  NETWORK,
  SMALL,
  STD,
  withFresh,
} from "./_problem.ts";

const engine = await openEngine("onnx-cpu");
const SPLIT = makeSplit({ count: 120 });
const SOURCE = { split: SPLIT, mean: MEAN, std: STD };

Deno.test("train() brings a student's logits close to its teacher's when it distils", async () => {
  const labelled = makeData({ split: SPLIT, train: 90, validation: 30 });
  const teaching = makeRecipe({ epochs: 4 });
  const teacherLogits = await withFresh(
    engine,
    NETWORK,
    teaching,
    async (program) => {
      await train(program, teaching, labelled, { seed: 1, owner: "teacher" });
      // Of all rows: those of validation are compared with.
      const indices = Uint32Array.from({ length: 120 }, (_, row) => row);
      for await (
        const { logits } of predictChunks(program, { ...SOURCE, indices })
      ) return [logits];
      return [];
    },
  );
  const data = { ...labelled, teacherLogits };
  const recipe = makeRecipe({
    epochs: 16,
    schedule: { type: "oneCycle", warmup: 0.3 },
    loss: { crossEntropy: 0, logitMse: 1 },
    learningRate: 0.02,
    optimiser: { ...makeRecipe().optimiser, weightDecay: 0 },
  });
  await withFresh(engine, SMALL, recipe, async (program) => {
    const { losses } = await train(program, recipe, data, {
      seed: 1,
      owner: "student",
    });
    assert(losses.at(-1)! < 0.1 * losses[0]!, `losses ${losses}`);
    // On images that neither was trained on, no label having been seen.
    let error = 0;
    let energy = 0;
    let agreed = 0;
    const source = { ...SOURCE, indices: data.validation };
    for await (
      const { logits, labels, from } of predictChunks(program, source)
    ) {
      for (let i = 0; i < labels.length; i++) {
        const row = data.validation[from + i]!;
        const target = teacherLogits[0]!.subarray(3 * row, 3 * row + 3);
        target.forEach((value, label) => {
          error += (logits[3 * i + label]! - value) ** 2;
          energy += value ** 2;
        });
        if (argMax(logits, 3 * i, 3) === argMax(target, 0, 3)) agreed++;
      }
    }
    assert(error < 0.15 * energy, `relative error ${error / energy}`);
    assert(agreed >= 29, `${agreed} of 30 alike`);
  });
});
