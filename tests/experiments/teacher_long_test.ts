import assert from "node:assert/strict";
import { recordedTeachers } from "../../lib/lab/teacher/files.ts";
import type { TeacherIdentity } from "../../lib/lab/teacher/record.ts";
import { recipeOf } from "../../lib/lab/teacher/recipes.ts";
import { compareTeachers } from "../../lib/lab/teacher/compare.ts";
import { teacherRecord, weightsPath } from "../../lib/lab/teacher/record.ts";
import {
  dataSetFacts,
  dataSetNames,
  isFolderName,
} from "../../lib/data/mod.ts";
import {
  buildNetwork,
  countParameters,
  NETWORK_NAMES,
  networkId,
  parameterTable,
  type Shape,
} from "../../lib/network/mod.ts";
import { canonicalJson, sha256Hex } from "../../lib/random/mod.ts";
import { decodeWeights } from "../../lib/training/mod.ts";
import { taskArgs } from "../_tasks.ts";
import { readLog } from "../lab/_events.ts";
import { inFolder, PROJECT } from "./_run.ts";

const TINY = [
  ...["--width", "0.03", "--images", "256", "--validation", "100"],
  ...["--recipe.epochs", "2"],
];

async function teacher(
  results: string,
  flags: readonly string[] = [],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...taskArgs("teacher"),
      ...["--results", results],
      ...TINY,
      ...flags,
    ],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("teacher trains, records, repeats its bits and notices when they differ", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const log = (name: string) => ["--log.tensorboard", `${folder}/${name}`];
    const first = await teacher(results, log("log"));
    assert.equal(first.code, 0, first.stderr);
    const name = "mnist-vgg13-w0.03";
    assert.match(first.stdout, new RegExp(`^\\| ${name} +\\|`, "m"));
    const [record] = await recordedTeachers(results);
    const content = record!.deterministic;
    const weights = await Deno.readFile(`${results}/${weightsPath(name)}`);
    assert.equal(sha256Hex(weights), content.weights);
    const { evaluation } = content;
    assert.equal(evaluation.validations!.length, 2);
    assert.equal(evaluation.validations!.at(-1), evaluation.accuracy);
    assert.equal(evaluation.losses.length, 2);
    const narrow = (values: readonly number[]) =>
      values.map((value, i) => [i + 1, Math.fround(value)]);
    const runs = readLog(`${folder}/log`);
    assert.deepEqual([...runs.keys()], [`teachers/${name}`]);
    const course = runs.get(`teachers/${name}`)!;
    assert.deepEqual(course["training/loss"], narrow(evaluation.losses));
    assert.deepEqual(
      course["training/validationAccuracy"],
      narrow(evaluation.validations!),
    );

    // As recorded: the same course.
    const known = await teacher(results, log("later"));
    assert.equal(known.code, 0, known.stderr);
    assert.match(known.stderr, /^Trained before: /m);
    assert.deepEqual([...readLog(`${folder}/later`)], [...runs]);

    // From the store: the same files, nothing trained.
    const path = `${results}/teachers/${name}.json`;
    const before = await Deno.readTextFile(path);
    await Deno.remove(path);
    const again = await teacher(results);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(await Deno.readTextFile(path), before);

    const anew = await teacher(results, ["--retrain"]);
    assert.equal(anew.code, 0, anew.stderr);
    assert.match(anew.stderr, /^Equal bits: mnist-vgg13-w0\.03, weights /m);
    assert.equal(await Deno.readTextFile(path), before);

    // A record of other weights, whole in itself.
    const other = teacherRecord(name, { ...content, weights: "0".repeat(64) });
    await Deno.writeTextFile(path, JSON.stringify(other));
    const differs = await teacher(results, ["--retrain"]);
    assert.equal(differs.code, 4, differs.stderr);
    assert.match(
      differs.stderr,
      new RegExp(`weights ${content.weights}, expected 0{64}`),
    );

    const unlike = await teacher(results, ["--retrain", "--images", "200"]);
    assert.equal(unlike.code, 2);
    assert.match(unlike.stderr, /--images 200: given twice/);
  });
});

Deno.test("teacher keeps one of another recipe when a second one takes its name", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const flags = ["--recipe.learning-rate", "0.05"];
    const first = await teacher(results);
    assert.equal(first.code, 0, first.stderr);
    const name = "mnist-vgg13-w0.03";
    const [a] = await recordedTeachers(results);
    const aside = `${name}.${a!.digest.slice(0, 8)}`;

    const second = await teacher(results, flags);
    assert.equal(second.code, 0, second.stderr);
    assert.match(
      second.stderr,
      new RegExp(`of another recipe, is now ${aside}$`, "m"),
    );
    const [b, kept, ...rest] = await recordedTeachers(results);
    assert.equal(rest.length, 0);
    assert.equal(kept!.profile, aside);
    assert.equal(kept!.digest, a!.digest);
    assert.notEqual(b!.digest, a!.digest);

    // Both are there, and neither is trained again: the store knows nothing.
    await Deno.remove(`${results}/.store`, { recursive: true });
    for (const [own, profile] of [[[], aside], [flags, name]] as const) {
      const again = await teacher(results, own);
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stderr, new RegExp(`^Trained before: ${profile};`));
      assert.match(again.stdout, new RegExp(`^\\| ${aside} +\\|`, "m"));
      assert.doesNotMatch(again.stderr, /epochs/);
    }
    const names = await Array.fromAsync(
      Deno.readDir(`${results}/teachers`),
      (entry) => entry.name,
    );
    assert.equal(names.length, 7, names.join());
  });
});

