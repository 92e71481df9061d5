import assert from "node:assert/strict";
import fc from "fast-check";
import { command } from "../../experiments/rq1_compression.ts";
import { parseCommand, UsageError } from "../../lib/cli/mod.ts";
import {
  completeConfig,
  type CompressionConfig,
  type GivenConfig,
} from "../../lib/lab/options/compression.ts";
import {
  finalRecipe,
  finalRounds,
  rungRecipes,
  studentRecipes,
  teacherRecipe,
} from "../../lib/lab/options/recipes.ts";
import { canonicalJson } from "../../lib/random/mod.ts";
import { parseOptions } from "./_options.ts";

function configOf(
  final: Partial<GivenConfig["final"]>,
  more: Readonly<Record<string, unknown>> = {},
): CompressionConfig {
  return completeConfig(parseOptions({ final, ...more }));
}

Deno.test("finalRecipe() is the recipe of before there was a choice, to the byte, where nothing is chosen", () => {
  // As written into keys of evaluations that stores hold.
  const before = {
    epochs: 7,
    batchSize: 32,
    learningRate: 0.01,
    schedule: { type: "oneCycle", warmup: 0.2 },
    optimiser: {
      type: "adam",
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.001,
    },
    loss: { crossEntropy: 1, logitMse: 0.3 },
    initialisation: "he",
    augmentation: { cropPadding: 0, flip: false },
  };
  const given = {
    epochs: 7,
    batchSize: 32,
    learningRate: 0.01,
    weightDecay: 0.001,
    distillation: 0.3,
  };
  const usual = {
    optimiser: "adam",
    schedule: "oneCycle",
    kl: 0,
    temperature: 2,
    halving: [],
  } as const;
  for (const options of [given, { ...given, ...usual }]) {
    const config = configOf(options);
    assert.equal(canonicalJson(finalRecipe(config)), canonicalJson(before));
    // Nor do records tell of what was not chosen.
    assert.deepEqual(config.final, given);
    assert.deepEqual(rungRecipes(config), []);
  }
});

Deno.test("finalRecipe() takes optimiser, schedule and softened distillation from the options", () => {
  const adamw = finalRecipe(configOf({
    optimiser: "adamw",
    schedule: "cosine",
    weightDecay: 0.05,
    distillation: 0,
    kl: 0.9,
  }));
  assert.deepEqual(adamw.optimiser, {
    type: "adam",
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.05,
    decoupled: true,
  });
  assert.deepEqual(adamw.schedule, { type: "cosine" });
  assert.deepEqual(adamw.loss, {
    crossEntropy: 1,
    logitMse: 0,
    kl: { weight: 0.9, temperature: 4 },
  });
  const sgd = finalRecipe(configOf({
    optimiser: "sgd",
    weightDecay: 5e-4,
    kl: 1,
    temperature: 2,
  }));
  assert.deepEqual(sgd.optimiser, {
    type: "sgd",
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
  });
  assert.equal(sgd.schedule.type, "oneCycle");
  assert.deepEqual(sgd.loss.kl, { weight: 1, temperature: 2 });
});

/** Rungs with some falling numbers of students and some rising ones of epochs. */
const falling = fc.uniqueArray(fc.integer({ min: 2, max: 40 }), {
  maxLength: 4,
}).map((each) => each.toSorted((a, b) => b - a));
const rising = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), {
  minLength: 4,
  maxLength: 4,
}).map((each) => each.toSorted((a, b) => a - b));

Deno.test("rungRecipes() are the final recipe with fewer epochs each", () => {
  fc.assert(fc.property(falling, rising, (students, epochs) => {
    const halving = students.map((each, at) => ({
      students: each,
      epochs: epochs[at]!,
    }));
    const config = configOf({ halving, epochs: 41, kl: 1, optimiser: "sgd" });
    const final = finalRecipe(config);
    assert.deepEqual(
      rungRecipes(config),
      halving.map(({ students, epochs }) => ({
        students,
        recipe: { ...final, epochs },
      })),
    );
    assert.deepEqual(finalRounds(config), [
      ...rungRecipes(config),
      { students: 1, recipe: final },
    ]);
  }));
});

/** What is wrong with some flags, a line each. */
function mistakes(...flags: readonly string[]): string {
  try {
    completeConfig(parseCommand(command, flags).config);
  } catch (error) {
    assert(error instanceof UsageError);
    return error.message;
  }
  return "";
}

const FINAL = ["--final.epochs", "20"];

