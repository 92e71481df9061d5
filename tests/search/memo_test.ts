import assert from "node:assert/strict";
import { openEngine, PrecisionError } from "../../lib/engine/mod.ts";
import {
  createEvaluator,
  type Evaluation,
  evaluationKey,
  type EvaluationRequest,
  type Execution,
  type ExecutionOptions,
  type Executor,
  InterruptedError,
  joinedCode,
} from "../../lib/search/mod.ts";
import { failingStore, memoryStore } from "../../lib/store/mod.ts";
import { decodeProgress } from "../../lib/training/mod.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
  SMALL,
} from "../training/_problem.ts";
import { inlineExecutor } from "./_executor.ts";
import { fakeEvaluation } from "./_search.ts";

const engine = await openEngine("onnx-cpu");
const DATA = makeData({
  split: makeSplit({ count: 90 }),
  train: 26,
  validation: 40,
});
const REQUEST: EvaluationRequest = {
  network: NETWORK,
  recipe: makeRecipe({
    epochs: 3,
    augmentation: { cropPadding: 1, flip: true },
  }),
  data: "data",
  seed: 1,
  engine: "onnx-cpu",
};
const WEIGHTS = Uint8Array.of(1, 2, 3);

/** A submit under way, to be ended by the test. */
interface Pending {
  readonly request: EvaluationRequest;
  readonly options: ExecutionOptions;
  readonly succeed: (changes?: Partial<Execution>) => void;
  readonly fail: (error: Error) => void;
}

/** An executor whose submits end when the test says so. */
function manualExecutor(): Executor & { readonly pending: readonly Pending[] } {
  const pending: Pending[] = [];
  return {
    workers: 1,
    pending,
    register: () => {},
    registerWeights: () => {},
    predict: () => Promise.reject(new Error("Nobody predicts here")),
    measure: () => Promise.reject(new Error("Nobody measures here")),
    interrupt: () => {},
    close: () => Promise.resolve(),
    submit: (request, options = {}) =>
      new Promise((resolve, reject) =>
        pending.push({
          request,
          options,
          succeed: (changes) =>
            resolve({
              evaluation: fakeEvaluation(request.network),
              weights: WEIGHTS,
              seconds: 2,
              ...changes,
            }),
          fail: reject,
        })
      ),
  };
}

function manual(store = memoryStore()) {
  const executor = manualExecutor();
  const { pending } = executor;
  return {
    store,
    pending,
    evaluator: createEvaluator(store, executor, engine),
  };
}

Deno.test("createEvaluator() answers from memory when the request was evaluated", async () => {
  const { store, pending, evaluator } = manual();
  const first = evaluator.evaluate(REQUEST);
  pending[0]!.succeed();
  const evaluation = await first;
  assert.deepEqual(evaluation, fakeEvaluation(NETWORK));
  assert.deepEqual(await evaluator.evaluate(REQUEST), evaluation);
  assert.equal(pending.length, 1);
  assert.deepEqual(pending[0]!.request, REQUEST);
  assert.deepEqual(evaluator.cost, {
    asked: 2,
    remembered: 1,
    trained: 1,
    workerSeconds: 2,
  });
  // Another process, to whom it cost as much; once.
  const later = manual(store);
  assert.deepEqual(await later.evaluator.evaluate(REQUEST), evaluation);
  assert.deepEqual(await later.evaluator.evaluate(REQUEST), evaluation);
  assert.equal(later.pending.length, 0);
  assert.deepEqual(later.evaluator.cost, {
    asked: 2,
    remembered: 2,
    trained: 0,
    workerSeconds: 2,
  });
});

Deno.test("createEvaluator() gives the answer of who was first where another process trained the same meanwhile", async () => {
  const store = memoryStore();
  const by = (code: string) => {
    const executor = manualExecutor();
    return {
      pending: executor.pending,
      evaluator: createEvaluator(store, executor, engine, { code }),
    };
  };
  const [{ pending, evaluator }, other] = [by("a"), by("b")];
  const [mine, theirs] = [evaluator, other.evaluator].map((each) =>
    each.evaluate(REQUEST)
  );
  const evaluation = fakeEvaluation(NETWORK);
  // A graphics processor need not come to the same bits twice.
  const first = { ...evaluation, accuracy: evaluation.accuracy / 2 };
  other.pending[0]!.succeed({ evaluation: first });
  assert.deepEqual(await theirs, first);
  pending[0]!.succeed({ evaluation, seconds: 5 });
  assert.deepEqual(await mine, first);
  assert.equal(evaluator.cost.workerSeconds, 5);
  assert.equal(evaluator.cost.otherCode, 1);
  assert.deepEqual(await evaluator.evaluate(REQUEST), first);
  assert.equal(other.evaluator.cost.otherCode, undefined);
});

