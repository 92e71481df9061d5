import assert from "node:assert/strict";
import { ABLATIONS, readNames } from "../../experiments/ablation.ts";
import { completeConfig, configOfArm } from "../../lib/lab/mod.ts";
import { createObjective } from "../../lib/reward/mod.ts";
import {
  type CommandOptions,
  finish,
  inFolder,
  type Json,
  startRaw,
} from "./_run.ts";
import { look } from "./_traces.ts";
import { readLog } from "../lab/_events.ts";
import { parseOptions } from "../lab/_options.ts";

const OPTIONS: CommandOptions = { script: "ablation.ts", config: "" };

/** Small cells, on a table of 64 action sequences. */
const SMALL = [
  ...["--network", "lenet5", "--width", "0.5", "--method", "best"],
  ...["--space", "unit", "--student.validation-images", "60"],
  ...["--student.learning-rate", "0.01", "--shrink.min-channels", "2"],
  ...["--removal.iterations", "2", "--removal.rollouts", "2"],
  ...["--shrinkage.rollouts", "2", "--search-iterations", "1"],
  ...["--table-seeds", "2", "--search-seeds", "2"],
];

const run = (results: string, name: string, ...flags: readonly string[]) =>
  finish(results, { ...OPTIONS, flags: [...SMALL, "--arms", name, ...flags] });

Deno.test("ablation searches a table with all arms and looks at what they choose again", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = await run(results, "baseline", "--workers", "2");
    const { arms, table, images, teacher } = first.deterministic;
    assert.deepEqual(
      arms.map(({ name, against }: Json) => [name, against]),
      [
        ["leave one out", undefined],
        ["moving average", "leave one out"],
        ["none", "leave one out"],
      ],
    );
    // Of 200 validation images those that chose nothing are looked at again.
    assert.deepEqual(images, { train: 128, validation: 60, again: 140 });
    const chosen = arms.flatMap(({ searches }: Json) =>
      searches.flatMap(({ chosen }: Json) => chosen ?? [])
    );
    assert(chosen.length > 0);
    for (const { accuracy, parameters, compression, reward, again } of chosen) {
      assert.equal(compression, 1 - parameters / teacher.parameters);
      const worth = (own: number, teachers: number) =>
        createObjective({
          teacher: { parameters: teacher.parameters, accuracy: teachers },
        }).score({
          sizes: { parameters, macs: 0, activationBytes: 0, weightBytes: 0 },
          accuracy: own,
        }, 0).reward;
      assert.equal(reward, worth(accuracy, teacher.accuracy));
      assert.equal(
        again.reward,
        worth(again.accuracy, teacher.accuracyAgain),
      );
      assert(reward <= table.best);
    }
    const { tests, evaluations } = look(results);
    assert.equal(tests, 0, "a test image was looked at");
    const distinct = new Set(chosen.map(({ networkId }: Json) =>
      networkId
    )).size;
    assert.equal(evaluations, 1 + table.students + distinct);

    const log = `${folder}/log`;
    const flags = ["--workers", "1", "--log.tensorboard", log];
    const second = await run(results, "baseline", ...flags);
    assert.equal(second.record, first.record);
    assert.equal(second.environment.evaluations.trained, 0);
    const cell = second.place.replace(/\.json$/, "");
    const searches = arms.flatMap(({ name, searches }: Json) =>
      searches.map(({ seed, proposed }: Json) => [
        `${cell}/${name.replaceAll(" ", "-")}-s${seed}`,
        proposed,
      ])
    );
    const runs = readLog(log);
    assert.deepEqual(
      [...runs.keys()].toSorted(),
      [cell, `${cell}/teacher`, ...searches.map(([run]: Json) => run)]
        .toSorted(),
    );
    for (const [run, proposed] of searches) {
      assert.equal(runs.get(run)!["student/reward"]!.length, proposed, run);
    }
  });
});

Deno.test("ablation trains the students of its searches where there is no table", async () => {
  await inFolder(async (folder) => {
    const { deterministic, page } = await run(`${folder}/results`, "shrinkage");
    assert.equal(deterministic.table, undefined);
    assert.deepEqual(
      deterministic.arms.map(({ searches }: Json) => searches.length),
      [2, 2],
    );
    assert.match(page, /^\*\*Verdict: not decidable at this scale\.\*\*/m);
    assert.match(page, /Every search trained the students that it proposed/);
  });
});

Deno.test("every arm is a search that can be run", () => {
  const base = { length: { iterations: 4, rollouts: 6 }, parameters: 1000 };
  for (const { name, options, arms } of ABLATIONS) {
    const given = parseOptions({
      space: "block",
      network: "resnet18",
      ...options,
    });
    completeConfig(given);
    const all = arms(base);
    assert(all.length >= 2, name);
    const names = all.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, name);
    for (const arm of all) {
      assert(arm.against === undefined || names.includes(arm.against));
      // Throws for faults without effect.
      completeConfig(configOfArm(given as never, arm.options) as never);
    }
  }
});

Deno.test("readNames() makes names in front of the options the cells that are run", () => {
  assert.deepEqual(readNames(["reward", "faults", "--seed", "2"]), [
    "--arms",
    "reward,faults",
    "--seed",
    "2",
  ]);
  assert.deepEqual(readNames(["--dry-run"]), ["--dry-run"]);
  assert.throws(() => readNames(["rewards"]), {
    name: "UsageError",
    message: /^Ablation "rewards": expected some of features, .* mean "reward"/,
  });
});

Deno.test("ablation lists what there is when nothing is asked, and tells mistakes", async () => {
  const run = (...args: readonly string[]) =>
    startRaw(args, { script: "ablation.ts" }).ended;
  const [list, unfit] = await Promise.all([
    run(),
    run("features", "--profile", "smoke", "--student.validation-images", "500"),
  ]);
  assert.equal(list.code, 0, list.stderr);
  for (const { name, summary } of ABLATIONS) {
    assert.match(list.stdout, new RegExp(`^  ${name} +${summary}`, "m"));
  }
  assert.equal(unfit.code, 2, unfit.stderr);
  assert.match(unfit.stderr, /^--student\.validation-images 500: expected at/m);
});
