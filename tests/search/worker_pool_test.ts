import assert from "node:assert/strict";
import {
  createWorkerPool,
  type EvaluationRequest,
  type Executor,
  InterruptedError,
  type PredictionRequest,
  type TrainingProgress,
} from "../../lib/search/mod.ts";
// The messages are what a worker is, seen from the pool.
import type { FromWorker, ToWorker } from "../../lib/search/messages.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  SMALL,
} from "../training/_problem.ts";
import { fakeEvaluation } from "./_search.ts";

const SPLIT = makeSplit({ count: 9 });
const DATA = makeData({ split: SPLIT, train: 6, validation: 3 });
const PROGRESS = { checkpoint: Uint8Array.of(7), epochs: 1, seconds: 0.5 };

/** A thread that does what the test says. */
class FakeWorker {
  static made: FakeWorker[] = [];
  readonly received: ToWorker[] = [];
  terminated = false;
  onmessage: ((event: { data: FromWorker }) => void) | null = null;
  onerror:
    | ((event: { message: string; preventDefault: () => void }) => void)
    | null = null;

  constructor(url: URL) {
    assert.match(url.pathname, /lib\/search\/worker\.ts$/);
    FakeWorker.made.push(this);
  }

  postMessage(message: ToWorker): void {
    this.received.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  /** Seeds of the evaluations that it was sent. */
  get seeds(): number[] {
    return this.received.flatMap((message) =>
      message.type === "evaluate" ? message.request.seed : []
    );
  }

  answer(message: FromWorker): void {
    this.onmessage!({ data: message });
  }

  /** First rows of the predictions that it was sent. */
  get positions(): number[] {
    return this.received.flatMap((message) =>
      message.type === "predict" ? message.request.rows.from : []
    );
  }

  done(): void {
    const evaluation = fakeEvaluation(SMALL);
    this.answer({ type: "done", evaluation, seconds: 1 });
  }

  die(message: string): boolean {
    let prevented = false;
    this.onerror!({ message, preventDefault: () => (prevented = true) });
    return prevented;
  }
}

/** Lets a test see the pool's threads. */
function poolTest(
  name: string,
  workers: number,
  body: (pool: Executor, made: readonly FakeWorker[]) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const { Worker } = globalThis;
    FakeWorker.made = [];
    Object.assign(globalThis, { Worker: FakeWorker });
    try {
      await body(createWorkerPool(workers), FakeWorker.made);
    } finally {
      Object.assign(globalThis, { Worker });
    }
  });
}

/** A request that is known by its seed. */
function request(seed: number): EvaluationRequest {
  const recipe = makeRecipe();
  return { network: SMALL, recipe, data: "data", seed, engine: "onnx-cpu" };
}

/** A prediction that is known by its first row. */
function look(from: number): PredictionRequest {
  return {
    network: SMALL,
    weights: "weights",
    data: "data",
    rows: { from, to: from + 1 },
    engine: "onnx-cpu",
  };
}

const MEASUREMENT = { network: SMALL, engine: "onnx-cpu" };

const LOGITS = Float32Array.of(1, 2, 3);

Deno.test("createWorkerPool() throws when the number of workers is no integer above 0", () => {
  for (const workers of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(() => createWorkerPool(workers), {
      name: "RangeError",
      message:
        `Cannot start workers: the number is ${workers}, expected an integer >= 1`,
    });
  }
});

poolTest(
  "createWorkerPool() starts no more workers than it may, and none without need",
  2,
  async (pool, made) => {
    assert.equal(pool.workers, 2);
    assert.equal(made.length, 0);
    const first = pool.submit(request(1));
    assert.equal(made.length, 1);
    made[0]!.done();
    await first;
    // The idle one is used again before another is started.
    const rest = [2, 3, 4, 5].map((seed) => pool.submit(request(seed)));
    assert.deepEqual(made.map(({ seeds }) => seeds), [[1, 2], [3]]);
    made[1]!.done();
    assert.deepEqual(made.map(({ seeds }) => seeds), [[1, 2], [3, 4]]);
    made[0]!.done();
    made[0]!.done();
    made[1]!.done();
    const outcomes = await Promise.all(rest);
    assert.equal(outcomes.length, 4);
    assert.deepEqual(outcomes[0], {
      evaluation: fakeEvaluation(SMALL),
      seconds: 1,
    });
    assert.deepEqual(made.map(({ seeds }) => seeds), [[1, 2, 5], [3, 4]]);
  },
);

