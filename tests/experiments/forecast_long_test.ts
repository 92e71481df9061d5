import assert from "node:assert/strict";
import {
  calibrationOf,
  storedCalibration,
} from "../../lib/lab/forecast/calibration.ts";
import {
  completeConfig,
  type CompressionConfig,
} from "../../lib/lab/options/compression.ts";
import { searchPlanOf } from "../../lib/lab/options/search_plan.ts";
import {
  countForwards,
  finalPart,
  type ForecastOptions,
  foreseeRun,
  foreseeStage,
  makespan,
  type Part,
} from "../../lib/lab/forecast/forecast.ts";
import { followRun, type Remaining } from "../../lib/lab/forecast/remaining.ts";
import { followWhole } from "../../lib/lab/forecast/whole.ts";
import { vgg } from "../../lib/network/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { parseOptions } from "../lab/_options.ts";

const TEACHER = vgg({
  depth: 11,
  input: [1, 28, 28],
  classes: 10,
  width: 0.05,
});

/** A machine on which only images cost, a millisecond each. */
const MODEL = {
  compile: 0,
  training: { image: 1e-3, mac: 0, activation: 0 },
  prediction: { image: 0, mac: 0, activation: 0 },
};

const CONFIG = completeConfig(parseOptions({
  teacher: { epochs: 2 },
  student: { images: 100, epochs: 3, shrinkageEpochs: 4 },
  final: { epochs: 5 },
  removal: { iterations: 3, rollouts: 2 },
  shrinkage: { iterations: 2, rollouts: 2 },
  joint: { iterations: 2, rollouts: 3 },
  shrink: { minChannels: 1 },
}));

const OPTIONS: ForecastOptions = {
  arm: "reinforce",
  calibration: { alone: MODEL, together: MODEL },
  config: CONFIG,
  plan: searchPlanOf(CONFIG, { seed: 1 }),
  teacher: TEACHER,
  images: 1000,
  taken: false,
  testImages: 10,
  workers: 2,
};

/** Parts that take whole seconds. */
const SECONDS = {
  teacher: 10,
  logits: 0,
  removal: 40,
  shrinkage: 30,
  final: 15,
  test: 5,
};

function partsOf(): readonly Part[] {
  return Object.entries(SECONDS).map(([name, seconds]) => ({
    name,
    trainings: 1,
    epochs: 1,
    workerSeconds: seconds,
    wallSeconds: seconds,
  }));
}

function near(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) < 1e-9, `${actual} for ${expected}`);
}

Deno.test("makespan() gives each task to the worker that is free first", () => {
  assert.equal(makespan([], 2), 0);
  assert.equal(makespan([3, 1, 1, 1], 1), 6);
  assert.equal(makespan([3, 1, 1, 1], 2), 3);
  // The long one comes last: the other worker waits.
  assert.equal(makespan([1, 1, 3], 2), 4);
});

Deno.test("foreseeRun() counts trainings, epochs and images of every part", () => {
  const parts = new Map(foreseeRun(OPTIONS).map((part) => [part.name, part]));
  assert.deepEqual([...parts.keys()], Object.keys(SECONDS));
  const counts = (name: Part["name"]) => {
    const { trainings, epochs } = parts.get(name)!;
    return [trainings, epochs];
  };
  assert.deepEqual(counts("teacher"), [1, 2]);
  assert.deepEqual(counts("removal"), [6, 18]);
  assert.deepEqual(counts("shrinkage"), [4, 16]);
  assert.deepEqual(counts("final"), [2, 10]);
  near(parts.get("teacher")!.workerSeconds, 2 * 1000 * 1e-3);
  // Without augmentation the teacher looks at each image once.
  assert.equal(countForwards(OPTIONS), 1000);
  const augmentation = { cropPadding: 1, flip: false };
  const config = { ...OPTIONS.config, augmentation };
  assert.equal(countForwards({ ...OPTIONS, config }), 5 * 1000);
  // Of so many views some come again in longer trainings.
  const cycled = { ...config, distillation: { views: 3 } };
  assert.equal(countForwards({ ...OPTIONS, config: cycled }), 3 * 1000);
  const [taken] = foreseeRun({ ...OPTIONS, taken: true });
  assert.deepEqual([taken!.trainings, taken!.workerSeconds], [0, 0]);
  near(parts.get("final")!.workerSeconds, 2 * 5 * 1000 * 1e-3);
  near(parts.get("final")!.wallSeconds, 5 * 1000 * 1e-3);
});

