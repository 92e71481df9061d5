/** How many students an executor of a queue has trained at once. */

import assert from "node:assert/strict";
import { verifyAnswers } from "../../lib/queue/mod.ts";
import { createWorkerPool } from "../../lib/search/mod.ts";
import { ENGINE } from "./_executors.ts";
import { queueTest } from "./_scene.ts";
import { until } from "./_server.ts";

// Seen to fail: with the number of when it connected.
queueTest(
  "the executor of a queue counts workers as they come and go, and its own threads once",
  async (scene) => {
    const executor = await scene.producer();
    const own = await scene.producer({ threads: 2 });
    const home = createWorkerPool(1);
    const verifying = verifyAnswers(executor, {
      ...{ home, share: 0.5, engine: ENGINE },
    });
    assert.deepEqual([executor.workers, own.workers], [1, 2]);
    const worker = await scene.worker({ threads: 3 });
    await until(() => own.workers === 5 && executor.workers === 5);
    assert.equal(verifying.workers, 5);
    await worker.leave();
    await until(() => own.workers === 2 && executor.workers === 2);
    await home.close();
  },
);