poolTest(
  "createWorkerPool() hands data to every worker once, to those started later too",
  2,
  async (pool, made) => {
    pool.register(DATA);
    const first = pool.submit(request(1));
    pool.register({ ...DATA, id: "more" });
    pool.register({ ...DATA, id: "data" });
    const second = pool.submit(request(2));
    for (const worker of made) {
      const ids = worker.received.flatMap((message) =>
        message.type === "data" ? message.data.id : []
      );
      assert.deepEqual(ids, ["data", "more"]);
      assert.equal(worker.received[0]!.type, "start");
    }
    // Shared memory is passed on as it is.
    const handed = made[1]!.received.find(({ type }) => type === "data");
    assert(handed?.type === "data");
    assert.equal(handed.data.images.images.buffer, SPLIT.images.buffer);
    made.forEach((worker) => worker.done());
    await Promise.all([first, second]);
  },
);

poolTest(
  "createWorkerPool() asks for checkpoints when they are wanted and passes on what is resumed",
  1,
  async (pool, made) => {
    const told: TrainingProgress[] = [];
    const resume = Uint8Array.of(1, 2);
    const first = pool.submit(request(1), {
      resume,
      afterEpoch: (progress) => void told.push(progress),
    });
    const second = pool.submit(request(2));
    made[0]!.answer({ type: "epoch", ...PROGRESS });
    assert.deepEqual(made[0]!.seeds, [1], "an epoch is not the end");
    made[0]!.done();
    made[0]!.done();
    await Promise.all([first, second]);
    const sent = made[0]!.received.filter(({ type }) => type === "evaluate");
    assert.deepEqual(sent, [
      { type: "evaluate", request: request(1), checkpoints: true, resume },
      { type: "evaluate", request: request(2), checkpoints: false },
    ]);
    assert.deepEqual(
      told.map(({ checkpoint, epochs, seconds }) => ({
        checkpoint,
        epochs,
        seconds,
      })),
      [PROGRESS],
    );
  },
);

poolTest(
  "createWorkerPool() rejects a failed job and goes on with the same worker",
  1,
  async (pool, made) => {
    const failing = pool.submit(request(1));
    const next = pool.submit(request(2));
    made[0]!.answer({ type: "failed", message: "RangeError: words" });
    await assert.rejects(failing, { message: "RangeError: words" });
    made[0]!.done();
    await next;
    assert.equal(made.length, 1);
  },
);

poolTest(
  "createWorkerPool() rejects the job of a worker that dies and starts another for those that wait",
  2,
  async (pool, made) => {
    const jobs = [1, 2, 3, 4].map((seed) => pool.submit(request(seed)));
    assert.equal(
      made[0]!.die("out of memory"),
      true,
      "it would end the process",
    );
    await assert.rejects(jobs[0]!, {
      message: "Cannot evaluate: the worker failed: out of memory",
    });
    assert.deepEqual(made.map(({ seeds }) => seeds), [[1], [2], [3]]);
    made[2]!.done();
    made[1]!.done();
    made[2]!.done();
    await Promise.all(jobs.slice(1));
    assert.deepEqual(made.map(({ seeds }) => seeds), [[1], [2], [3, 4]]);
  },
);

poolTest(
  "createWorkerPool() tells workers to stop, rejects what waits and what is stopped, with its checkpoint",
  2,
  async (pool, made) => {
    const stopped: number[] = [];
    const jobs = [1, 2, 3, 4].map((seed) =>
      pool.submit(request(seed), {
        onStop: ({ epochs }) => void stopped.push(10 * seed + epochs),
      })
    );
    const ended = Promise.allSettled(jobs);
    const flags = made.map(({ received: [start] }) => {
      assert(start?.type === "start");
      return start.stop;
    });
    assert.deepEqual(flags.map((flag) => Atomics.load(flag, 0)), [0, 0]);
    pool.interrupt();
    assert.deepEqual(flags.map((flag) => Atomics.load(flag, 0)), [1, 1]);
    await assert.rejects(jobs[2]!, InterruptedError);
    await assert.rejects(jobs[3]!, InterruptedError);
    made[0]!.answer({ type: "stopped", ...PROGRESS });
    // One that was at its end anyway is not lost.
    made[1]!.done();
    await assert.rejects(jobs[0]!, InterruptedError);
    await jobs[1];
    assert.deepEqual(stopped, [11]);
    assert.deepEqual(made.map(({ seeds }) => seeds), [[1], [2]]);
    await assert.rejects(pool.submit(request(5)), InterruptedError);
    await ended;
  },
);