Deno.test("joinedCode() joins digests that differ, each once", () => {
  assert.equal(joinedCode(undefined, undefined), undefined);
  assert.equal(joinedCode("a", undefined), "a");
  assert.equal(joinedCode(undefined, "a"), "a");
  assert.equal(joinedCode("a", "a"), "a");
  assert.equal(joinedCode("a", "b"), "a+b");
  assert.equal(joinedCode("a+b", "b"), "a+b");
});

Deno.test("createEvaluator() trains what differs", async () => {
  const { pending, evaluator } = manual();
  const all = Promise.all([
    evaluator.evaluate(REQUEST),
    evaluator.evaluate({ ...REQUEST, seed: 2 }),
    evaluator.evaluate({ ...REQUEST, network: SMALL }),
  ]);
  assert.equal(pending.length, 3);
  pending.forEach(({ succeed }) => succeed());
  assert.deepEqual(
    (await all).map(({ networkId }) => networkId),
    [NETWORK, NETWORK, SMALL].map((network) =>
      fakeEvaluation(network).networkId
    ),
  );
  assert.equal(evaluator.cost.trained, 3);
});

Deno.test("createEvaluator() refuses a precision that the engine does not compute in", async () => {
  const { pending, evaluator } = manual();
  const recipe = { ...REQUEST.recipe, precision: "bf16" } as const;
  await assert.rejects(
    () => evaluator.evaluate({ ...REQUEST, recipe }),
    PrecisionError,
  );
  assert.equal(pending.length, 0);
});

Deno.test("createEvaluator() trains once when equal requests are under way at once", async () => {
  const { pending, evaluator } = manual();
  const written = {
    ...NETWORK,
    blocks: [{ type: "dropout", rate: 0 } as const, ...NETWORK.blocks],
  };
  const all = Promise.all([
    evaluator.evaluate(REQUEST),
    evaluator.evaluate({ ...REQUEST }),
    evaluator.evaluate({ ...REQUEST, network: written }),
  ]);
  assert.equal(pending.length, 1);
  pending[0]!.succeed();
  const [first, second, third] = await all;
  assert.deepEqual(second, first);
  assert.deepEqual(third, first);
  assert.equal(pending.length, 1);
  assert.deepEqual(evaluator.cost, {
    asked: 3,
    remembered: 2,
    trained: 1,
    workerSeconds: 2,
  });
});

Deno.test("createEvaluator() rejects all equal requests when the executor fails, keeps nothing, and trains again when asked again", async () => {
  const { store, pending, evaluator } = manual();
  const before = store.usage();
  const error = new Error("a worker failed");
  const both = Promise.allSettled([
    evaluator.evaluate(REQUEST, { weights: true }),
    evaluator.evaluate(REQUEST, { weights: true }),
  ]);
  pending[0]!.fail(error);
  assert.deepEqual(
    await both,
    [0, 1].map(() => ({ status: "rejected", reason: error })),
  );
  assert.deepEqual(store.usage(), before);
  assert.equal(evaluator.cost.trained, 0);
  const again = evaluator.evaluate(REQUEST, { weights: true });
  assert.equal(pending.length, 2);
  pending[1]!.succeed();
  assert.deepEqual(await again, fakeEvaluation(NETWORK));
  assert.deepEqual(evaluator.weights(REQUEST), WEIGHTS);
});

Deno.test("createEvaluator() keeps the weights when they are wanted", async () => {
  const { store, pending, evaluator } = manual();
  const first = evaluator.evaluate(REQUEST);
  pending[0]!.succeed();
  await first;
  const key = evaluationKey(REQUEST, engine);
  assert.throws(() => evaluator.weights(REQUEST), {
    name: "RangeError",
    message: `Cannot read weights: the store holds none for evaluation ${key}`,
  });
  // The evaluation alone is remembered: it is trained again for its weights.
  const second = evaluator.evaluate(REQUEST, { weights: true });
  assert.equal(pending.length, 2);
  pending[1]!.succeed();
  assert.deepEqual(await second, await first);
  assert.deepEqual(evaluator.weights(REQUEST), WEIGHTS);
  const later = manual(store).evaluator;
  assert.deepEqual(
    await later.evaluate(REQUEST, { weights: true }),
    await first,
  );
  assert.deepEqual(later.weights(REQUEST), WEIGHTS);
});

