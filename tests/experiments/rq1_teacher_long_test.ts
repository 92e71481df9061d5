import assert from "node:assert/strict";
import { taskArgs } from "../_tasks.ts";
import { readLog } from "../lab/_events.ts";
import {
  inFolder,
  type Json,
  outcomeOf,
  PROJECT,
  reference,
  stageOf,
  start,
} from "./_run.ts";

const NAME = "mnist-vgg13-w0.03";

/** Trains the teacher of the tiny run, and records it in a results folder. */
async function record(results: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...taskArgs("teacher"),
      ...["--results", results, "--width", "0.03", "--images", "640"],
      ...["--validation", "200", "--recipe.epochs", "5"],
    ],
    cwd: PROJECT,
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** A record without what it says of the teacher's origin. */
function withoutTeacher({ deterministic }: Json): Json {
  const { teacher: _, ...identity } = deterministic.identity;
  return { ...deterministic, identity };
}

Deno.test("rq1 takes a recorded teacher, says so, and goes on as with its own", async () => {
  const own = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    await record(results);
    // Only files are left: the store knows of no training.
    await Deno.remove(`${results}/.store`, { recursive: true });

    const log = `${folder}/log`;
    const taken = await start(results, {
      flags: ["--log.tensorboard", log],
    }).ended;
    assert.equal(taken.code, 0, taken.stderr);
    assert.match(
      taken.stderr,
      new RegExp(`^Teacher: ${NAME} as recorded,`, "m"),
    );
    const outcome = outcomeOf(taken);
    const { weights, engine } = outcome.deterministic.identity.teacher;
    assert.match(weights, /^[0-9a-f]{64}$/);
    // Its course is told as if it had been trained now.
    const cell = outcome.place.replace(/\.json$/, "");
    const course = readLog(log).get(`${cell}/teacher`)!;
    assert.equal(course["training/loss"]!.length, 5);
    assert.equal(course["training/validationAccuracy"]!.length, 5);
    assert.equal(engine.name, "onnx-cpu");
    assert.deepEqual(withoutTeacher(outcome), withoutTeacher(own));
    assert.match(
      outcome.page,
      new RegExp(
        `The teacher was trained before, by onnx-cpu[^]*${
          weights.slice(0, 16)
        }`,
      ),
    );
    const plan = await start(results, { flags: ["--dry-run"] }).ended;
    assert.match(plan.stdout, new RegExp(`, trained: ${NAME}$`, "m"));

    const retrained = await start(results, {
      flags: ["--teacher.retrain"],
    }).ended;
    assert.equal(retrained.code, 0, retrained.stderr);
    assert.equal(outcomeOf(retrained).digest, own.digest);
    assert.doesNotMatch(retrained.stderr, /as recorded/);
    // Another teacher is another identity: the earlier record is kept.
    const aside = `${results}/${
      outcome.place.replace(/json$/, `${outcome.digest.slice(0, 8)}.json`)
    }`;
    assert.equal(await Deno.readTextFile(aside), outcome.record);
    assert(retrained.stderr.includes(`it is kept as ${aside}\n`));

    // Other weights than those that the record vouches for.
    const path = `${results}/teachers/${NAME}.safetensors`;
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await Deno.writeFile(path, bytes);
    for (const damage of [() => {}, () => Deno.removeSync(path)]) {
      damage();
      const { code, stderr } = await start(results).ended;
      assert.equal(code, 5, stderr);
      assert.match(stderr, /^Cannot use the teacher mnist-vgg13-w0\.03: the/m);
      assert.match(stderr, /--teacher\.retrain$/m);
    }
  });
});

Deno.test("rq1 compresses a residual network on augmented images", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const ended = await start(results, {
      flags: [
        ...["--network", "resnet18", "--width", "0.02"],
        ...["--augmentation.crop-padding", "2", "--augmentation.flip"],
        // More than the final trainings' 3.
        ...["--student.shrinkage-epochs", "4"],
      ],
    }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    const { deterministic, page, table } = outcomeOf(ended);
    assert.match(page, /^# RQ1: compression of ResNet-18 on MNIST/);
    assert.match(table, /^\| ResNet-18 on MNIST, width 0\.02 +\| reinforce /m);
    assert.equal(ended.stdout, `${table}\n`);
    // One table of teacher logits for each epoch of the longest training.
    assert.equal(deterministic.teacherForwards, 4 * 640);
    assert(stageOf(deterministic, "removal").winner.network.blocks.length > 0);
    assert(stageOf(deterministic, "shrinkage").winner.parameters > 0);
  });
});