Deno.test("foreseeRun() counts the images that statistics are estimated on where students inherit", () => {
  // A validated image takes a millisecond, too.
  const model = { ...MODEL, prediction: MODEL.training };
  const secondsOf = (
    student: Partial<CompressionConfig["student"]>,
    final: Partial<CompressionConfig["final"]> = {},
  ) => {
    const config = {
      ...CONFIG,
      student: { ...CONFIG.student, epochs: 0, shrinkageEpochs: 0, ...student },
      final: { ...CONFIG.final, ...final },
      validation: 10,
    };
    const parts = foreseeRun({
      ...OPTIONS,
      calibration: { alone: model, together: model },
      config,
      images: 50,
    });
    return ["removal", "final"].map((name) =>
      parts.find((part) => part.name === name)!.workerSeconds
    );
  };
  const [unseen, unseenFinal] = secondsOf({ start: "inherited" });
  const inherited = { start: "inherited", observe: 30 } as const;
  const [seen, sameFinal] = secondsOf(inherited);
  near(seen!, unseen! * (10 + 30) / 10);
  assert.equal(sameFinal, unseenFinal);
  const [, seenFinal] = secondsOf(inherited, { start: "inherited" });
  near(seenFinal!, unseenFinal! + 2 * 30 * 1e-3);
  // There are no more than these.
  const [all] = secondsOf({ ...inherited, images: 20 });
  near(all!, unseen! * (10 + 20) / 10);
  const [fresh] = secondsOf({ ...inherited, start: "fresh" });
  near(fresh!, unseen!);
});

Deno.test("finalPart() has rungs come before the final trainings, a stage's after each other", () => {
  const config = {
    ...CONFIG,
    final: {
      ...CONFIG.final,
      halving: [{ students: 5, epochs: 1 }, { students: 2, epochs: 3 }],
    },
  };
  const part = finalPart({ ...OPTIONS, config }, [TEACHER, TEACHER]);
  // Two stages: five students for an epoch, two for three, one for five.
  assert.equal(part.trainings, 2 * (5 + 2 + 1));
  assert.equal(part.epochs, 2 * (5 + 2 * 3 + 5));
  // An epoch is a second.
  near(part.workerSeconds, part.epochs);
  // On two workers a stage's rungs last three seconds each; the final trainings of
  // both stages are side by side.
  near(part.wallSeconds, 2 * (3 + 3) + 5);
  const without = finalPart(OPTIONS, [TEACHER, TEACHER]);
  assert.deepEqual([without.trainings, without.epochs], [2, 10]);
  near(without.wallSeconds, 5);
  // Stage 2 waits for a winner that has to be found among finalists, or whose
  // weights it inherits where no rung has trained any.
  const seconds = (config: CompressionConfig) =>
    finalPart({ ...OPTIONS, config }, [TEACHER, TEACHER]).wallSeconds;
  const student = { ...CONFIG.student, start: "inherited" } as const;
  near(seconds({ ...CONFIG, finalists: 2 }), 2 * 5);
  near(seconds({ ...CONFIG, student }), 2 * 5);
  near(seconds({ ...config, student }), 2 * (3 + 3) + 5);
});