Deno.test("createEvaluator() keeps the weights when an equal request without them is under way", async () => {
  const { pending, evaluator } = manual();
  const first = evaluator.evaluate(REQUEST);
  const others = [1, 2].map(() =>
    evaluator.evaluate(REQUEST, { weights: true })
  );
  assert.equal(pending.length, 1);
  pending[0]!.succeed();
  await first;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(pending.length, 2);
  pending[1]!.succeed();
  for (const other of others) assert.deepEqual(await other, await first);
  assert.equal(pending.length, 2);
  assert.deepEqual(evaluator.weights(REQUEST), WEIGHTS);
});

Deno.test("createEvaluator() remembers a failed training, which has no weights", async () => {
  const { store, pending, evaluator } = manual();
  const failed: Evaluation = {
    ...fakeEvaluation(NETWORK),
    accuracy: 0,
    failure: { step: 3, reason: "the loss is not a finite number" },
  };
  const first = evaluator.evaluate(REQUEST, { weights: true });
  const { request, options } = pending[0]!;
  assert.deepEqual([request, options.resume], [REQUEST, undefined]);
  pending[0]!.succeed({ evaluation: failed, weights: undefined as never });
  assert.deepEqual(await first, failed);
  const again = manual(store);
  assert.deepEqual(
    await again.evaluator.evaluate(REQUEST, { weights: true }),
    failed,
  );
  assert.equal(again.pending.length, 0);
});

