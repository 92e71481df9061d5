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
  type PredictionRequest,
  runStage,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { encodeWeights, predictChunks } from "../../lib/training/mod.ts";
import {
  bitsOf,
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
  SMALL,
  withFresh,
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

Deno.test("createWorkerPool() opens an engine anew when it could not be opened before", async () => {
  const variable = "N2N_ONEDNN_LIBRARY";
  const before = Deno.env.get(variable);
  try {
    await withPool(1, async (pool) => {
      for (const file of ["/nonexistent/first.so", "/nonexistent/second.so"]) {
        Deno.env.set(variable, file);
        await assert.rejects(
          pool.submit(request(SMALL, { engine: "onednn" })),
          // In words, with the exit code of what a person can put right.
          (error: Error) => {
            assert(error.message.startsWith(`Cannot open the engine "onednn"`));
            assert(error.message.includes(`"${file}"`));
            return "exitCode" in error && error.exitCode === 2;
          },
        );
      }
    });
  } finally {
    if (before === undefined) Deno.env.delete(variable);
    else Deno.env.set(variable, before);
  }
});

Deno.test("createWorkerPool() starts from registered weights as this thread does, with 1 and 2 workers, and from no others", async () => {
  const engine = await openEngine("onnx-cpu");
  const base = await evaluate(engine, request(NETWORK), DATA);
  assert("weights" in base);
  const start = {
    base: NETWORK,
    weights: "trained",
    layers: [0, 1, 2, 3, 4],
    importance: "filterL1",
    observe: 20,
  } as const;
  const requests = [1, 2].map((seed) => request(NETWORK, { seed, start }));
  const expected = await Promise.all(
    requests.map((one) =>
      evaluate(engine, one, DATA, { weights: () => base.weights! })
    ),
  );
  for (const workers of [1, 2]) {
    await withPool(workers, async (pool) => {
      await assert.rejects(
        pool.submit(requests[0]!),
        /RangeError: Cannot load weights: "trained" is not registered/,
      );
      pool.registerWeights("trained", base.weights!);
      const ended = await Promise.all(requests.map((one) => pool.submit(one)));
      assert.deepEqual(ended.map(bits), expected, `${workers} workers`);
    });
  }
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
          evaluate: ({ network }) =>
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

const MANY = makeData({
  split: makeSplit({ count: 2200 }),
  train: 2150,
  validation: 20,
  id: "many",
});
const VIEW = {
  augmentation: { cropPadding: 1, flip: true },
  seed: 3,
  epoch: 2,
};
const LOOK: PredictionRequest = {
  network: NETWORK,
  weights: "trained",
  data: "many",
  rows: { from: 0, to: 2150 },
  view: VIEW,
  engine: "onnx-cpu",
};

/** Weights, and what their program says directly of all training images. */
async function trained() {
  const engine = await openEngine("onnx-cpu");
  return await withFresh(engine, NETWORK, makeRecipe(), async (program) => {
    const logits: number[] = [];
    const chunks = predictChunks(program, {
      split: MANY.images,
      indices: MANY.train,
      mean: MANY.mean,
      std: MANY.std,
      views: VIEW,
    });
    for await (const chunk of chunks) logits.push(...chunk.logits);
    return {
      weights: encodeWeights(NETWORK, await program.weights()),
      direct: Float32Array.from(logits),
    };
  });
}

Deno.test("predict() gives the bits of a direct prediction with 1 and 2 workers, also between trainings", async () => {
  const { weights, direct } = await trained();
  // 1,500 is within a chunk.
  const parts = [[0, 1000], [1000, 1500], [1500, 2150]];
  const training = request(SMALL);
  const engine = await openEngine("onnx-cpu");
  const expected = await evaluate(engine, training, DATA);
  for (const workers of [1, 2]) {
    await withPool(workers, async (pool) => {
      pool.register(MANY);
      pool.registerWeights("trained", weights);
      const answers = parts.map(([from, to]) =>
        pool.predict({ ...LOOK, rows: { from: from!, to: to! } })
      );
      const between = pool.submit(training);
      const again = pool.predict(LOOK);
      const joined = Float32Array.from(
        (await Promise.all(answers)).flatMap(({ logits }) => [...logits]),
      );
      assert.equal(bitsOf(joined), bitsOf(direct), `${workers} workers`);
      assert.equal(bitsOf((await again).logits), bitsOf(direct));
      assert.deepEqual(bits(await between), expected);
    });
  }
});

Deno.test("predict() rejects what the worker does not know or cannot do, and goes on", async () => {
  const { weights, direct } = await trained();
  await withPool(1, async (pool) => {
    await assert.rejects(
      pool.predict(LOOK),
      /RangeError: Cannot predict: data "many" is not registered/,
    );
    pool.register(MANY);
    await assert.rejects(
      pool.predict(LOOK),
      /RangeError: Cannot load weights: "trained" is not registered/,
    );
    pool.registerWeights("trained", weights);
    await assert.rejects(
      pool.predict({ ...LOOK, network: SMALL }),
      /RangeError: Cannot load: "blocks.1.scale" is no parameter/,
    );
    await assert.rejects(
      pool.predict({ ...LOOK, rows: { from: 2100, to: 2151 } }),
      /RangeError: Cannot predict: the rows are 2100 to 2151/,
    );
    await assert.rejects(
      pool.predict({ ...LOOK, engine: "unknown" }),
      /name is "unknown", expected onnx-cpu/,
    );
    const { logits } = await pool.predict(LOOK);
    assert.equal(bitsOf(logits), bitsOf(direct));
  });
});

Deno.test("interrupt() stops a prediction between chunks and rejects those that wait", async () => {
  const { weights } = await trained();
  const count = 300_000;
  const rows = new Uint32Array(new SharedArrayBuffer(4 * count));
  rows.fill(MANY.train[0]!);
  await withPool(1, async (pool) => {
    pool.register({ ...MANY, train: rows });
    pool.registerWeights("trained", weights);
    // A thread that has answered runs, and takes up the next at once.
    await pool.predict({ ...LOOK, rows: { from: 0, to: 1 } });
    const running = pool.predict({ ...LOOK, rows: { from: 0, to: count } });
    const waiting = pool.predict(LOOK);
    const ended = Promise.allSettled([running, waiting]);
    pool.interrupt();
    await assert.rejects(running, InterruptedError);
    await assert.rejects(waiting, InterruptedError);
    await ended;
  });
});
