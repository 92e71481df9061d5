/** What holds of every executor, whoever trains and wherever. */

import assert from "node:assert/strict";
import { sha256Hex } from "../../lib/random/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import {
  evaluate,
  type EvaluationRequest,
  type Execution,
  InterruptedError,
  LEAST_RUNS,
  type PredictionRequest,
} from "../../lib/search/mod.ts";
import { encodeWeights, predictChunks } from "../../lib/training/mod.ts";
import { BASE, POOLED } from "../search/_search.ts";
import {
  bitsOf,
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
  SMALL,
  withFresh,
} from "../training/_problem.ts";
import { ENGINE, KINDS, type Place } from "./_executors.ts";

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

/** All but the time. */
function bits({ evaluation, weights }: Execution) {
  return { evaluation, weights: weights && sha256Hex(weights) };
}

type Bits = ReturnType<typeof bits>;

const known = new Map<string, Bits>();

/** The same, trained on this thread without any executor. */
async function direct(
  one: EvaluationRequest,
  { data = DATA, weights }: {
    readonly data?: typeof DATA;
    readonly weights?: Uint8Array;
  } = {},
): Promise<Bits> {
  const key = JSON.stringify(one);
  const before = known.get(key);
  if (before !== undefined) return before;
  const outcome = await evaluate(
    ENGINE,
    one,
    data,
    weights === undefined ? {} : { weights: () => weights },
  );
  assert("evaluation" in outcome);
  const after = bits({ ...outcome, seconds: 0 });
  known.set(key, after);
  return after;
}

/** A test for every kind of executor there is. */
function everyExecutor(
  name: string,
  body: (place: Place) => Promise<void>,
): void {
  for (const kind of KINDS) {
    Deno.test({
      name: `${kind.name}: ${name}${
        kind.without === undefined ? "" : ` (skipped, because ${kind.without})`
      }`,
      ignore: kind.without !== undefined,
      // A server's connections end a moment after they are let go.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        await using place = await kind.open();
        await body(place);
      },
    });
  }
}

everyExecutor(
  "submit() gives the bits of a training on this thread",
  async (place) => {
    const augmentation = { cropPadding: 1, flip: true };
    const loss = { crossEntropy: 0.5, logitMse: 1 };
    const views = { augmentation, epochs: 3, views: 2, loss };
    const teacherLogits = [0, 1].map((view) =>
      Float32Array.from({ length: 3 * 90 }, (_, i) => Math.sin(i + 100 * view))
    );
    const taught = { ...DATA, id: "taught", teacherLogits };
    const requests = [
      ...[NETWORK, SMALL, BASE, POOLED].map((network) => request(network)),
      request(NETWORK, { seed: 2, validateEpochs: true }),
      request(SMALL, { data: "taught", recipe: makeRecipe(views) }),
      // It fails, which is an evaluation as well.
      request(SMALL, { recipe: makeRecipe({ learningRate: 1e30 }) }),
    ];
    const expected: Bits[] = [];
    for (const one of requests) {
      const data = one.data === "data" ? DATA : taught;
      expected.push(await direct(one, { data }));
    }
    assert.notDeepEqual(expected[0], expected[4]);
    assert(expected[6]!.evaluation.failure !== undefined);
    await place.with(async (executor) => {
      assert(executor.workers >= 1);
      executor.register(DATA);
      executor.register(taught);
      const actual = await Promise.all(
        requests.map((one) => executor.submit(one)),
      );
      assert.deepEqual(actual.map(bits), expected);
      assert(actual.every(({ seconds }) => seconds > 0 && seconds < 60));
    });
  },
);

everyExecutor(
  "submit() rejects what cannot be trained, with its reason, and goes on",
  async (place) => {
    const loss = { crossEntropy: 0, logitMse: 1 };
    const expected = await direct(request(SMALL));
    await place.with(async (executor) => {
      executor.register(DATA);
      const jobs = [
        request(SMALL, { recipe: makeRecipe({ loss }) }),
        request({ ...SMALL, input: [1, 0, 8] }),
        request(SMALL),
      ].map((one) => executor.submit(one));
      const [untaught, empty, good] = await Promise.allSettled(jobs);
      assert(untaught!.status === "rejected");
      assert.match(untaught!.reason.message, /Cannot distil/);
      assert(empty!.status === "rejected");
      assert(good!.status === "fulfilled");
      assert.deepEqual(bits(good!.value), expected);
      await assert.rejects(
        executor.submit(request(SMALL, { seed: 3 }), {
          resume: Uint8Array.of(1, 2, 3),
        }),
        /Cannot read tensors: the file ends after 3 bytes/,
      );
      // The same is asked for again once it was rejected.
      assert.deepEqual(
        bits(await executor.submit(request(SMALL))),
        expected,
      );
    });
  },
);

everyExecutor(
  "submit() knows data that are registered late, and those with more views",
  async (place) => {
    const augmentation = { cropPadding: 1, flip: true };
    const loss = { crossEntropy: 0, logitMse: 1 };
    const long = request(SMALL, {
      data: "late",
      recipe: makeRecipe({ augmentation, loss, epochs: 3 }),
    });
    const tables = [0, 1, 2].map((view) =>
      Float32Array.from({ length: 3 * 90 }, (_, i) => Math.cos(i + 100 * view))
    );
    const late = { ...DATA, id: "late", teacherLogits: tables };
    const expected = await direct(long, { data: late });
    await place.with(async (executor) => {
      executor.register(DATA);
      await assert.rejects(executor.submit(long));
      executor.register({ ...late, teacherLogits: tables.slice(0, 1) });
      await assert.rejects(
        executor.submit(long),
        /teacher logits of 1 views, expected at least 2/,
      );
      executor.register(late);
      assert.deepEqual(bits(await executor.submit(long)), expected);
    });
  },
);

