import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { laptopConfig, readTask } from "../../bench/search/profile.ts";

Deno.test("laptopConfig() has the values of the profile's file", () => {
  const config = laptopConfig();
  assert.equal(config.dataset, "mnist");
  assert.equal(config.network, "vgg13");
  assert.equal(config.width, 0.25);
  assert.equal(config.student.batchSize, 32);
  // Not in the file: the schema's.
  assert.equal(config.validation, 5000);
  assert.equal(config.teacher.epochs, 3);
});

Deno.test("laptopConfig() keeps to one subject when the profile lists several, and passes over what is not a compression's", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/rq1.laptop.yaml`,
      "dataset: [cifar10, mnist]\nseeds: 6\nwidth: 0.5\n",
    );
    const config = laptopConfig(pathToFileURL(`${folder}/`));
    assert.equal(config.dataset, "mnist");
    assert.equal(config.network, "vgg13");
    assert.equal(config.width, 0.5);
    assert(!("seeds" in config));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readTask() gives the command behind a task", async () => {
  const { args, cwd } = await readTask("rq1");
  assert.equal(args[0], "run");
  const script = await Deno.stat(new URL(args.at(-1)!, cwd));
  assert(script.isFile);
});

Deno.test("readTask() refuses when there is no such task", async () => {
  await assert.rejects(
    readTask("rq0"),
    /Cannot run task "rq0": its program in deno\.json is undefined, expected deno/,
  );
});
