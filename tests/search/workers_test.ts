/** The pool's real threads. */

import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import {
  createEvaluator,
  createWorkerPool,
  evaluate,
  type EvaluationRequest,
  type Execution,
  type Executor,
  InterruptedError,
  runStage,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
  SMALL,
} from "../training/_problem.ts";
import { BASE, CONFIG, POOLED, stageOptions } from "./_search.ts";

const DATA = makeData({
  split: makeSplit({ count: 90 }),
  train: 42,
  validation: 48,
});

function request(
  network: Network,
  changes: Partial<EvaluationRequest> = {},
): EvaluationRequest {
  return {
    network,
    recipe: makeRecipe(),
    data: "data",
    seed: 1,
    engine: "onnx-cpu",
    ...changes,
  };
}

/** Uses a pool that knows the data, and closes it. */
async function withPool<T>(
  workers: number,
  use: (pool: Executor) => Promise<T>,
): Promise<T> {
  const pool = createWorkerPool(workers);
  pool.register(DATA);
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

/** All but the time. */
function bits({ evaluation, weights }: Execution) {
  return { evaluation, weights };
}

Deno.test("createWorkerPool() gives equal evaluations and weights with 1, 2 and 3 workers, and those of this thread", async () => {
  const networks = [NETWORK, SMALL, BASE, POOLED, NETWORK];
  const requests = networks.map((network, i) =>
    // The last is the first with another seed.
    request(network, { seed: i === 4 ? 2 : 1 })
  );
  const engine = await openEngine("onnx-cpu");
  const expected = [];
  for (const one of requests) expected.push(await evaluate(engine, one, DATA));
  assert.notDeepEqual(expected[0], expected[4]);
  for (const workers of [1, 2, 3]) {
    const actual = await withPool(
      workers,
      (pool) => Promise.all(requests.map((one) => pool.submit(one))),
    );
    assert.deepEqual(actual.map(bits), expected, `${workers} workers`);
    assert(actual.every(({ seconds }) => seconds > 0 && seconds < 60));
  }
});

Deno.test("createWorkerPool() rejects a job that throws in its worker and goes on", async () => {
  await withPool(1, async (pool) => {
    const loss = { crossEntropy: 0, logitMse: 1 };
    const jobs = [
      request(SMALL, { data: "unknown" }),
      request(SMALL, { engine: "unknown" }),
      request(SMALL, { recipe: makeRecipe({ loss }) }),
      request({ ...SMALL, input: [1, 0, 8] }),
      request(SMALL),
    ].map((one) => pool.submit(one));
    const ended = await Promise.allSettled(jobs);
    const messages = ended.slice(0, 4).map((outcome) => {
      assert(outcome.status === "rejected");
      return (outcome.reason as Error).message;
    });
    assert.match(
      messages[0]!,
      /Cannot evaluate: data "unknown" is not registered/,
    );
    assert.match(messages[1]!, /name is "unknown", expected onnx-cpu/);
    assert.match(messages[2]!, /Cannot distil/);
    assert.match(messages[3]!, /RangeError/);
    assert.equal(ended[4]!.status, "fulfilled");
    await assert.rejects(
      pool.submit(request(SMALL), { resume: Uint8Array.of(1, 2, 3) }),
      /Cannot read tensors: the file ends after 3 bytes/,
    );
    // Data that come later are known to a worker that runs already.
    pool.register({ ...DATA, id: "unknown" });
    const late = await pool.submit(request(SMALL, { data: "unknown" }));
    assert(ended[4]!.status === "fulfilled");
    assert.deepEqual(bits(late), bits(ended[4]!.value));
  });
});

Deno.test("createWorkerPool() stops what runs with a checkpoint when interrupted, rejects what waits, and ends in equal bits when resumed", async () => {
  const recipe = makeRecipe({ epochs: 400, learningRate: 1e-4 });
  const requests = [NETWORK, SMALL, BASE, POOLED].map((network) =>
    request(network, { recipe })
  );
  const unbroken = await withPool(
    2,
    (pool) => Promise.all(requests.slice(0, 2).map((one) => pool.submit(one))),
  );
  const checkpoints: (Uint8Array | undefined)[] = [];
  const epochs: number[] = [];
  await withPool(2, async (pool) => {
    const ended = await Promise.allSettled(
      requests.map((one, i) =>
        pool.submit(one, {
          afterEpoch: () => pool.interrupt(),
          onStop: (progress) => {
            checkpoints[i] = progress.checkpoint;
            epochs.push(progress.epochs);
          },
        })
      ),
    );
    for (const outcome of ended) {
      assert(outcome.status === "rejected");
      assert(outcome.reason instanceof InterruptedError);
    }
    await assert.rejects(pool.submit(requests[0]!), InterruptedError);
  });
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => checkpoints[i] !== undefined),
    [true, true, false, false],
  );
  assert(epochs.every((done) => done < 400));
  const resumed = await withPool(
    1,
    (pool) =>
      Promise.all(
        [0, 1].map((i) =>
          pool.submit(requests[i]!, { resume: checkpoints[i]! })
        ),
      ),
  );
  assert.deepEqual(resumed.map(bits), unbroken.map(bits));
});

Deno.test("runStage() gives equal results with 1 and 3 workers", async () => {
  const engine = await openEngine("onnx-cpu");
  const [one, three] = await Promise.all(
    [1, 3].map((workers) =>
      withPool(workers, async (pool) => {
        const evaluator = createEvaluator(memoryStore(), pool, engine);
        const result = await runStage(stageOptions({
          config: { ...CONFIG, iterations: 2 },
          evaluate: (network) =>
            evaluator.evaluate(
              request(network, { recipe: makeRecipe({ epochs: 1 }) }),
            ),
        }));
        return { result, trained: evaluator.cost.trained };
      })
    ),
  );
  assert.deepEqual(one, three);
  assert.equal(one!.trained, one!.result.candidates.length);
  assert(one!.result.candidates.some(({ accuracy }) => accuracy > 0.4));
});

Deno.test("createWorkerPool() serves short and long trainings when data with more views come later", async () => {
  const augmentation = { cropPadding: 1, flip: true };
  const recipe = (epochs: number) =>
    makeRecipe({
      epochs,
      augmentation,
      loss: { crossEntropy: 0, logitMse: 1 },
    });
  // One table an epoch, each of its own.
  const tables = [0, 1, 2].map((epoch) =>
    Float32Array.from({ length: 3 * 90 }, (_, i) => Math.sin(i + 100 * epoch))
  );
  const views = (count: number) => ({
    ...DATA,
    teacherLogits: tables.slice(0, count),
  });
  const [short, long] = [1, 3].map((epochs) =>
    request(SMALL, { recipe: recipe(epochs) })
  );
  const engine = await openEngine("onnx-cpu");
  const expected = [
    await evaluate(engine, short!, views(1)),
    await evaluate(engine, long!, views(3)),
  ];
  const pool = createWorkerPool(1);
  try {
    pool.register(views(1));
    const first = await pool.submit(short!);
    await assert.rejects(
      pool.submit(long!),
      /teacher logits of 1 views, expected at least 2/,
    );
    pool.register(views(3));
    const later = [await pool.submit(short!), await pool.submit(long!)];
    assert.deepEqual(bits(first), expected[0]);
    assert.deepEqual(later.map(bits), expected);
  } finally {
    await pool.close();
  }
});
