import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { command, experiment } from "../../experiments/rq1_compression.ts";
import { parseCommand } from "../../lib/cli/mod.ts";
import { selectCells } from "../../lib/lab/cells/select.ts";
import type { CompressionConfig } from "../../lib/lab/options/compression.ts";
import { METHOD_NAMES } from "../../lib/lab/options/methods.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";

/** The options of the first cell of a command line. */
function configOf(...args: readonly string[]): CompressionConfig {
  const invocation = parseCommand(command, args);
  return selectCells(invocation, experiment.arms).declared[0]!.config;
}

/** How a stage searches, as the paper says. */
const PAPER_STAGE = {
  iterations: 100,
  rollouts: 5,
  hidden: 30,
  features: "paper",
  leafLogits: false,
  entropyWeight: 0,
  entropyFalls: false,
  initialKeepBias: 0,
  baseline: "movingAverage",
  baselineDecay: 0.8,
  normaliseAdvantage: false,
  passes: 1,
  clip: 0,
};

/** How a stage searches by what ranks first so far. */
const BEST_STAGE = {
  ...PAPER_STAGE,
  iterations: 25,
  rollouts: 6,
  features: "rich",
  leafLogits: true,
  entropyWeight: 0.1,
  entropyFalls: true,
  baseline: "leaveOneOut",
};

/** What no method sets, on MNIST at the width given. */
function common(width: number) {
  return {
    dataset: "mnist",
    network: "vgg13",
    width,
    validation: 5000,
    images: 0,
    data: { seed: 1 },
    distillation: { views: 10 },
    annealing: { temperature: 0.05, changes: 2 },
    evolution: { population: 20, tournament: 5, changes: 2 },
    limits: { mode: "hard", iterations: 15 },
    policy: [],
    stages: "removal,shrinkage",
    search: "reinforce",
  };
}

Deno.test("--method paper is the paper's procedure, whatever the profile says", () => {
  const config = configOf("--profile", "smoke", "--method", "paper");
  // Of no method: where it decides no result of the two stages.
  const { joint: _, ...rest } = config;
  assert.deepEqual(rest, {
    ...common(0.125),
    images: 10_000,
    method: "paper",
    space: "leaf",
    teacher: {
      epochs: 1,
      batchSize: 64,
      learningRate: 0.1,
      weightDecay: 0.0005,
      seed: 1,
    },
    student: {
      images: 0,
      validationImages: 0,
      epochs: 5,
      shrinkageEpochs: 5,
      batchSize: 64,
      learningRate: 5e-4,
      schedule: "constant",
      weightDecay: 5e-4,
      start: "fresh",
      importance: "filterL1",
      observe: 0,
      initialisation: "pytorch-0.2",
      seed: 1,
    },
    final: {
      epochs: 1,
      batchSize: 32,
      learningRate: 0.005,
      weightDecay: 0,
      distillation: 0.1,
    },
    finalists: 1,
    removal: { ...PAPER_STAGE, learningRate: 0.003 },
    shrinkage: { ...PAPER_STAGE, learningRate: 0.01 },
    shrink: { what: "all", minChannels: 10 },
  });
});

Deno.test("--method best is tied by blocks, sees layers apart and has 150 students a stage", () => {
  const config = configOf("--profile", "smoke", "--method", "best");
  const { joint: _, ...rest } = config;
  assert.deepEqual(rest, {
    ...common(0.125),
    images: 10_000,
    method: "best",
    space: "block",
    teacher: {
      epochs: 1,
      batchSize: 64,
      learningRate: 0.1,
      weightDecay: 0.0005,
      seed: 1,
    },
    student: {
      // How much is the profile's.
      images: 1000,
      validationImages: 500,
      epochs: 1,
      start: "inherited",
      importance: "filterL1",
      observe: 0,
      batchSize: 32,
      learningRate: 0.003,
      schedule: "oneCycle",
      weightDecay: 0,
      initialisation: "he",
      seed: 1,
    },
    final: {
      epochs: 1,
      start: "inherited",
      batchSize: 64,
      learningRate: 0.005,
      weightDecay: 0,
      distillation: 1,
    },
    finalists: 1,
    removal: { ...BEST_STAGE, learningRate: 0.01 },
    shrinkage: { ...BEST_STAGE, learningRate: 0.03 },
    shrink: { what: "channels", minChannels: 4 },
  });
});

Deno.test("--profile paper is the method paper at full width", () => {
  const config = configOf("--profile", "paper");
  const { joint: _, ...rest } = config;
  assert.equal(rest.method, "paper");
  assert.equal(rest.width, 1);
  assert.deepEqual(rest.removal, { ...PAPER_STAGE, learningRate: 0.003 });
  assert.deepEqual(rest.shrinkage, { ...PAPER_STAGE, learningRate: 0.01 });
  assert.deepEqual(rest.shrink, { what: "all", minChannels: 10 });
  assert.equal(rest.student.epochs, 5);
});

/** A profile whose subject says how long a stage is, and where students start. */
const PROFILE = `
subjects:
  - dataset: mnist
    network: vgg13
    removal: { iterations: 15, rollouts: 9 }
    student: { start: inherited }
    final: { start: inherited }
`;

for (const method of METHOD_NAMES) {
  Deno.test(`--method ${method} wins over the subjects of a profile, and flags over it`, async () => {
    await inTemporaryFolder((folder) => {
      Deno.writeTextFileSync(`${folder}/rq1.laptop.yaml`, PROFILE);
      const profiles = pathToFileURL(`${folder}/`);
      const stageOf = (...args: readonly string[]) => {
        const invocation = parseCommand({ ...command, profiles }, args);
        const { declared } = selectCells(invocation, experiment.arms);
        const { removal, student, space } = declared[0]!.config;
        const { iterations, rollouts } = removal;
        return [iterations, rollouts, student.start, space];
      };
      assert.deepEqual(stageOf(), [15, 9, "inherited", "leaf"]);
      const named = method === "paper"
        ? [100, 5, "fresh", "leaf"]
        : [25, 6, "inherited", "block"];
      const word = ["--method", method];
      assert.deepEqual(stageOf(...word), named);
      const flags = ["--removal.iterations", "7", "--space", "unit"];
      for (const args of [[...word, ...flags], [...flags, ...word]]) {
        assert.deepEqual(stageOf(...args), [7, named[1], named[2], "unit"]);
      }
    });
  });
}