poolTest(
  "createWorkerPool() rejects the job when a callback throws, and goes on",
  1,
  async (pool, made) => {
    const full = new Error("the disk is full");
    const fail = () => {
      throw full;
    };
    const first = pool.submit(request(1), { afterEpoch: fail });
    const second = pool.submit(request(2), { onStop: fail });
    made[0]!.answer({ type: "epoch", ...PROGRESS });
    await assert.rejects(first, full);
    // The worker is not free before its training has ended.
    assert.deepEqual(made[0]!.seeds, [1]);
    made[0]!.done();
    assert.deepEqual(made[0]!.seeds, [1, 2]);
    made[0]!.answer({ type: "stopped", ...PROGRESS });
    await assert.rejects(second, full);
    const third = pool.submit(request(3));
    made[0]!.done();
    await third;
  },
);

poolTest(
  "createWorkerPool() ends its workers when it is closed, twice without harm",
  2,
  async (pool, made) => {
    const jobs = [1, 2].map((seed) => pool.submit(request(seed)));
    made.forEach((worker) => worker.done());
    await Promise.all(jobs);
    await pool.close();
    await pool.close();
    assert.deepEqual(made.map(({ terminated }) => terminated), [true, true]);
  },
);

poolTest(
  "createWorkerPool() rejects what waits and what comes when it is closed",
  1,
  async (pool) => {
    const running = pool.submit(request(1));
    const waiting = pool.submit(request(2));
    const ends = [running, waiting].map((job) =>
      assert.rejects(job, InterruptedError)
    );
    await pool.close();
    await Promise.all(ends);
    await assert.rejects(pool.submit(request(3)), InterruptedError);
  },
);

poolTest(
  "createWorkerPool() lets the lowest rank go first, then the first come, whatever runs",
  1,
  async (pool, made) => {
    const ranks = [2, undefined, 1, 0, 2, 1, -1];
    const jobs = [5, ...ranks].map((rank, seed) =>
      pool.submit(request(seed), rank === undefined ? {} : { rank })
    );
    // The first found a worker that was free.
    jobs.forEach(() => made[0]!.done());
    await Promise.all(jobs);
    // By rank -1, 0 (also by default), 1, 2.
    assert.deepEqual(made[0]!.seeds, [0, 7, 2, 4, 3, 6, 1, 5]);
  },
);

poolTest(
  "createWorkerPool() puts data with more views in the place of those there, for running and later workers, and never fewer",
  2,
  async (pool, made) => {
    const views = (count: number) => ({
      ...DATA,
      teacherLogits: Array.from({ length: count }, () => new Float32Array(27)),
    });
    pool.register(views(1));
    const first = pool.submit(request(1));
    pool.register({ ...DATA, id: "other" });
    pool.register(views(3));
    pool.register(views(2));
    pool.register(views(3));
    const second = pool.submit(request(2));
    const received = made.map((worker) =>
      worker.received.flatMap((message) =>
        message.type === "data"
          ? `${message.data.id} ${message.data.teacherLogits.length}`
          : []
      )
    );
    assert.deepEqual(received, [
      ["data 1", "other 0", "data 3"],
      ["data 3", "other 0"],
    ]);
    made.forEach((worker) => worker.done());
    await Promise.all([first, second]);
  },
);

poolTest(
  "predict() gives the worker's logits, and takes turns with trainings by rank",
  1,
  async (pool, made) => {
    const first = pool.predict(look(0));
    const [worker] = made;
    const later = [
      pool.submit(request(1), { rank: 2 }),
      pool.predict(look(2), { rank: 1 }),
      pool.predict(look(3)),
    ];
    assert.deepEqual(worker!.received.at(-1), {
      type: "predict",
      request: look(0),
    });
    worker!.answer({ type: "predicted", logits: LOGITS, seconds: 2 });
    assert.deepEqual(await first, { logits: LOGITS, seconds: 2 });
    assert.deepEqual(worker!.positions, [0, 3]);
    worker!.answer({ type: "predicted", logits: LOGITS, seconds: 2 });
    assert.deepEqual(worker!.positions, [0, 3, 2]);
    worker!.answer({ type: "predicted", logits: LOGITS, seconds: 2 });
    assert.deepEqual(worker!.seeds, [1]);
    worker!.done();
    await Promise.all(later);
  },
);

