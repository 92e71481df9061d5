import assert from "node:assert/strict";
import { openOnnx } from "../../lib/engine/mod.ts";
import { canonical } from "../../lib/network/mod.ts";
import { measureAccuracy } from "../../lib/training/mod.ts";
import { writePictures } from "../experiments/_pictures.ts";
import { finish, inFolder } from "../experiments/_run.ts";
import { givenDemo, RESULTS, STUDENT, TEACHER } from "./_demo.ts";
import { refused, serveTask } from "./_served.ts";

// Seen to fail: with UsageError in the place of DataError, and without the comparison
// of the teacher's data.
Deno.test("deno task demo refuses what it cannot show in words", async () => {
  await inFolder(async (folder) => {
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [
        [folder],
        5,
        /no record in ".*" has its winners' weights beside it; a minute makes some: deno task rq1 --profile smoke --results \S+\n$/,
      ],
      [
        [RESULTS, "--student", "rq1/smoke/none/shrinkage"],
        2,
        /the cell is "none", expected mnist-vgg13/,
      ],
      [
        [RESULTS, "--student", STUDENT, "--teacher", "cifar10-resnet18-w0.25"],
        2,
        /--teacher "cifar10-resnet18-w0\.25": it was trained on cifar10, expected the images of/,
      ],
      [
        [
          ...[RESULTS, "--student", STUDENT],
          ...["--teacher", "fashion-mnist-resnet18-w0.25"],
        ],
        2,
        /it was trained on fashion-mnist, expected the images of/,
      ],
      [
        [RESULTS, "--student", STUDENT, "--teacher", "mnist-vgg13-w0.2"],
        2,
        /did you mean "mnist-vgg13-w0\.25"\?/,
      ],
      [
        [RESULTS, "--student", STUDENT, "--dataset", "folder:here"],
        2,
        /--dataset folder:.*: expected none, the networks were trained on mnist/,
      ],
      [
        [RESULTS, "--student", STUDENT, "--host", "0.0.0.0"],
        2,
        /deno run -P=demo --allow-net=0\.0\.0\.0 experiments\/demo\.ts \S+ --student \S+ --host 0\.0\.0\.0$/m,
      ],
    ];
    for (const [args, code, message] of cases) {
      const ended = await refused({ args });
      assert.match(ended.stderr, message);
      assert.equal(ended.code, code, ended.stderr);
    }
  });
});

// Seen to fail: without the note.
Deno.test("deno task demo says that a teacher is another student's, and why there are no test images", async () => {
  await inFolder(async (folder) => {
    await using served = await serveTask({
      args: [RESULTS, "--student", STUDENT, "--teacher", TEACHER],
      // A cache that has nothing.
      env: { N2N_CACHE: folder },
    });
    const { demo } = served;
    assert.match(demo.note!, /made from another teacher, of 97\.45 %/);
    assert.equal(demo.teacher.name, TEACHER);
    assert.deepEqual(demo.tests, {
      reason:
        "The test images are not in this machine's cache yet: deno task data fetch mnist puts them there; then start this demo anew.",
    });
    await served.stop();
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);

    await Deno.mkdir(`${folder}/mnist`);
    await Deno.writeTextFile(`${folder}/mnist/test.bin`, "nothing");
    await using damaged = await serveTask({
      args: [RESULTS, "--student", STUDENT],
      env: { N2N_CACHE: folder },
    });
    assert("reason" in damaged.demo.tests);
    assert.match(damaged.demo.tests.reason, /are damaged: it has no header/);
    await damaged.stop();
  });
});

// Seen to fail: without the teacher's key in what a run notes, where the note tells of
// another teacher.
Deno.test("deno task demo shows a student beside the teacher that its own run trained", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const search = await finish(results);
    const { teacher, stages } = search.deterministic;
    await using served = await serveTask({ args: [results] });
    const { address, demo } = served;
    const model = await (await fetch(`${address}teacher.onnx`)).bytes();
    assert.equal(await served.stop(), "");
    assert.equal(demo.note, undefined);
    assert.equal(demo.teacher.parameters, teacher.parameters);
    assert.equal(demo.teacher.accuracy, teacher.test);
    assert.equal(demo.student.parameters, stages.at(-1).winner.parameters);
    assert.equal(demo.student.accuracy, stages.at(-1).winner.test);
    const { split } = await givenDemo();
    const predictor = await openOnnx(model, canonical(teacher.network));
    const { accuracy } = await measureAccuracy(predictor, {
      split,
      indices: Uint32Array.from({ length: split.count }, (_, row) => row),
      mean: demo.data.mean,
      std: demo.data.std,
    });
    await predictor.dispose();
    // Batch norms are folded: rounding may take an image or two elsewhere.
    assert(Math.abs(accuracy - teacher.test) < 0.0005, `${accuracy}`);
  });
});

// Seen to fail: with what the task may not do told as it is.
Deno.test("deno task demo shows networks of a user's own pictures, from the cache alone", async () => {
  await inFolder(async (folder) => {
    const set = `${folder}/halves`;
    const results = `${folder}/results`;
    const env = { N2N_CACHE: `${folder}/cache` };
    await writePictures(set, { train: 40, test: 10 });
    await finish(results, {
      env,
      flags: [
        ...["--dataset", `folder:${set}`, "--size", "16"],
        ...["--images", "40", "--validation", "20", "--width", "0.05"],
        ...["--network", "resnet18", "--student.images", "32"],
        ...["--student.validation-images", "16", "--removal.iterations", "1"],
        ...["--shrinkage.iterations", "1", "--augmentation.crop-padding", "0"],
      ],
    });
    const bare = await refused({ args: [results], env });
    assert.equal(bare.code, 2);
    assert.match(
      bare.stderr,
      /--dataset: expected folder:PATH, where the pict/,
    );
    const args = [results, "--dataset", `folder:${set}`];
    await using served = await serveTask({ args, env });
    const { data, tests, note } = served.demo;
    assert.deepEqual(data.classes, ["left", "right"]);
    assert.deepEqual(data.shape, [3, 16, 16]);
    assert.deepEqual([data.framing, note], [undefined, undefined]);
    assert.deepEqual(tests, { count: 20 });
    const images = await fetch(`${served.address}tests?from=0&count=20`);
    assert.equal((await images.bytes()).length, 20 * (2 + 3 * 16 * 16));
    await served.stop();

    await Deno.remove(`${folder}/cache`, { recursive: true });
    const gone = await refused({ args, env });
    assert.equal(gone.code, 5);
    assert.match(
      gone.stderr,
      /not decoded in the cache; first: deno task data verify folder:\S+ --size 16\n/,
    );
  });
});