Deno.test("foreseeRun() divides the teacher's look at its students' images among the workers", () => {
  const prediction = { image: 1e-3, mac: 0, activation: 0 };
  const alone = { ...MODEL, compile: 2, prediction };
  const together = {
    ...MODEL,
    compile: 4,
    prediction: { ...prediction, image: 2e-3 },
  };
  const logits = (workers: number) =>
    foreseeRun({ ...OPTIONS, calibration: { alone, together }, workers })
      .find(({ name }) => name === "logits")!;
  near(logits(1).workerSeconds, 2 + 1);
  near(logits(1).wallSeconds, 2 + 1);
  near(logits(4).workerSeconds, 4 * 4 + 2);
  near(logits(4).wallSeconds, 4 + 2 / 4);
});

Deno.test("foreseeRun() foresees the plan's own stages, and no teacher where another cell has it", () => {
  const config = { ...CONFIG, stages: "joint" } as const;
  const parts = foreseeRun({
    ...OPTIONS,
    config,
    plan: searchPlanOf(config, { seed: 1 }),
    isShared: true,
  });
  assert.deepEqual(
    parts.map(({ name, trainings, epochs }) => [name, trainings, epochs]),
    [["joint", 6, 18], ["final", 1, 5], ["test", 0, 0]],
  );
});

Deno.test("foreseeStage() costs no more than if every proposal were trained, and less where some are rejected", () => {
  const { part } = foreseeStage(OPTIONS, "shrinkage", TEACHER);
  assert(part.workerSeconds > 0 && part.workerSeconds <= 4 * 400 * 1e-3 + 1e-9);
  // With so high a floor nothing shrinks, and every proposal is rejected.
  const shrink = { what: "channels", minChannels: 999 } as const;
  const config = { ...CONFIG, shrink };
  const nothing = foreseeStage(
    { ...OPTIONS, config, plan: searchPlanOf(config, { seed: 1 }) },
    "shrinkage",
    TEACHER,
  );
  assert.equal(nothing.part.workerSeconds, 0);
  assert.equal(nothing.winner, TEACHER);
});

Deno.test("foreseeStage() trains no student whose size breaks a limit", () => {
  const stage = (limits: Partial<CompressionConfig["limits"]>) => {
    const config = {
      ...CONFIG,
      limits: { ...CONFIG.limits, ...limits },
      removal: { ...CONFIG.removal, iterations: 20 },
    };
    const plan = searchPlanOf(config, { seed: 1 });
    return foreseeStage({ ...OPTIONS, config, plan }, "removal", TEACHER).part
      .workerSeconds;
  };
  const free = stage({});
  assert.equal(stage({ parameters: 1 }), 0);
  assert.equal(stage({ shares: { macs: 1e-9 } }), 0);
  // It is trained all the same, or for some iterations yet.
  assert.equal(stage({ parameters: 1, mode: "late" }), free);
  const soft = stage({ parameters: 1, mode: "soft", iterations: 5 });
  assert(soft > 0 && soft < free);
  // Not known beforehand: it takes a quarter of a second to measure.
  near(stage({ shares: { latency: 1e-9 } }), free + 20 * 2 * 0.25);
});

Deno.test("foreseeStage() ends where a budget is spent", () => {
  const stage = (length: Partial<CompressionConfig["removal"]>) => {
    const removal = { ...CONFIG.removal, iterations: 20, ...length };
    const config = { ...CONFIG, removal };
    const plan = searchPlanOf(config, { seed: 1 });
    return foreseeStage({ ...OPTIONS, config, plan }, "removal", TEACHER).part;
  };
  const whole = stage({});
  assert.equal(whole.trainings, 40);
  // Two students of three epochs an iteration: the last one may begin with one left.
  const budget = stage({ budget: 60 });
  assert.equal(budget.trainings, 21);
  assert.equal(budget.epochs, 63);
  assert(budget.workerSeconds < whole.workerSeconds);
  assert(budget.workerSeconds <= 63 * 100 * 1e-3 + 1e-9);
  near(stage({ budget: 1e6 }).workerSeconds, whole.workerSeconds);
});