poolTest(
  "predict() rejects when the worker fails, dies or stops, and the others go on",
  1,
  async (pool, made) => {
    const [failing, dying, stopped, waiting] = [0, 1, 2, 3].map((from) =>
      pool.predict(look(from))
    );
    const ended = Promise.allSettled([stopped, waiting]);
    made[0]!.answer({ type: "failed", message: "RangeError: words" });
    await assert.rejects(failing!, { message: "RangeError: words" });
    made[0]!.die("out of memory");
    await assert.rejects(dying!, {
      message: "Cannot predict: the worker failed: out of memory",
    });
    assert.deepEqual(made[1]!.positions, [2]);
    pool.interrupt();
    made[1]!.answer({ type: "interrupted" });
    await assert.rejects(stopped!, InterruptedError);
    await assert.rejects(waiting!, InterruptedError);
    await assert.rejects(pool.predict(look(4)), InterruptedError);
    assert.deepEqual(made[1]!.positions, [2]);
    await ended;
  },
);

const TIMES = Float64Array.of(2, 1, 3);

poolTest(
  "measure() waits for what runs, and all else waits for it",
  2,
  async (pool, made) => {
    const before = [1, 2].map((seed) => pool.submit(request(seed)));
    const first = pool.measure(MEASUREMENT);
    const second = pool.measure(MEASUREMENT);
    const after = [3, 4].map((seed) => pool.submit(request(seed)));
    const measuring = () =>
      made.map(({ received }) =>
        received.filter(({ type }) => type === "measure").length
      );
    made[0]!.done();
    // The other one still trains: neither the measurement nor a training begins.
    assert.deepEqual(measuring(), [0, 0]);
    assert.deepEqual([made[0]!.seeds, made[1]!.seeds], [[1], [2]]);
    made[1]!.done();
    await Promise.all(before);
    assert.deepEqual(measuring(), [1, 0]);
    made[0]!.answer({ type: "measured", times: TIMES });
    assert.deepEqual(await first, TIMES);
    assert.deepEqual(measuring(), [2, 0]);
    assert.deepEqual([made[0]!.seeds, made[1]!.seeds], [[1], [2]]);
    made[0]!.answer({ type: "measured", times: TIMES });
    await second;
    assert.deepEqual([made[0]!.seeds, made[1]!.seeds], [[1, 3], [2, 4]]);
    for (const worker of made) worker.done();
    await Promise.all(after);
  },
);

poolTest(
  "measure() rejects when the worker fails, dies or stops, and the others go on",
  2,
  async (pool, made) => {
    const failing = pool.measure(MEASUREMENT);
    const next = pool.submit(request(1));
    made[0]!.answer({ type: "failed", message: "RangeError: words" });
    await assert.rejects(failing, { message: "RangeError: words" });
    made[0]!.done();
    await next;
    const dying = pool.measure(MEASUREMENT);
    const stopped = pool.measure(MEASUREMENT);
    made[0]!.die("out of memory");
    await assert.rejects(dying, {
      message: "Cannot measure: the worker failed: out of memory",
    });
    pool.interrupt();
    made.at(-1)!.answer({ type: "interrupted" });
    await assert.rejects(stopped, InterruptedError);
    await assert.rejects(pool.measure(MEASUREMENT), InterruptedError);
  },
);

poolTest(
  "registerWeights() reaches every worker once, those started later too",
  2,
  async (pool, made) => {
    const bytes = Uint8Array.of(1, 2);
    pool.registerWeights("a", bytes);
    const first = pool.submit(request(1));
    pool.registerWeights("b", bytes);
    pool.registerWeights("a", bytes);
    const second = pool.submit(request(2));
    for (const worker of made) {
      const sent = worker.received.filter(({ type }) => type === "weights");
      assert.deepEqual(sent, [
        { type: "weights", id: "a", bytes },
        { type: "weights", id: "b", bytes },
      ]);
    }
    made.forEach((worker) => worker.done());
    await Promise.all([first, second]);
  },
);
