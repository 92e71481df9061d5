import assert from "node:assert/strict";
import { main as exportMain } from "../../experiments/export.ts";
import { dataSetFacts } from "../../lib/data/mod.ts";
import { exportNetwork, type TrainedNetwork } from "../../lib/exchange/mod.ts";
import { teacherSource } from "../../lib/lab/exports/teacher_source.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { decodeTensors, initialise } from "../../lib/training/mod.ts";
import {
  type Ended,
  inFolder,
  outcomeOf,
  PROJECT,
  startRaw,
  TINY,
} from "./_run.ts";

/** A recorded teacher as a file of ONNX, some of it changed. */
async function write(
  path: string,
  change: Partial<TrainedNetwork> = {},
): Promise<Uint8Array> {
  const name = "mnist-vgg13-w0.25";
  const source = await teacherSource(`${PROJECT}results`, name);
  const { classes, mean, std } = dataSetFacts("mnist");
  const files = await exportNetwork("onnx", {
    ...{ name, classes, mean, std, dataset: "mnist" },
    ...{ source: source.source, accuracy: source.test },
    ...{ network: source.network, weights: source.weights },
    ...change,
  });
  const bytes = files.get("model.onnx") as Uint8Array;
  await Deno.writeFile(path, bytes);
  return bytes;
}

/** As few of everything as there can be; of a width nothing is said. */
const SHORT = TINY.replace(/^width:.*$/m, "compare: []")
  .replaceAll("iterations: 3, rollouts: 3", "iterations: 1, rollouts: 2");

async function run(
  results: string,
  flags: readonly string[],
): Promise<Ended> {
  const config = `${results}.yaml`;
  await Deno.writeTextFile(config, SHORT);
  return await startRaw([
    ...["--profile", "smoke", "--config", config, "--results", results],
    ...["--dataset", "mnist", ...flags],
  ]).ended;
}

Deno.test("rq1 compresses a teacher from a file, names it by its content, and exports its students as it wants images", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    // Of the same network another preparation of the images.
    const { mean, std } = dataSetFacts("mnist");
    const bytes = await write(`${folder}/Net.onnx`);
    const first = await run(results, ["--teacher", `${folder}/Net.onnx`]);
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stderr,
      /^Teacher: Net \(onnx, [0-9a-f]{16}\): largest difference of a logit from ONNX Runtime \d\.\de[+-]\d+ on 200 images; right on \d+\.\d\d % of 200 validation images$/m,
    );
    const outcome = outcomeOf(first);
    assert.match(outcome.place, /\/mnist-net-reinforce-s1\.json$/);
    const { identity, teacher } = outcome.deterministic;
    assert.equal(identity.config.network, "file:Net");
    assert.equal(identity.teacher.file, sha256Hex(bytes));
    assert.deepEqual(identity.teacher.preprocessing, { mean, std });
    assert(!outcome.record.includes(folder), "a place is in the record");
    const recorded = await teacherSource(
      `${PROJECT}results`,
      "mnist-vgg13-w0.25",
    );
    assert(Math.abs(teacher.test - recorded.test) < 3e-4, `${teacher.test}`);
    assert.match(outcome.page, /The teacher was trained elsewhere: Net, onnx/);
    assert.match(outcome.table, /Net \(a file\) on MNIST/);

    // Where the file lies is no part of it.
    await Deno.mkdir(`${folder}/elsewhere`);
    await Deno.rename(`${folder}/Net.onnx`, `${folder}/elsewhere/Net.onnx`);
    const again = await run(results, [
      "--teacher",
      `${folder}/elsewhere/Net.onnx`,
    ]);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(outcomeOf(again).digest, outcome.digest);

    // The same images prepared otherwise are another teacher.
    const other = await run(results, [
      ...["--teacher", `${folder}/elsewhere/Net.onnx`],
      ...["--teacher.mean", "0.15", "--teacher.std", "0.35"],
    ]);
    assert.equal(other.code, 0, other.stderr);
    assert.match(other.stderr, /^Teacher: its images are prepared as the/m);
    const prepared = outcomeOf(other);
    assert.notEqual(prepared.deterministic.teacher.test, teacher.test);
    const out = `${folder}/out`;
    const student = prepared.place.replace(/\.json$/, "/shrinkage");
    const code = await exportMain([
      ...["--student", student, "--results", results, "--out", out],
      ...["--to", "safetensors", "--images", "20", "--runs", "1"],
    ]);
    assert.equal(code, 0);
    const { metadata } = decodeTensors(
      await Deno.readFile(`${out}/model.safetensors`),
    );
    const stated = JSON.parse(metadata.preprocessing!);
    assert.deepEqual([stated.mean, stated.std], [[0.15], [0.35]]);
  });
});

Deno.test("rq1 refuses a teacher's file in words when it cannot be used", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/net.onnx`;
    await write(file);
    const source = await teacherSource(
      `${PROJECT}results`,
      "mnist-vgg13-w0.25",
    );
    const untrained = `${folder}/untrained.onnx`;
    await write(untrained, {
      weights: initialise(source.network, {
        initialisation: "he",
        seed: 1,
        owner: "untrained",
      }),
    });
    // As others write it: nothing says how it wants its images.
    const silent = `${folder}/silent.onnx`;
    const bytes = await Deno.readFile(file);
    const at = new TextDecoder("latin1").decode(bytes).indexOf("preprocessing");
    bytes[at] = "P".charCodeAt(0);
    await Deno.writeFile(silent, bytes);
    const mnist = ["--dataset", "mnist"];
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [
        ["--teacher", untrained, ...mnist],
        2,
        /^--teacher: untrained is right on .* expected more than .*, which is chance/m,
      ],
      [
        ["--teacher", silent, ...mnist],
        2,
        /^--teacher ".*silent\.onnx": the file does not say how it wants its images, expected --teacher\.pixels/m,
      ],
      [["--teacher", file], 2, /expected --dataset too/],
      [
        ["--teacher", file, ...mnist, "--network", "vgg11"],
        2,
        /^--network: expected none beside --teacher/m,
      ],
      [
        ["--teacher", file, ...mnist, "--teacher.mean", "0.5"],
        2,
        /^--teacher\.mean: expected --teacher\.mean and --teacher\.std together/m,
      ],
      [
        [
          ...["--teacher", file, ...mnist],
          ...["--teacher.mean", "0,0", "--teacher.std", "1,1"],
        ],
        2,
        /^--teacher\.mean: there are 2, expected 1 or 1/m,
      ],
      [
        ["--teacher.pixels", "unit", ...mnist],
        2,
        /^--teacher\.pixels: expected with --teacher FILE only/m,
      ],
      [
        ["--teacher", `${folder}/none.onnx`, ...mnist],
        5,
        /none\.onnx": cannot read the network: there is no/,
      ],
      [
        ["--teacher", file, "--dataset", "cifar10"],
        2,
        /its input "images" is \[any,1,28,28\], expected \[batch,3,32,32\]/,
      ],
    ];
    for (const [flags, code, message] of cases) {
      const ended = await startRaw([
        ...["--profile", "smoke", "--results", `${folder}/results`],
        ...flags,
      ]).ended;
      assert.match(ended.stderr, message);
      assert.equal(ended.code, code, ended.stderr);
    }
  });
});