everyExecutor(
  "submit() answers all who ask for the same at once",
  async (place) => {
    const expected = await direct(request(NETWORK));
    await place.with(async (executor) => {
      executor.register(DATA);
      const actual = await Promise.all([
        executor.submit(request(NETWORK), { rank: 1 }),
        executor.submit(request(NETWORK)),
        executor.submit(request(NETWORK), { keepsWeights: false }),
      ]);
      assert.deepEqual(actual.slice(0, 2).map(bits), [expected, expected]);
      assert.deepEqual(actual[2]!.evaluation, expected.evaluation);
      // And later, with weights that the first time nobody wanted.
      const other = request(SMALL);
      await executor.submit(other, { keepsWeights: false });
      assert.deepEqual(bits(await executor.submit(other)), await direct(other));
    });
  },
);

everyExecutor(
  "submit() starts from registered weights, and from no others",
  async (place) => {
    const first = await evaluate(ENGINE, request(NETWORK), DATA);
    assert("weights" in first);
    const weights = first.weights!;
    const start = {
      base: NETWORK,
      weights: sha256Hex(weights),
      layers: [0, 1, 2, 3, 4],
      importance: "filterL1",
      observe: 20,
    } as const;
    const one = request(NETWORK, { seed: 2, start });
    const expected = await direct(one, { weights });
    await place.with(async (executor) => {
      executor.register(DATA);
      await assert.rejects(executor.submit(one), /weights/);
      executor.registerWeights(start.weights, weights);
      assert.deepEqual(bits(await executor.submit(one)), expected);
    });
  },
);

everyExecutor(
  "interrupt() rejects what is asked for; a next executor ends it in the same bits",
  async (place) => {
    const recipe = makeRecipe({ epochs: 40, learningRate: 1e-4 });
    const requests = [NETWORK, SMALL, BASE, POOLED].map((network) =>
      request(network, { recipe })
    );
    const expected: Bits[] = [];
    for (const one of requests) expected.push(await direct(one));
    const saved: (Uint8Array | undefined)[] = [];
    await place.with(async (executor) => {
      executor.register(DATA);
      const started = Promise.withResolvers<void>();
      const jobs = requests.map((one, i) =>
        executor.submit(one, {
          afterEpoch: ({ checkpoint, epochs }) => {
            assert(epochs >= 1 && epochs < 40);
            saved[i] = checkpoint;
            started.resolve();
          },
          onStop: ({ checkpoint }) => (saved[i] = checkpoint),
        })
      );
      const ended = Promise.allSettled(jobs);
      await started.promise;
      executor.interrupt();
      const outcomes = await ended;
      // Those that were through already have their answers.
      assert(outcomes.some(({ status }) => status === "rejected"));
      for (const outcome of outcomes) {
        if (outcome.status === "fulfilled") continue;
        assert(outcome.reason instanceof InterruptedError);
      }
      await assert.rejects(executor.submit(requests[0]!), InterruptedError);
    });
    assert(saved.some((each) => each !== undefined));
    await place.with(async (executor) => {
      executor.register(DATA);
      const actual = await Promise.all(
        requests.map((one, i) =>
          executor.submit(
            one,
            saved[i] === undefined ? {} : { resume: saved[i] },
          )
        ),
      );
      assert.deepEqual(actual.map(bits), expected);
    });
  },
);

everyExecutor(
  "predict() gives the bits of a direct prediction, in whatever pieces",
  async (place) => {
    const many = makeData({
      split: makeSplit({ count: 2200 }),
      train: 2150,
      validation: 20,
      id: "many",
    });
    const view = {
      augmentation: { cropPadding: 1, flip: true },
      seed: 3,
      epoch: 2,
    };
    const { weights, logits } = await withFresh(
      ENGINE,
      NETWORK,
      makeRecipe(),
      async (program) => {
        const logits: number[] = [];
        const { images: split, train: indices, mean, std } = many;
        for await (
          const chunk of predictChunks(program, {
            split,
            indices,
            mean,
            std,
            views: view,
          })
        ) logits.push(...chunk.logits);
        return {
          weights: encodeWeights(NETWORK, await program.weights()),
          logits: Float32Array.from(logits),
        };
      },
    );
    const look: PredictionRequest = {
      network: NETWORK,
      weights: sha256Hex(weights),
      data: "many",
      rows: { from: 0, to: 2150 },
      view,
      engine: "onnx-cpu",
    };
    await place.with(async (executor) => {
      executor.register(many);
      await assert.rejects(executor.predict(look), /weights/);
      executor.registerWeights(look.weights, weights);
      await assert.rejects(
        executor.predict({ ...look, rows: { from: 2100, to: 2151 } }),
        /Cannot predict: the rows are 2100 to 2151/,
      );
      const parts = await Promise.all(
        [[0, 1000], [1000, 1500], [1500, 2150]].map(([from, to]) =>
          executor.predict({ ...look, rows: { from: from!, to: to! } })
        ),
      );
      const joined = Float32Array.from(
        parts.flatMap(({ logits }) => [...logits]),
      );
      assert.equal(bitsOf(joined), bitsOf(logits));
    });
  },
);

everyExecutor("measure() gives times of this machine", async (place) => {
  await place.with(async (executor) => {
    const times = await executor.measure({
      network: SMALL,
      engine: "onnx-cpu",
    });
    assert(times.length === 1 || times.length >= LEAST_RUNS);
    assert(times.every((time) => time > 0));
  });
});
