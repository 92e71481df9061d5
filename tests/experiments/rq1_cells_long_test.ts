/** Commands of several cells: what they share, and what of them is not to be had. */

import assert from "node:assert/strict";
import { denyNetwork } from "../_tasks.ts";
import {
  type Ended,
  finish,
  inFolder,
  type Json,
  outcomeOf,
  recordsOf,
  start,
  writtenBy,
} from "./_run.ts";
import { writeOtherMnist } from "./_pictures.ts";
import { exists, query } from "./_traces.ts";

/** A search of one stage on each of these subjects. */
function on(...subjects: readonly string[]): string {
  return `stages: removal\nsubjects:\n${
    subjects.map((subject) => `  - { ${subject} }\n`).join("")
  }`;
}

const MNIST = "dataset: mnist, network: vgg13";
const CIFAR = "dataset: cifar10, network: resnet18, width: 0.02";
const MNIST_CELL = "mnist-vgg13-w0.03-reinforce-s1";
const CIFAR_CELL = "cifar10-resnet18-w0.02-reinforce-s1";

/** No way to data but the packages and what lies in an empty cache. */
function cutOff(folder: string) {
  return {
    deno: [denyNetwork()],
    env: { N2N_CACHE: `${folder}/cache` },
  };
}

/** The one profile's index and table in a results folder. */
function profileIn(results: string): { index: Json; table: string } {
  const [name, ...others] = [...Deno.readDirSync(`${results}/rq1`)]
    .filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => name.slice(0, -".md".length));
  assert.equal(others.length, 0);
  const read = (end: string) =>
    Deno.readTextFileSync(`${results}/rq1/${name}${end}`);
  return { index: JSON.parse(read(".json")), table: read(".md") };
}

/** The command has said how to get CIFAR-10, without a stack. */
function saysHow({ stderr }: Ended): void {
  assert.match(stderr, /Cannot find "\S+" of CIFAR-10/);
  assert.match(
    stderr,
    /Put the archive into "\S+cifar10\/raw" by hand .* --data$/m,
  );
  assert.doesNotMatch(stderr, /^ +at /m);
}

Deno.test("rq1 passes over a subject whose data are not to be had, and says what is missing", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const run = { config: on(CIFAR, MNIST), ...cutOff(folder) };
    const ended = await start(results, run).ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual([...recordsOf(ended).keys()], [MNIST_CELL]);
    assert.match(ended.stderr, new RegExp(`^Not run: ${CIFAR_CELL}$`, "m"));
    saysHow(ended);
    const { index, table } = profileIn(results);
    assert.deepEqual(index.cells, [
      {
        name: CIFAR_CELL,
        lacking: "its data were not to be had where it was run",
      },
      { name: MNIST_CELL },
    ]);
    assert.match(
      table,
      new RegExp(`^Not in the table:\n\n- ${CIFAR_CELL}: its data were`, "m"),
    );
    assert.match(table, /^\| VGG-13 on MNIST, width 0\.03 +\| reinforce/m);
    assert.equal(ended.stdout, `${table}\n`);

    // Asked for by its name, it is an error; what was known stays.
    const flags = ["--dataset", "cifar10"];
    const asked = await start(results, { ...run, flags }).ended;
    assert.equal(asked.code, 5, asked.stderr);
    assert.doesNotMatch(asked.stderr, /^Not run/m);
    saysHow(asked);
    assert.equal(asked.stdout, "");
    assert.deepEqual(profileIn(results), { index, table });
  });
});

Deno.test("rq1 takes a --data folder for those of several sets that it has, and says so", async () => {
  await inFolder(async (folder) => {
    const own = `${folder}/own`;
    await writeOtherMnist(own);
    const results = `${folder}/results`;
    const config = on(CIFAR, MNIST);
    const flags = ["--data", own];
    const run = { config, flags, ...cutOff(folder) };
    const ended = await start(results, run).ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(
      ended.stderr,
      /^--data "\S+own" has nothing of cifar10: its own source is used$/m,
    );
    // Its own source cannot be reached here.
    saysHow(ended);
    const { deterministic } = outcomeOf(ended);
    assert.equal(deterministic.identity.data.official, false);
    // What has nothing of any set is an error for all.
    await Deno.mkdir(`${folder}/empty`);
    const none = await start(`${folder}/none`, {
      ...run,
      flags: ["--data", `${folder}/empty`],
    }).ended;
    assert.equal(none.code, 5, none.stderr);
    assert.match(none.stderr, /Cannot find CIFAR-10 in "\S+empty"/);
    assert.match(none.stderr, /nothing/);
  });
});

Deno.test("rq1 exits with 5 when nothing that it would run is to be had", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const ended = await start(results, {
      config: on(CIFAR),
      ...cutOff(folder),
    }).ended;
    assert.equal(ended.code, 5, ended.stderr);
    saysHow(ended);
    const { index, table } = profileIn(results);
    assert.equal(index.cells.length, 1);
    assert.match(table, /^There is no result yet\.$/m);
    assert.match(table, new RegExp(`^- ${CIFAR_CELL}: its data were`, "m"));
  });
});

