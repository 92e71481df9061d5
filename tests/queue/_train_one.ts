import assert from "node:assert/strict";
import { createQueueExecutor, type QueueAddress } from "../../lib/queue/mod.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  SMALL,
} from "../training/_problem.ts";
import { ENGINE } from "./_executors.ts";

/** Has a small student trained by whoever works for a queue. */
export async function trainOne(address: QueueAddress): Promise<void> {
  const executor = await createQueueExecutor({ address, engine: ENGINE });
  try {
    const split = makeSplit({ count: 90 });
    executor.register(makeData({ split, train: 42, validation: 48 }));
    const { evaluation } = await executor.submit({
      network: SMALL,
      recipe: makeRecipe(),
      data: "data",
      seed: 1,
      engine: ENGINE.name,
    });
    assert.equal(evaluation.failure, undefined);
  } finally {
    await executor.close();
  }
}