Deno.test("createEvaluator() settles when everything under way has ended, whatever came of it", async () => {
  const { pending, evaluator } = manual();
  const ended = Promise.allSettled([
    evaluator.evaluate(REQUEST),
    evaluator.evaluate({ ...REQUEST, seed: 2 }),
  ]);
  let settled = false;
  const settling = evaluator.settled().then(() => {
    settled = true;
  });
  pending[0]!.fail(new InterruptedError("Interrupted"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(settled, false);
  pending[1]!.succeed();
  await settling;
  await ended;
  await evaluator.settled();
});

/** Evaluates for real. */
function real(store = memoryStore()) {
  const executor = inlineExecutor(engine);
  executor.register(DATA);
  return {
    store,
    executor,
    evaluator: createEvaluator(store, executor, engine),
  };
}

Deno.test("createEvaluator() resumes an interrupted training from its checkpoint with an equal result", async () => {
  const whole = real();
  const options = { weights: true, checkpoints: true };
  const expected = await whole.evaluator.evaluate(REQUEST, options);
  assert.equal(expected.steps, 12);
  const epochs: number[] = [];
  let progress = 0;
  for (let stop = 1; stop < 12; stop++) {
    const broken = real();
    broken.executor.interruptAfter(stop);
    await assert.rejects(
      broken.evaluator.evaluate(REQUEST, options),
      InterruptedError,
    );
    assert.equal(broken.store.usage().evaluations.count, 0);
    const { executor, evaluator } = real(broken.store);
    epochs.length = 0;
    assert.deepEqual(
      await evaluator.evaluate(REQUEST, {
        ...options,
        onEpoch: (done) => epochs.push(done),
        onProgress({ checkpoint }) {
          const { losses, step } = decodeProgress(checkpoint);
          assert.deepEqual(losses, expected.losses.slice(0, epochs.at(-1)));
          assert.equal(step, 4 * epochs.at(-1)!);
          progress++;
        },
      }),
      expected,
    );
    assert.equal(progress, epochs.length);
    progress = 0;
    assert.notEqual(executor.resumed[0], undefined, "it began anew");
    // Of three epochs the last is not told, nor those done before.
    assert.deepEqual(epochs, stop < 4 ? [1, 2] : stop < 8 ? [2] : []);
    assert.deepEqual(
      evaluator.weights(REQUEST),
      whole.evaluator.weights(REQUEST),
    );
    // Both processes' steps, a quarter of a second each.
    assert.equal(evaluator.cost.workerSeconds, 3);
    assert.equal(real(broken.store).evaluator.cost.workerSeconds, 0);
    // The checkpoint's bytes are gone.
    assert(broken.store.usage().checkpoints.sizeBytes < 10);
  }
});

Deno.test("createEvaluator() resumes a training that is interrupted after every step, and adds up its time", async () => {
  const expected = await real().evaluator.evaluate(REQUEST);
  const { store } = real();
  for (let stops = 1; stops < 12; stops++) {
    const { executor, evaluator } = real(store);
    executor.interruptAfter(1);
    await assert.rejects(evaluator.evaluate(REQUEST), InterruptedError);
  }
  const { evaluator } = real(store);
  assert.deepEqual(await evaluator.evaluate(REQUEST), expected);
  assert.equal(evaluator.cost.workerSeconds, 3);
});

Deno.test("createEvaluator() keeps a stopped training's checkpoint also when none were wanted", async () => {
  const { store, executor, evaluator } = real();
  const expected = await real().evaluator.evaluate(REQUEST);
  executor.interruptAfter(6);
  await assert.rejects(evaluator.evaluate(REQUEST), InterruptedError);
  const later = real(store);
  assert.deepEqual(await later.evaluator.evaluate(REQUEST), expected);
  assert.notEqual(later.executor.resumed[0], undefined);
});

Deno.test("createEvaluator() resumes from the last epoch when the process ended without a word", async () => {
  const expected = await real().evaluator.evaluate(REQUEST);
  const { store, executor } = real();
  const killed = createEvaluator(store, {
    ...executor,
    submit: async (request, options = {}) => {
      const { onStop: _, ...rest } = options;
      return await executor.submit(request, rest);
    },
  }, engine);
  executor.interruptAfter(6);
  await assert.rejects(
    killed.evaluate(REQUEST, { checkpoints: true }),
    InterruptedError,
  );
  const later = real(store);
  assert.deepEqual(
    await later.evaluator.evaluate(REQUEST, { checkpoints: true }),
    expected,
  );
  assert.notEqual(later.executor.resumed[0], undefined);
  // Steps 1 to 4 and 5 to 12: those lost with the process are not counted.
  assert.equal(later.evaluator.cost.workerSeconds, 3);
});

Deno.test("createEvaluator() leaves nothing half-written when the store fails on any call, and a rerun succeeds", async () => {
  const whole = real();
  const options = { weights: true, checkpoints: true };
  const expected = await whole.evaluator.evaluate(REQUEST, options);
  let call = 1;
  for (;; call++) {
    const store = memoryStore();
    const failing = failingStore(store, call);
    const first = real(failing.store).evaluator;
    const failed = await first.evaluate(REQUEST, options).then(
      () => false,
      ({ message }: Error) => message === `Store failed on call ${call}`,
    );
    assert.equal(failed, failing.fired());
    // An evaluation is never there without its weights.
    const { evaluations, blobs } = store.usage();
    assert.equal(evaluations.count, failed ? 0 : 1);
    assert.equal(blobs.count, failed ? 0 : 1);
    const { evaluator } = real(store);
    assert.deepEqual(await evaluator.evaluate(REQUEST, options), expected);
    assert.deepEqual(
      evaluator.weights(REQUEST),
      whole.evaluator.weights(REQUEST),
    );
    if (!failed) break;
  }
  // Two reads, two epochs, a transaction with three writes.
  assert.equal(call, 9);
});

Deno.test("createEvaluator() refuses a request for another engine than the one it keeps results under", async () => {
  const store = memoryStore();
  const { evaluator, pending } = manual(store);
  await assert.rejects(
    evaluator.evaluate({ ...REQUEST, engine: "tfjs" }),
    RangeError,
  );
  assert.deepEqual(pending, []);
});

Deno.test("createEvaluator() tells the seconds of a training whenever it was run", async () => {
  const store = memoryStore();
  const { evaluator, pending } = manual(store);
  assert.equal(evaluator.seconds(REQUEST), 0);
  const evaluation = evaluator.evaluate(REQUEST);
  pending[0]!.succeed();
  await evaluation;
  assert.equal(evaluator.seconds(REQUEST), 2);
  // In another process too.
  assert.equal(manual(store).evaluator.seconds(REQUEST), 2);
});

Deno.test("createEvaluator() bills each asker apart, and the parent for all", async () => {
  const { pending, evaluator } = manual();
  const first = evaluator.for({ rank: 0 });
  const second = evaluator.for({ rank: 1 });
  const others = { ...REQUEST, seed: 2 };
  const asked = Promise.all([
    first.evaluate(REQUEST),
    second.evaluate(REQUEST),
    second.evaluate(others),
  ]);
  // The second asks for what is under way: it is trained once.
  assert.equal(pending.length, 2);
  pending[0]!.succeed();
  pending[1]!.succeed({ seconds: 5 });
  const [one, same] = await asked;
  assert.deepEqual(same, one);
  assert.deepEqual(first.cost, {
    asked: 1,
    remembered: 0,
    trained: 1,
    workerSeconds: 2,
  });
  assert.deepEqual(second.cost, {
    asked: 2,
    remembered: 1,
    trained: 1,
    workerSeconds: 7,
  });
  assert.deepEqual(evaluator.cost, {
    asked: 3,
    remembered: 1,
    trained: 2,
    workerSeconds: 7,
  });
  // What is asked of the parent is nobody else's, and asked again costs nothing.
  await evaluator.evaluate(REQUEST);
  await first.evaluate(REQUEST);
  assert.deepEqual(first.cost, {
    asked: 2,
    remembered: 1,
    trained: 1,
    workerSeconds: 2,
  });
  assert.deepEqual(evaluator.cost, {
    asked: 5,
    remembered: 3,
    trained: 2,
    workerSeconds: 7,
  });
  assert.equal(second.cost.asked, 2);
  // A bill of a bill.
  const nested = second.for({ rank: 2 });
  await nested.evaluate(REQUEST);
  assert.equal(nested.cost.workerSeconds, 2);
  assert.deepEqual([second.cost.asked, evaluator.cost.asked], [3, 6]);
  assert.equal(first.cost.asked, 2);
});

Deno.test("createEvaluator() tells the executor the rank of who asks", async () => {
  const { pending, evaluator } = manual();
  const ranks = [3, 0, 7];
  const asked = Promise.all([
    ...ranks.map((rank) =>
      evaluator.for({ rank }).evaluate({ ...REQUEST, seed: 10 + rank })
    ),
    evaluator.evaluate(REQUEST),
  ]);
  assert.deepEqual(pending.map(({ options }) => options.rank), [...ranks, 0]);
  pending.forEach(({ succeed }) => succeed());
  await asked;
});

Deno.test("createEvaluator() settles for every asker when anything is under way", async () => {
  const { pending, evaluator } = manual();
  const asked = evaluator.for({ rank: 1 }).evaluate(REQUEST);
  let settled = 0;
  const waiting = [evaluator, evaluator.for({ rank: 2 })].map(async (each) => {
    await each.settled();
    settled++;
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(settled, 0);
  pending[0]!.succeed();
  await Promise.all([asked, ...waiting]);
});

Deno.test("createEvaluator() counts what other code made or began, and changes nothing by it", async () => {
  const { store, executor } = real();
  const by = (code?: string) =>
    createEvaluator(
      store,
      executor,
      engine,
      code === undefined ? {} : { code },
    );
  const others = async (
    evaluator: ReturnType<typeof by>,
    request: EvaluationRequest,
  ) => {
    const evaluation = await evaluator.evaluate(request);
    return [evaluator.cost.otherCode, evaluation.steps];
  };
  // Before code was noted.
  const old = { ...REQUEST, seed: 2 };
  await by().evaluate(old);
  assert.deepEqual(await others(by("a"), old), [undefined, 12]);
  await by("a").evaluate(REQUEST);
  assert.deepEqual(await others(by("a"), REQUEST), [undefined, 12]);
  assert.deepEqual(await others(by("b"), REQUEST), [1, 12]);
  assert.deepEqual(await others(by(), REQUEST), [undefined, 12]);
  // Trained elsewhere, by a program that says which code it is.
  const away = { ...REQUEST, seed: 4 };
  const worker = createEvaluator(
    store,
    {
      ...executor,
      submit: async (...args) => ({
        ...await executor.submit(...args),
        code: "c",
      }),
    },
    engine,
    { code: "a" },
  );
  assert.deepEqual(await others(worker, away), [1, 12]);
  assert.deepEqual(await others(by("c"), away), [undefined, 12]);
  // Begun by one, ended by the other: by neither.
  const broken = { ...REQUEST, seed: 3 };
  const cut = real().executor;
  cut.interruptAfter(5);
  const begun = createEvaluator(store, cut, engine, { code: "a" });
  await assert.rejects(begun.evaluate(broken), InterruptedError);
  const ended = createEvaluator(store, executor, engine, { code: "b" });
  assert.deepEqual(await others(ended, broken), [1, 12]);
  for (const code of ["a", "b"]) {
    assert.deepEqual(await others(by(code), broken), [1, 12]);
  }
});