Deno.test("rq1 passes over a folder of pictures that is not there, unless it was asked for", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const set = `folder:${folder}/none`;
    const config = on(`dataset: "${set}", network: resnet18`, MNIST);
    const cell = "folder-none-resnet18-w0.03-reinforce-s1";
    const plan = await start(results, { config, flags: ["--dry-run"] }).ended;
    assert.equal(plan.code, 0, plan.stderr);
    assert.match(plan.stderr, new RegExp(`^Not run: ${cell}\n  Cannot `, "m"));
    assert(!exists(results), "a results folder was made");

    const ended = await start(results, { config }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual([...recordsOf(ended).keys()], [MNIST_CELL]);
    assert.match(ended.stderr, new RegExp(`^Not run: ${cell}\n  Cannot `, "m"));
    const { index } = profileIn(results);
    assert.deepEqual(
      index.cells.map(({ name, lacking }: Json) => [name, typeof lacking]),
      [[cell, "string"], [MNIST_CELL, "undefined"]],
    );

    for (const more of [[], ["--dry-run"]]) {
      const flags = ["--dataset", set, ...more];
      const asked = await start(results, { config, flags }).ended;
      assert.equal(asked.code, 5, asked.stderr);
      assert.doesNotMatch(asked.stderr, /^Not run|^ +at /m);
    }
  });
});

Deno.test("rq1 goes on with the other cells when a teacher's training fails", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const config = on(
      `${MNIST}, teacher: { learningRate: 1.0e+30 }`,
      "dataset: mnist, network: vgg11",
    );
    const other = MNIST_CELL.replace("vgg13", "vgg11");
    const ended = await start(results, { config }).ended;
    assert.equal(ended.code, 3, ended.stderr);
    assert.deepEqual([...recordsOf(ended).keys()], [other]);
    const failed = `Cannot train the teacher: .* at step \\d+`;
    assert.match(
      ended.stderr,
      new RegExp(`^Failed: ${MNIST_CELL}: ${failed}`, "m"),
    );
    assert.doesNotMatch(ended.stderr, /^ +at /m);
    const { index, table } = profileIn(results);
    const [first, second] = index.cells;
    assert.equal(first.name, MNIST_CELL);
    assert.match(first.lacking, new RegExp(`^failed: ${failed}`));
    assert.deepEqual(second, { name: other });
    assert.match(table, new RegExp(`^- ${MNIST_CELL}: failed: ${failed}`, "m"));
    assert.match(table, /^\| VGG-11 on MNIST/m);
  });
});

/** Keys of all trainings in a store. */
function trainings(results: string): readonly string[] {
  return query(
    results,
    "SELECT key FROM evaluations WHERE key NOT LIKE 'test/%' ORDER BY key",
  ).map(({ key }) => key);
}

/** The environment of each record that was written, in the order of names. */
function environmentsOf(ended: Ended): readonly Json[] {
  return writtenBy(ended).toSorted().map((path) =>
    JSON.parse(
      Deno.readTextFileSync(path.replace(/json$/, "environment.json")),
    ).environment
  );
}

Deno.test("rq1 shares teacher and evaluations among seeds, and gives the bits of each alone", async () => {
  await inFolder(async (folder) => {
    const seeds = [1, 2, 3];
    const alone = new Map<string, string>();
    const keys = new Set<string>();
    let trained = 0;
    for (const seed of seeds) {
      const results = `${folder}/alone-${seed}`;
      const outcome = await finish(results, {
        config: on(MNIST),
        flags: ["--seed", `${seed}`],
      });
      alone.set(`mnist-vgg13-w0.03-reinforce-s${seed}`, outcome.record);
      trained += outcome.environment.evaluations.trained;
      for (const key of trainings(results)) keys.add(key);
    }
    // A teacher each, at least, which together they train once.
    assert(keys.size <= trained - 2, `${keys.size} of ${trained}`);
    for (const workers of [1, 2]) {
      const results = `${folder}/together-${workers}`;
      const ended = await start(results, {
        config: on(MNIST),
        flags: ["--seeds", "3", "--workers", `${workers}`],
      }).ended;
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(
        [...recordsOf(ended)].toSorted(),
        [...alone].toSorted(),
      );
      assert.deepEqual(trainings(results), [...keys].toSorted());
      const costs = environmentsOf(ended).map((each) => each.evaluations);
      const sum = (key: string) =>
        costs.reduce((all, cost) => all + cost[key], 0);
      // No network was trained twice, and the teacher asked for once.
      assert.equal(sum("trained"), keys.size);
      assert.equal(sum("asked"), sum("trained") + sum("remembered"));
      assert.equal(ended.stderr.match(/^teacher: |: teacher: /gm)?.length, 1);
      assert.match(ended.stdout, /\| stage 1 \(removal\) +\| +3 \| +\d/);
      const { index, table } = profileIn(results);
      assert.equal(ended.stdout, `${table}\n`);
      assert.deepEqual(
        index.cells,
        [...alone.keys()].map((name) => ({ name })),
      );
    }
  });
});
