import assert from "node:assert/strict";
import { writeOtherMnist, writePictures } from "./_pictures.ts";
import { taskArgs } from "../_tasks.ts";
import { finish, inFolder, outcomeOf, PROJECT, start } from "./_run.ts";
import { exists } from "./_traces.ts";

Deno.test("rq1 runs on MNIST files of other content, and record and table say so", async () => {
  await inFolder(async (folder) => {
    await writeOtherMnist(`${folder}/own`);
    const env = { N2N_CACHE: `${folder}/cache` };
    const flags = ["--data", `${folder}/own`];
    const { deterministic, page, table, stderr } = await finish(
      `${folder}/results`,
      { flags, env },
    );
    const { data } = deterministic.identity;
    assert.equal(data.official, false);
    assert.notEqual(data.digest.train.slice(0, 8), "1afdd7ba");
    assert.match(data.digest.test, /^2a8555f5/);
    assert.match(stderr, /not known to be the official content/);
    for (const text of [page, table]) {
      assert.match(text, /^\*\*Not the official mnist:\*\*/m);
      assert(text.includes(data.digest.train));
    }
    // What is cached as MNIST is MNIST.
    assert(!exists(`${folder}/cache/mnist/train.bin`));
    const verified = await new Deno.Command(Deno.execPath(), {
      args: [
        ...taskArgs("data"),
        ...["verify", "mnist"],
      ],
      cwd: PROJECT,
      env: { ...env, NO_COLOR: "1" },
    }).output();
    assert.match(
      new TextDecoder().decode(verified.stdout),
      /1afdd7ba[^]*the official content/,
    );
  });
});

/** Options for a folder of 80 pictures. */
const SMALL = [
  ...["--images", "40", "--validation", "20", "--width", "0.05"],
  ...["--network", "resnet18", "--student.images", "32"],
  ...["--student.validation-images", "16", "--removal.iterations", "1"],
  // Mirrored, the left is the right.
  ...["--shrinkage.iterations", "1", "--augmentation.crop-padding", "0"],
];

/** A run on a folder of pictures. */
async function runOnFolder(set: string, results: string) {
  const flags = ["--dataset", `folder:${set}`, "--size", "16", ...SMALL];
  const ended = await start(results, {
    flags: flags,
    env: { N2N_CACHE: `${set}/../cache` },
  }).ended;
  assert.equal(ended.code, 0, ended.stderr);
  return outcomeOf(ended);
}

Deno.test("rq1 compresses a network for a folder of pictures, wherever it lies", async () => {
  await inFolder(async (folder) => {
    const set = `${folder}/here/halves`;
    await writePictures(set, { train: 40, test: 10 });
    const here = await runOnFolder(set, `${folder}/one`);
    const { identity, teacher } = here.deterministic;
    assert.match(
      here.place,
      /^rq1\/smoke\+[0-9a-f]{8}\/folder-halves-16px-resnet18-w0\.05-reinforce-s1\.json$/,
    );
    assert.equal(identity.config.dataset, "folder:halves");
    assert.equal(identity.data.name, "folder:halves");
    assert(!("official" in identity.data));
    assert.equal(teacher.network.input.join(), "3,16,16");
    assert.match(here.page, /^# RQ1: .* on the pictures "halves"/);
    assert.match(here.stdout, /^\| ResNet-18 on the pictures "halves", width/m);
    for (const text of [here.record, here.page, here.table]) {
      assert(!text.includes(folder));
    }
    await Deno.rename(`${folder}/here`, `${folder}/there`);
    const there = await runOnFolder(
      `${folder}/there/halves`,
      `${folder}/two`,
    );
    assert.equal(there.record, here.record);
    assert.equal(there.place, here.place);
  });
});

Deno.test("rq1 refuses a folder of pictures that it cannot use, before it makes results", async () => {
  await inFolder(async (folder) => {
    const set = `${folder}/halves`;
    await writePictures(set, { train: 8, test: 2 });
    await Deno.writeFile(`${set}/train/left/3.png`, new Uint8Array(20));
    const results = `${folder}/results`;
    const env = { N2N_CACHE: `${folder}/cache` };
    const cases: readonly [readonly string[], number, RegExp][] = [
      [[], 5, /Cannot read 1 of 20 pictures:\n.*left\/3\.png: /],
      // 15 are left, and 200 are to be held out.
      [["--skip-broken"], 2, /--validation 200: expected at most 14/],
      [["--size", "0"], 2, /--size 0: expected an integer >= 1/],
    ];
    for (const [flags, expected, message] of cases) {
      const { code, stderr } = await start(results, {
        flags: ["--dataset", `folder:${set}`, ...flags],
        env,
      }).ended;
      assert.equal(code, expected, stderr);
      assert.match(stderr, message);
      assert(!exists(results));
    }
  });
});
