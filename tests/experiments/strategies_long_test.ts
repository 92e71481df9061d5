import assert from "node:assert/strict";
import {
  type CommandOptions,
  finish,
  inFolder,
  type Json,
  type Outcome,
  stageOf,
  start,
  startRaw,
} from "./_run.ts";
import { exists, look, reach } from "./_traces.ts";
import { readLog } from "../lab/_events.ts";

/** Action sequences of LeNet-5 with the space unit. */
const SEQUENCES = 64;

const SEEDS = 3;

const ARMS = ["reinforce", "paper", "scaled", "random", "evolution"]
  .concat("annealing", "greedy", "frozen");

/** What a table and a compression have in common: their profiles differ in it. */
const SUBJECT = [
  ...["--network", "lenet5", "--width", "0.5"],
  ...["--method", "best", "--space", "unit"],
  ...["--student.learning-rate", "0.01", "--student.schedule", "oneCycle"],
  ...["--removal.learning-rate", "0.05", "--removal.entropy-weight", "0.1"],
  ...["--removal.iterations", "3", "--removal.rollouts", "3"],
];

const OPTIONS: CommandOptions = {
  script: "search_strategies.ts",
  config: `searchSeeds: ${SEEDS}\nmarks: [3, 5]\n`,
};

const run = (results: string, ...flags: readonly string[]) =>
  finish(results, { ...OPTIONS, flags: [...SUBJECT, ...flags] });

let made: Promise<Outcome> | undefined;

/** The unbroken run that others are compared with. */
function reference(): Promise<Outcome> {
  made ??= (async () => {
    let outcome: Outcome | undefined;
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const log = `${folder}/log`;
      const flags = ["--workers", "2", "--log.tensorboard", log];
      outcome = await run(results, ...flags);
      const cell = outcome.place.replace(/\.json$/, "");
      assert.deepEqual(
        [...readLog(log).keys()].toSorted(),
        [
          cell,
          `${cell}/teacher`,
          ...ARMS.flatMap((arm) =>
            [1, 2, 3].map((seed) => `${cell}/${arm}-s${seed}`)
          ),
        ].toSorted(),
      );
      const { tests, weights, evaluations } = look(results);
      assert.equal(tests, 0, "a test image was looked at");
      assert.equal(weights, 1, "a student was trained to the end");
      const { trained } = outcome.environment.evaluations;
      assert.equal(evaluations, trained);
      const figure = outcome.place.replace(/\.json$/, "-strategies.svg");
      assert(exists(`${results}/${figure}`), figure);
    });
    return outcome!;
  })();
  return made;
}

Deno.test("strategies trains every student once, and lets every strategy search them", async () => {
  const { deterministic, environment, stderr, digest } = await reference();
  const { table, rejected, arms, marks, images } = deterministic;
  const listed: readonly string[] = [
    ...table.flatMap(({ actions }: Json) => actions),
    ...Object.values<string[]>(rejected).flat(),
  ];
  assert.equal(listed.length, SEQUENCES);
  assert.deepEqual(
    listed.toSorted(),
    Array.from({ length: SEQUENCES }, (_, i) => i.toString(2).padStart(6, "0")),
  );
  // The network as it is, and those that do not fit together.
  assert(rejected.noReduction.includes("111111"));
  const rewards = table.map(({ reward }: Json) => reward);
  assert.deepEqual(rewards, rewards.toSorted((a: number, b: number) => b - a));
  assert(new Set(table.map(({ accuracy }: Json) => accuracy)).size > 5);
  assert.equal(environment.evaluations.trained, 1 + table.length);
  assert.deepEqual(images, { train: 128, validation: 100 });
  assert.deepEqual(marks, [3, 5, 9]);
  assert.deepEqual(arms.map(({ name }: Json) => name), ARMS);
  for (const { name, searches } of arms) {
    assert.deepEqual(searches.map(({ seed }: Json) => seed), [1, 2, 3]);
    for (const { marks, improvements } of searches) {
      assert.deepEqual(
        marks.map(({ proposed }: Json) => proposed),
        [3, 5, 9],
        name,
      );
      const rows = improvements.map(({ row }: Json) => row);
      assert.deepEqual(rows, rows.toSorted((a: number, b: number) => b - a));
    }
  }
  assert(environment.details.searches > 0);
  assert(stderr.includes(`\nDigest: ${digest}\n`), stderr);
});

