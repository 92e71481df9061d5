import assert from "node:assert/strict";
import type { Clock } from "../../lib/cli/mod.ts";
import { type Engine, openEngine, type Program } from "../../lib/engine/mod.ts";
import {
  createLatencyMeter,
  type Machine,
  summariseTimes,
  timePredictions,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { SMALL } from "../training/_problem.ts";
import { inlineExecutor } from "./_executor.ts";
import { BASE } from "./_search.ts";

const NAMED = { name: "onnx-cpu", version: "1", instructionSet: "any" };
const MACHINE: Machine = { cpu: "made up", arch: "x86_64", threads: 1 };

/** An engine whose predictions take so many milliseconds of its own clock. */
function timedEngine(lasts: (prediction: number) => number) {
  let now = 1000;
  const log = {
    sizes: [] as number[],
    batch: 0,
    isLoaded: false,
    disposed: 0,
  };
  const program = {
    load: () => void (log.isLoaded = true),
    predict(images: Float32Array, count: number) {
      assert(log.isLoaded);
      assert.equal(images.length, 1 * 8 * 8);
      now += lasts(log.sizes.length);
      log.sizes.push(count);
      return Promise.resolve(new Float32Array(3));
    },
    dispose: () => Promise.resolve(void log.disposed++),
  } as unknown as Program;
  const engine: Engine = {
    ...NAMED,
    compile(_, { batchSize }) {
      log.batch = batchSize;
      return Promise.resolve(program);
    },
  };
  const clock: Clock = { epochMs: () => 0, monotonicMs: () => now };
  return { engine, clock, log };
}

Deno.test("timePredictions() warms up, then times single images one by one", async () => {
  // 20 predictions of a second that do not count, then 10 ms and more each.
  const { engine, clock, log } = timedEngine((i) => i < 20 ? 1000 : 10 + i % 2);
  const times = await timePredictions(engine, SMALL, { clock });
  assert.equal(times!.length, 51);
  assert.deepEqual([...times!].slice(0, 3), [10, 11, 10]);
  assert.deepEqual(new Set(log.sizes), new Set([1]));
  assert.equal(log.sizes.length, 71);
  assert.deepEqual([log.batch, log.disposed], [1, 1]);
});

Deno.test("timePredictions() times a quick network for a while, but not for ever", async () => {
  const quick = timedEngine(() => 0.5);
  assert.equal(
    (await timePredictions(quick.engine, SMALL, quick))!.length,
    300,
  );
  const instant = timedEngine(() => 0);
  assert.equal(
    (await timePredictions(instant.engine, SMALL, instant))!.length,
    2001,
  );
});

Deno.test("timePredictions() stops when asked, and frees what it made", async () => {
  for (const after of [3, 30]) {
    const { engine, clock, log } = timedEngine(() => 1);
    const shouldStop = () => log.sizes.length >= after;
    const times = await timePredictions(engine, SMALL, { clock, shouldStop });
    assert.deepEqual([times, log.sizes.length, log.disposed], [
      undefined,
      after,
      1,
    ]);
  }
});

Deno.test("timePredictions() predicts with an engine as it is", async () => {
  const engine = await openEngine("onnx-cpu");
  const times = await timePredictions(engine, SMALL);
  assert(times!.length >= 51);
  assert(times!.every((time) => time >= 0 && Number.isFinite(time)));
});

Deno.test("summariseTimes() gives median and quartiles of times in any order", () => {
  assert.deepEqual(summariseTimes(Float64Array.of(5, 1, 2, 4, 3)), {
    medianMs: 3,
    lowMs: 2,
    highMs: 4,
    runs: 5,
  });
  // Between 1 and 2.00012 by straight lines, to four decimals.
  assert.deepEqual(summariseTimes(Float64Array.of(2.00012, 1)), {
    medianMs: 1.5001,
    lowMs: 1.25,
    highMs: 1.7501,
    runs: 2,
  });
});

Deno.test("createLatencyMeter() measures a network once on a machine with an engine", async () => {
  const store = memoryStore();
  const executor = inlineExecutor(await openEngine("onnx-cpu"));
  const meterOf = (machine = MACHINE, engine = NAMED) =>
    createLatencyMeter({ store, executor, engine, machine });
  const meter = meterOf();
  assert.equal(meter.machine, MACHINE);
  const [first, twin] = await Promise.all([
    meter.measure(BASE),
    meter.measure(structuredClone(BASE)),
  ]);
  assert.deepEqual(first, twin);
  assert.deepEqual(await meterOf().measure(BASE), first);
  assert.equal(executor.measured.length, 1);
  assert.deepEqual(executor.measured[0], { network: BASE, engine: "onnx-cpu" });

  assert.notDeepEqual(await meter.measure(SMALL), first);
  assert.equal(executor.measured.length, 2);
  const others = [
    meterOf({ ...MACHINE, cpu: "another" }),
    meterOf({ ...MACHINE, arch: "aarch64" }),
    meterOf({ ...MACHINE, threads: 2 }),
    meterOf(MACHINE, { ...NAMED, version: "2" }),
    meterOf(MACHINE, { ...NAMED, instructionSet: "another" }),
  ];
  for (const [i, other] of others.entries()) {
    await other.measure(BASE);
    assert.equal(executor.measured.length, 3 + i);
  }
});

Deno.test("createLatencyMeter() gives the times that are kept where another process had measured meanwhile", async () => {
  const store = memoryStore();
  const times = (ms: number) => Float64Array.from({ length: 9 }, () => ms);
  const other = createLatencyMeter({
    store,
    engine: NAMED,
    machine: MACHINE,
    executor: { measure: () => Promise.resolve(times(2)) },
  });
  const meter = createLatencyMeter({
    store,
    engine: NAMED,
    machine: MACHINE,
    executor: {
      async measure() {
        await other.measure(BASE);
        return times(3);
      },
    },
  });
  assert.equal((await meter.measure(BASE)).medianMs, 2);
  assert.equal((await meter.measure(BASE)).medianMs, 2);
});

Deno.test("createLatencyMeter() keeps nothing of a measurement that failed, and hands on the rank", async () => {
  const store = memoryStore();
  const ranks: (number | undefined)[] = [];
  let fails = true;
  const meter = createLatencyMeter({
    store,
    engine: NAMED,
    machine: MACHINE,
    executor: {
      measure(_, options) {
        ranks.push(options?.rank);
        return fails
          ? Promise.reject(new Error("stop"))
          : Promise.resolve(Float64Array.of(2));
      },
    },
  });
  await assert.rejects(meter.measure(BASE), { message: "stop" });
  assert.equal(store.usage().blobs.count, 0);
  fails = false;
  const { medianMs } = await meter.measure(BASE, { rank: 3 });
  assert.equal(medianMs, 2);
  assert.deepEqual(ranks, [0, 3]);
  assert.equal(store.usage().blobs.count, 1);
});
