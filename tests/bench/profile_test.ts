import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import {
  laptopConfig,
  readTask,
  SHORT_SEARCH,
  WHOLE_SEARCH,
} from "../../bench/search/profile.ts";
import { command, experiment } from "../../experiments/rq1_compression.ts";
import { parseCommand } from "../../lib/cli/mod.ts";
import { selectCells } from "../../lib/lab/mod.ts";

Deno.test("laptopConfig() has the values of the profile's file", () => {
  const config = laptopConfig();
  assert.equal(config.dataset, "mnist");
  assert.equal(config.network, "vgg13");
  assert.equal(config.width, 0.25);
  assert.equal(config.student.batchSize, 32);
  // Its subject's own.
  assert.equal(config.student.images, 3000);
  assert.equal(config.removal.iterations, 25);
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

Deno.test("laptopConfig() has the options of its subject alone when the profile has several", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/rq1.laptop.yaml`,
      [
        "width: 0.5",
        "seeds: 6",
        "subjects:",
        "  - { dataset: cifar10, network: resnet18, finalists: 2 }",
        "  - { dataset: mnist, network: resnet18, finalists: 3 }",
        "  - { dataset: mnist, network: vgg13, finalists: 4 }",
      ].join("\n"),
    );
    const config = laptopConfig(pathToFileURL(`${folder}/`));
    assert.equal(config.dataset, "mnist");
    assert.equal(config.network, "vgg13");
    assert.equal(config.width, 0.5);
    assert.equal(config.finalists, 4);
    assert(!("subjects" in config) && !("seeds" in config));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("SHORT_SEARCH is one cell of the laptop profile when RQ1 reads it", () => {
  const { chosen, profile } = selectCells(
    parseCommand(command, SHORT_SEARCH),
    experiment.arms,
  );
  assert.deepEqual(chosen.map(({ name }) => name), [
    "mnist-vgg13-w0.5-reinforce-s1",
  ]);
  assert.match(profile, /^laptop\+/);
  const { removal, shrinkage, student, final } = chosen[0]!.config;
  assert.deepEqual(
    [removal.iterations, shrinkage.iterations, student.images, final.epochs],
    [2, 2, laptopConfig().student.images, 1],
  );
});

Deno.test("WHOLE_SEARCH is the profile's search that laptopConfig() tells of when RQ1 reads it", () => {
  const { chosen, profile } = selectCells(
    parseCommand(command, WHOLE_SEARCH),
    experiment.arms,
  );
  assert.equal(profile, "laptop");
  assert.equal(chosen.length, 1);
  const { width, student, removal } = laptopConfig();
  const { config } = chosen[0]!;
  assert.deepEqual(
    [config.width, config.student, config.removal],
    [width, student, removal],
  );
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