Deno.test("strategies shows its progress, and a page and a table", async () => {
  const { stderr, page, table } = await reference();
  assert.match(stderr, /^students: \d+\/\d+ students \(100 %\)/m);
  assert.match(stderr, /^searches: 24\/24 searches \(100 %\)/m);
  assert.match(
    page,
    /^# Search strategies on LeNet-5 on MNIST \(profile `smoke\+[0-9a-f]{8}`\)\n/,
  );
  for (const text of [page, table]) {
    assert.match(text, /No student is trained to the end/);
    assert.match(text, /no test image is looked at/);
    for (const name of ARMS) assert.match(text, new RegExp(`\\| ${name} +\\|`));
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  }
  assert.match(page, /has 64 action sequences\nhere \(rejected: /);
  assert.match(page, /with 3 seeds \(from 1\), 3 iterations of 3 students/);
});

Deno.test("strategies gives the same bits on 1 and 2 workers, and from its store", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = await run(results, "--workers", "1");
    assert.equal(first.record, expected.record);
    const second = await run(results);
    assert.equal(second.environment.evaluations.trained, 0);
    assert.equal(second.record, expected.record);

    // Other searches on the same table.
    const other = await run(results, "--seed", "4");
    assert.equal(other.environment.evaluations.trained, 0);
    assert.deepEqual(other.deterministic.table, first.deterministic.table);
    assert.notDeepEqual(other.deterministic.arms, first.deterministic.arms);
  });
});

Deno.test("strategies searches as rq1 does, which finds all of its students known", async () => {
  const { deterministic } = await reference();
  const { table, arms } = deterministic;
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    await run(results);
    for (const search of ["reinforce", "evolution"]) {
      const compression = await finish(results, {
        flags: [...SUBJECT, "--stages", "removal", "--search", search],
      });
      // But for the final training of its winner, where it is a new one.
      assert(compression.environment.evaluations.trained <= 1, search);
      const { records } = stageOf(compression.deterministic, "removal");
      const proposals = records.flatMap(({ proposals }: Json) => proposals);
      assert.equal(proposals.length, 9);
      let best = table.length;
      const improvements = proposals.flatMap(
        ({ actions, reward }: Json, i: number) => {
          const row = table.findIndex((row: Json) =>
            row.actions.includes(actions.join(""))
          );
          if (row === -1) return [];
          assert.equal(table[row].reward, reward);
          if (row >= best) return [];
          best = row;
          return [{ proposed: i + 1, row }];
        },
      );
      const arm = arms.find(({ name }: Json) => name === search);
      assert.deepEqual(arm.searches[0].improvements, improvements, search);
    }
  });
});

Deno.test("strategies saves and continues when interrupted", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const interrupted = start(results, { ...OPTIONS, flags: SUBJECT });
    assert(
      await reach(interrupted, results, (view) => view.evaluations >= 4),
      "the run was too quick",
    );
    interrupted.process.kill("SIGINT");
    const { code, stderr } = await interrupted.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /saved, the same command continues\n$/);
    assert(
      !exists(`${results}/strategies`),
      "an interrupted run has no record",
    );
    const known = look(results).evaluations;
    const { record, environment, deterministic } = await run(results);
    assert.equal(record, expected.record);
    assert.equal(
      environment.evaluations.trained,
      1 + deterministic.table.length - known,
    );
  });
});

Deno.test("strategies foresees its table and writes nothing in a dry run", async () => {
  const { deterministic } = await reference();
  const count = deterministic.table.length;
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const flags = [...SUBJECT, "--dry-run"];
    const { code, stdout, stderr } = await start(results, { ...OPTIONS, flags })
      .ended;
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      new RegExp(`^\\| students +\\| +${count} \\| +${count} \\|`, "m"),
    );
    assert.match(stdout, /^\| searches +\| +0 \|/m);
    assert.doesNotMatch(stdout, /final trainings|test scores/);
    assert(!exists(results));
  });
});

const MISTAKES: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    "too many students",
    ["--network", "vgg13"],
    /^--most 4096: expected at least 16,384, the action sequences of VGG-13 on MNIST with --space block; a network of residual blocks has fewer/m,
  ],
  [
    "too many students of a finer space",
    ["--space", "unit", "--most", "100"],
    /^--most 100: expected at least 131,072, .* --space unit; --space block has fewer/m,
  ],
  [
    "rewards that change with time, and a budget of its own",
    ["--limits.mode", "soft", "--removal.budget", "9"],
    /^--limits\.mode soft: expected hard.*\n--removal\.budget 9: expected none/m,
  ],
];

Deno.test("strategies tells mistakes in one line before anything is trained", async (t) => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    for (const [name, flags, message] of MISTAKES) {
      await t.step(name, async () => {
        const run = startRaw(
          ["--profile", "smoke", "--results", results, "--dry-run", ...flags],
          { script: "search_strategies.ts" },
        );
        const { code, stderr } = await run.ended;
        assert.equal(code, 2, stderr);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /^ +at /m);
      });
    }
  });
});