Deno.test("followRun() corrects what is left by what was measured", () => {
  let now = 0;
  const run = followRun(partsOf(), { clock: () => now });
  assert.equal(run.predicted, 100);
  assert.equal(run.seconds(), 100);
  run.begin("teacher");
  now = 20;
  run.reach("teacher", 1, 0);
  // Twice as slow; five seconds of the forecast are trusted.
  const slower = (20 + 5) / (10 + 5);
  near(run.seconds("removal"), 40 * slower);
  near(run.seconds(), 90 * slower);
  now = 100;
  run.reach("removal", 0.5, 0);
  near(run.seconds("removal"), 20 * (100 + 5) / (30 + 5));
  assert.deepEqual(run.compared(), [
    { part: "teacher", measured: 20, expected: 10 },
    { part: "removal", measured: 80, expected: 20 },
  ]);
  run.replace({ ...partsOf()[3]!, wallSeconds: 60 });
  near(run.seconds("shrinkage"), 60 * 3);
});

Deno.test("followRun() tells what all runs of a command take together", () => {
  let now = 0;
  const clock = () => now;
  const whole = followWhole(clock);
  const [one, two] = ["one", "two"].map((name) =>
    followRun(partsOf(), { clock, whole, name })
  ) as [Remaining, Remaining];
  // One that comes behind them, of which nothing is known but the forecast.
  whole.left("three", 50);
  assert.deepEqual([one.predicted, one.seconds()], [100, 250]);
  for (const run of [one, two]) run.begin("removal");
  // Side by side each takes twice as long as foreseen, and both together do not.
  now = 40;
  one.reach("removal", 0.5, 0);
  now = 41;
  two.reach("removal", 0.5, 0);
  near(one.seconds("removal"), 20 * (40 + 5) / (20 + 5));
  near(one.seconds(), 210 * (41 + 5) / (40 + 5));
  assert.equal(two.seconds(), one.seconds());
  // What one has remembered is no time of the other's.
  two.reach("removal", 1, 1);
  two.begin("shrinkage");
  now = 81;
  one.reach("removal", 1, 0);
  near(one.seconds(), 170 * (81 + 5) / (60 + 5));
  whole.left("two", 0);
  whole.left("three", 0);
  near(one.seconds(), 60 * (81 + 5) / (60 + 5));
  // Alone it leaves out what lies between two things.
  now = 200;
  one.begin("shrinkage");
  now = 230;
  one.reach("shrinkage", 1, 0);
  near(one.seconds(), 30 * (111 + 5) / (90 + 5));
});

Deno.test("followRun() learns nothing of speed from what was done earlier", () => {
  let now = 0;
  const run = followRun(partsOf(), { clock: () => now });
  run.begin("removal");
  now = 4;
  // Of nine tenths eight were restored: a tenth took four seconds, as predicted.
  run.reach("removal", 0.9, 0.8);
  near(run.seconds("removal"), 4);
  near(run.seconds("shrinkage"), 30);
});

Deno.test("calibrationOf() measures once for a machine, an engine and a number of workers", async () => {
  const store = memoryStore();
  let measured = 0;
  const engine = { name: "onnx-cpu", version: "1", instructionSet: "any" };
  const ask = (version: string, workers: number) =>
    calibrationOf(
      store,
      { engine: { ...engine, version }, workers },
      () => measured++,
    );
  const first = await ask("1", 1);
  for (const model of [first.alone, first.together]) {
    assert(model.compile > 0);
    for (const cost of [model.training, model.prediction]) {
      assert(Object.values(cost).every((value) => value >= 0));
      assert(Object.values(cost).some((value) => value > 0));
    }
  }
  assert.deepEqual(await ask("1", 1), first);
  assert.equal(measured, 1);
  assert.equal(
    await storedCalibration(store, {
      engine: { ...engine, version: "2" },
      workers: 1,
    }),
    undefined,
  );
  await ask("1", 2);
  assert.equal(measured, 2);
});