Deno.test("--final.halving is read from a flag, and says what it wants", () => {
  const flags = [...FINAL, "--final.halving"];
  const { config } = parseCommand(command, [
    ...flags,
    "[{ students: 8, epochs: 4 }, { students: 3, epochs: 15 }]",
  ]);
  assert.deepEqual(completeConfig(config).final.halving, [
    { students: 8, epochs: 4 },
    { students: 3, epochs: 15 },
  ]);
  const cases = [
    [
      "[{students: 3, epochs: 4}, {students: 3, epochs: 15}]",
      "expected fewer students in each rung than in the one before",
    ],
    [
      "[{students: 8, epochs: 4}, {students: 3, epochs: 4}]",
      "expected more epochs in each rung than in the one before, and fewer than the final training's",
    ],
    [
      "[{students: 8, epochs: 20}]",
      "expected more epochs in each rung than in the one before, and fewer than the final training's",
    ],
    ["[{students: 0, epochs: 1}]", "expected a list of rungs { students, "],
    ["8", "expected a list of rungs { students, epochs }"],
    ["[{students: 8}]", "expected a list of rungs { students, epochs }"],
    ["[{students: 1, epochs: 4}]", "each with fewer students (2 at least)"],
  ] as const;
  for (const [halving, expected] of cases) {
    const told = mistakes(...flags, halving);
    assert(told.includes(expected), `${halving}: ${told}`);
  }
  assert.equal(mistakes(...flags, "[{students: 2, epochs: 19}]"), "");
  assert.match(
    mistakes(...flags, "[{students: 2, epochs: 19}]", "--finalists", "2"),
    /^--finalists 2: expected fewer than the 2 students/m,
  );
});

Deno.test("--method paper has no rungs, whatever a profile says", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(
      file,
      "final: { epochs: 5, halving: [{ students: 4, epochs: 2 }] }",
    );
    const rungs = (...flags: readonly string[]) => {
      const { config } = parseCommand(command, ["--config", file, ...flags]);
      return completeConfig(config).final.halving;
    };
    assert.deepEqual(rungs(), [{ students: 4, epochs: 2 }]);
    assert.equal(rungs("--method", "paper"), undefined);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("--final.kl and --final.temperature must be numbers that make a loss", () => {
  assert.match(mistakes("--final.kl", "-1"), /--final\.kl -1: expected .*>= 0/);
  assert.match(
    mistakes("--final.temperature", "0"),
    /--final\.temperature 0: expected .*> 0/,
  );
  assert.match(
    mistakes("--final.optimiser", "adamW"),
    /expected adam, adamw or sgd/,
  );
});

Deno.test("--final.start inherited needs students that inherit, and says how they do", () => {
  const inherited = ["--student.start", "fresh", "--final.start", "inherited"];
  assert.equal(
    mistakes(...inherited),
    "--final.start inherited: expected fresh, as the students start from fresh weights; --student.start inherited has both inherit",
  );
  for (const final of ["fresh", "inherited"]) {
    const flags = ["--student.start", "inherited", "--final.start", final];
    assert.equal(mistakes(...flags), "");
  }
  assert.equal(mistakes("--final.start", "fresh"), "");
});

Deno.test("--student.observe needs students that inherit", () => {
  const observed = ["--student.observe", "100", "--student.start"];
  assert.match(
    mistakes(...observed, "fresh"),
    /^--student\.observe: expected 0, .*; --student\.start inherited has students inherit$/,
  );
  assert.equal(mistakes(...observed, "inherited"), "");
});

Deno.test("--student.epochs 0 needs students that inherit", () => {
  const none = ["--student.epochs", "0"];
  assert.match(
    mistakes(...none, "--student.start", "fresh"),
    /--student\.epochs 0: expected at least 1, or inherited weights/,
  );
  assert.equal(mistakes(...none, "--student.start", "inherited"), "");
  // Of stage 2, too, it is the usual number.
  const { config } = parseCommand(command, [
    ...none,
    ...["--student.start", "inherited"],
  ]);
  const { removal, shrinkage } = studentRecipes(completeConfig(config));
  assert.deepEqual([removal.epochs, shrinkage.epochs], [0, 0]);
});

Deno.test("recipes say what they compute in when it is not single precision alone", () => {
  const single = { precision: "f32" } as const;
  const silent = configOf(single, { student: single, teacher: single });
  assert.equal(canonicalJson(silent), canonicalJson(configOf({})));
  for (const recipe of [finalRecipe(silent), studentRecipes(silent).removal]) {
    assert.ok(!("precision" in recipe));
  }
  const narrow = { precision: "bf16" } as const;
  assert.equal(finalRecipe(configOf(narrow)).precision, "bf16");
  const student = configOf({}, { student: narrow });
  assert.equal(finalRecipe(student).precision, undefined);
  assert.equal(studentRecipes(student).joint.precision, "bf16");
  assert.ok(!("precision" in teacherRecipe(student)));
  const teacher = configOf({}, { teacher: narrow });
  assert.equal(teacherRecipe(teacher).precision, "bf16");
  assert.equal(finalRecipe(teacher).precision, undefined);
});
