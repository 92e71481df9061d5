import assert from "node:assert/strict";
import { completeConfig } from "../../lib/lab/options/compression.ts";
import {
  finalRecipe,
  studentRecipes,
  teacherRecipe,
  teacherViews,
} from "../../lib/lab/options/recipes.ts";
import { recordedTeachers } from "../../lib/lab/teacher/files.ts";
import { recipeOf } from "../../lib/lab/teacher/recipes.ts";
import { canonicalJson } from "../../lib/random/mod.ts";
import { parseOptions } from "../lab/_options.ts";
import { PROJECT } from "./_run.ts";

/** Options with what every command line has, and some more. */
function complete(options: Readonly<Record<string, unknown>>) {
  return completeConfig(parseOptions(options));
}

Deno.test("completeConfig() asks for the committed teachers by data set, network and width alone", async () => {
  const records = await recordedTeachers(`${PROJECT}results`);
  assert(records.length > 0);
  for (const { profile, deterministic: { identity } } of records) {
    // One that was set aside has the recipe of its day.
    if (/\.[0-9a-f]{8}$/.test(profile)) continue;
    const [, width] = /-w(\d+(?:\.\d+)?)/.exec(profile)!;
    const config = complete({
      dataset: identity.data.name,
      network: identity.name,
      width: Number(width),
    });
    assert.equal(
      canonicalJson(teacherRecipe(config)),
      canonicalJson(identity.recipe),
      profile,
    );
  }
});

Deno.test("completeConfig() lets options win over the recipe, and gives students its augmentation", () => {
  const set = { dataset: "cifar10", network: "resnet18" } as const;
  const { augmentation, epochs } = recipeOf({ ...set, width: 0.25 });
  const usual = complete(set);
  assert.deepEqual(usual.augmentation, augmentation);
  assert.deepEqual(studentRecipes(usual).removal.augmentation, augmentation);
  const own = complete({
    ...set,
    augmentation: { flip: true },
    teacher: { learningRate: 0.01, schedule: "step" },
  });
  const recipe = teacherRecipe(own);
  assert.deepEqual(recipe.augmentation, { cropPadding: 0, flip: true });
  assert.equal(recipe.learningRate, 0.01);
  assert.equal(recipe.schedule.type, "step");
  assert.equal(recipe.epochs, epochs);
});

Deno.test("completeConfig() writes nothing of what is not there into a record", () => {
  const { teacher, ...rest } = complete({});
  assert.deepEqual(
    Object.keys(teacher).sort(),
    ["batchSize", "epochs", "learningRate", "seed", "weightDecay"],
  );
  assert(!("augmentation" in rest));
});

Deno.test("recipes of students have views where images are augmented, those of teachers never", () => {
  const epochs = {
    student: { epochs: 3, shrinkageEpochs: 4 },
    final: { epochs: 8 },
  };
  const cases = [
    // Of a teacher that sees its images as they are.
    { options: { dataset: "mnist" }, views: undefined, looked: 1 },
    { options: { dataset: "cifar10" }, views: 10, looked: 8 },
    {
      options: { dataset: "cifar10", distillation: { views: 6 } },
      views: 6,
      looked: 6,
    },
    {
      options: { dataset: "mnist", augmentation: { flip: true } },
      views: 10,
      looked: 8,
    },
  ] as const;
  for (const { options, views, looked } of cases) {
    const config = complete({ network: "resnet18", ...epochs, ...options });
    const { removal, shrinkage, joint } = studentRecipes(config);
    for (const recipe of [removal, shrinkage, joint, finalRecipe(config)]) {
      assert.equal(recipe.views, views);
      assert.equal("views" in recipe, views !== undefined);
    }
    assert(!("views" in teacherRecipe(config)));
    assert.equal(teacherViews(config), looked);
  }
});
