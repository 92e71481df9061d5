import assert from "node:assert/strict";
import { writeOtherMnist, writePictures } from "./_pictures.ts";
import { inFolder, PROJECT } from "./_run.ts";
import { exists } from "./_traces.ts";

/** Runs a task as a user does, with a cache of its own. */
async function task(
  folder: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1", N2N_CACHE: `${folder}/cache` },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("data and rq1 refuse a --data folder that has nothing of the set", async () => {
  await inFolder(async (folder) => {
    const own = `${folder}/own`;
    await Deno.mkdir(own);
    await Deno.writeTextFile(`${own}/mnist.csv`, "7,0,0,0\n");
    const results = `${folder}/results`;
    for (
      const args of [
        ["data", "fetch", "mnist"],
        ["rq1", "--profile", "smoke", "--results", results],
      ]
    ) {
      const { code, stderr } = await task(folder, [...args, "--data", own]);
      assert.equal(code, 5, stderr);
      assert(
        stderr.includes(
          `Cannot find MNIST handwritten digits in "${own}": expected train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (each as it is or as .gz)`,
        ),
        stderr,
      );
      assert(stderr.includes(`${own}: mnist.csv\n`), stderr);
      assert.doesNotMatch(stderr, /^ +at /m);
    }
  });
});

Deno.test("data takes torchvision's MNIST/raw, and no half of it", async () => {
  await inFolder(async (folder) => {
    const raw = `${folder}/own/MNIST/raw`;
    await writeOtherMnist(raw);
    const args = ["data", "verify", "mnist", "--data", `${folder}/own`];
    const whole = await task(folder, args);
    assert.equal(whole.code, 0, whole.stderr);
    assert.match(whole.stderr, /not known to be the official content/);
    assert(!exists(`${folder}/cache/mnist/train.bin`));
    await Deno.remove(`${raw}/train-labels-idx1-ubyte`);
    const half = await task(folder, args);
    assert.equal(half.code, 5, half.stderr);
    assert(
      half.stderr.includes(
        `in "${raw}": of the train split it has train-images-idx3-ubyte, but not train-labels-idx1-ubyte`,
      ),
      half.stderr,
    );
  });
});

Deno.test("data refuses a folder of pictures whose test pictures are all broken", async () => {
  await inFolder(async (folder) => {
    const set = `${folder}/halves`;
    await writePictures(set, { train: 2, test: 1 });
    for (const name of ["left", "right"]) {
      await Deno.writeFile(`${set}/test/${name}/0.png`, new Uint8Array(20));
    }
    const { code, stderr } = await task(folder, [
      ...["data", "verify", `folder:${set}`, "--skip-broken"],
    ]);
    assert.equal(code, 5, stderr);
    assert.match(
      stderr,
      /test has 0 of 2 pictures left, expected at least 1\nReplace some/,
    );
  });
});