Deno.test("teacher refuses what it cannot train, in words", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const cases: readonly [readonly string[], RegExp][] = [
      [["--dataset", "cifar-10"], /expected .*did you mean "cifar10"\?/],
      [["--network", "resnet"], /expected .*did you mean "resnet18"\?/],
      [["--retrain"], /There is no record of mnist-vgg13-w0\.03/],
      [["--data", `${folder}/none`], /--data ".*none": expected a folder/],
    ];
    for (const [flags, message] of cases) {
      const { code, stderr } = await teacher(results, flags);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    const { code, stderr } = await teacher(results, ["--seed", "0"]);
    assert.equal(code, 2);
    assert.match(stderr, /--seed 0: expected an integer >= 1/);
  });
});

Deno.test("compareTeachers() allows another engine a point of accuracy", async () => {
  const [record] = await recordedTeachers(`${PROJECT}results`);
  const { deterministic: before } = record!;
  const engine = { ...before.engine, name: "another" };
  const now = (test: number) => ({ ...before, engine, test, weights: "other" });
  assert.equal(compareTeachers(record!, now(before.test - 0.0099)), 0);
  assert.equal(compareTeachers(record!, now(before.test - 0.0101)), 4);
  // The same engine is held to its bits.
  assert.equal(compareTeachers(record!, { ...before, weights: "other" }), 4);
  assert.equal(compareTeachers(record!, before), 0);
  const identity = { ...before.identity, seed: 2 };
  assert.equal(compareTeachers(record!, { ...before, identity }), 2);
});

/** What the data set's images and classes must be; of folders the record knows. */
function factsOf(
  { data: { name, digest, official }, network }: TeacherIdentity,
): { readonly input: Shape; readonly classes: number } {
  assert.equal(official, undefined);
  if (isFolderName(name)) {
    const last = network.blocks.at(-1)!;
    assert(last.type === "linear");
    return { input: network.input, classes: last.outFeatures };
  }
  const facts = dataSetFacts(name);
  assert.deepEqual(digest, facts.digest);
  return { input: facts.shape, classes: facts.classes.length };
}

/** Name of a teacher after which another was trained under its name. */
const SET_ASIDE = /\.[0-9a-f]{8}$/;

Deno.test("every committed teacher is what its name, recipe and data set say", async () => {
  const records = await recordedTeachers(`${PROJECT}results`);
  assert(records.length > 0);
  for (const { profile, deterministic } of records) {
    const { identity, weights, parameters } = deterministic;
    const bytes = await Deno.readFile(
      `${PROJECT}results/${weightsPath(profile)}`,
    );
    assert.equal(sha256Hex(bytes), weights, profile);
    const { name } = identity.data;
    const [, width] = /-w(\d+(?:\.\d+)?)/.exec(profile)!;
    const network = buildNetwork(identity.name as "vgg13", {
      ...factsOf(identity),
      width: Number(width),
    });
    assert.equal(networkId(network), networkId(identity.network));
    assert.equal(countParameters(network), parameters);
    // An outsider finds each tensor by its place in the record's network.
    assert.deepEqual(
      Object.keys(decodeWeights(bytes)),
      parameterTable(identity.network).map((parameter) => parameter.name),
    );
    const values = Object.entries(decodeWeights(bytes))
      .filter(([key]) => !key.includes("running"))
      .reduce((sum, [, { length }]) => sum + length, 0);
    assert.equal(values, parameters);
    // One that was set aside has the recipe of its day.
    if (SET_ASIDE.test(profile)) continue;
    assert.equal(
      canonicalJson(identity.recipe),
      canonicalJson(
        recipeOf({
          dataset: name,
          network: identity.name,
          width: Number(width),
        }),
      ),
      `${profile}: its recipe is no longer that of teachers.yaml`,
    );
  }
});

const RESNET = { dataset: "cifar10", network: "resnet18", width: 0.25 };

Deno.test("recipeOf() has a recipe for every pair, and lets options win", () => {
  for (const dataset of dataSetNames()) {
    for (const network of NETWORK_NAMES) {
      const recipe = recipeOf({ dataset, network, width: 0.25 });
      assert(recipe.epochs >= 1 && recipe.learningRate > 0);
    }
  }
  assert.equal(recipeOf(RESNET).augmentation.cropPadding, 4);
  const own = recipeOf(RESNET, { epochs: 2, flip: false });
  assert.equal(own.epochs, 2);
  assert.deepEqual(own.augmentation, { cropPadding: 4, flip: false });
  for (const type of ["constant", "cosine", "step", "oneCycle"] as const) {
    const { schedule } = recipeOf(
      { dataset: "mnist", network: "vgg13", width: 0.25 },
      { schedule: type },
    );
    assert.equal(schedule.type, type);
  }
});
