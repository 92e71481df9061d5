import assert from "node:assert/strict";
import { inFolder, type Json, PROJECT, reference, start } from "./_run.ts";

const NAME = "mnist-vgg13-w0.03";

/** Trains the teacher of the tiny run, and records it in a results folder. */
async function record(results: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-all", "experiments/teacher.ts"],
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

function read(results: string): Json {
  return JSON.parse(Deno.readTextFileSync(`${results}/rq1/smoke.json`));
}

Deno.test("rq1 takes a recorded teacher, says so, and goes on as with its own", async () => {
  const own = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    await record(results);
    // Only files are left: the store knows of no training.
    await Deno.remove(`${results}/.store`, { recursive: true });

    const taken = await start(results).ended;
    assert.equal(taken.code, 0, taken.stderr);
    assert.match(
      taken.stderr,
      new RegExp(`^Teacher: ${NAME} as recorded,`, "m"),
    );
    const { weights, engine } = read(results).deterministic.identity.teacher;
    assert.match(weights, /^[0-9a-f]{64}$/);
    assert.equal(engine.name, "onnx-cpu");
    assert.deepEqual(withoutTeacher(read(results)), withoutTeacher(own));
    assert.match(
      await Deno.readTextFile(`${results}/rq1/smoke.md`),
      new RegExp(
        `The teacher was trained before, by onnx-cpu[^]*${
          weights.slice(0, 16)
        }`,
      ),
    );
    const plan = await start(results, { flags: ["--dry-run"] }).ended;
    assert.match(plan.stdout, new RegExp(`, trained: ${NAME}$`, "m"));
    assert.match(plan.stdout, /^Stored in .*: of this run 3 of 3 iterations/m);

    const retrained = await start(results, {
      flags: ["--teacher.retrain"],
    }).ended;
    assert.equal(retrained.code, 0, retrained.stderr);
    assert.equal(read(results).digest, own.digest);
    assert.doesNotMatch(retrained.stderr, /as recorded/);

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
    const { code, stdout, stderr } = await start(results, {
      flags: [
        ...["--network", "resnet18", "--width", "0.02"],
        ...["--augmentation.crop-padding", "2", "--augmentation.flip"],
        // More than the final trainings' 3.
        ...["--student.shrinkage-epochs", "4"],
      ],
    }).ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^# RQ1: compression of ResNet-18 on MNIST/);
    const text = await Deno.readTextFile(
      `${results}/rq1/smoke-mnist-resnet18.json`,
    );
    const { deterministic } = JSON.parse(text);
    // One table of teacher logits for each epoch of the longest training.
    assert.equal(deterministic.teacherForwards, 4 * 640);
    assert(deterministic.removal.winner.network.blocks.length > 0);
    assert(deterministic.shrinkage.winner.parameters > 0);
  });
});
