import assert from "node:assert/strict";
import { posix } from "node:path";
import { parseCommand } from "../../lib/cli/mod.ts";
import {
  type DistillationContent,
  PROJECT_RESULTS,
  readProfile,
  selectCells,
} from "../../lib/lab/mod.ts";
import { command, experiment } from "../../experiments/rq5_distillation.ts";
import {
  type CommandOptions,
  type Ended,
  inFolder,
  type Json,
  recordsOf,
  start,
  startRaw,
  writtenBy,
} from "./_run.ts";
import { type SeenSearch, seenSearches } from "./_seen.ts";
import { exists, look, reach } from "./_traces.ts";
import { readLog } from "../lab/_events.ts";

const STUDENTS = 4;
const SEEDS = 2;
const LOSSES = ["labels", "mse", "kl", "mixed"];
const SETTINGS = ["final, fresh", "final, inherited", "short, fresh"]
  .concat("short, inherited");

const OPTIONS: CommandOptions = {
  script: "rq5_distillation.ts",
  config: `
students: ${STUDENTS}
finalImages: 320
searchSeeds: ${SEEDS}
`,
};

/** Searches of two iterations of two students. */
const SHORT = ["--removal.iterations", "2", "--removal.rollouts", "2"];
const PROPOSALS = 4;

const CELLS = ["students", "searches"].map((arm) =>
  `mnist-vgg13-w0.03-${arm}-s1`
);

/** What a command left of both cells. */
interface Whole {
  readonly ended: Ended;
  readonly records: ReadonlyMap<string, string>;
  readonly trained: number;
}

async function finish(
  results: string,
  flags: readonly string[],
): Promise<Whole> {
  const ended = await start(results, {
    ...OPTIONS,
    flags: [...SHORT, ...flags],
  }).ended;
  assert.equal(ended.code, 0, ended.stderr);
  const { tests, evaluations } = look(results);
  assert.equal(tests, 0, "a test image was looked at");
  return { ended, records: recordsOf(ended), trained: evaluations };
}

/** The unbroken run that others are compared with, and its pages. */
interface Reference extends Whole {
  readonly pages: readonly string[];
  readonly table: string;
  readonly seen: readonly SeenSearch[];
}

/** Every search has its stage and the training of what it chose; long trainings have theirs. */
function assertLog(log: string, whole: Whole): void {
  const runs = [...readLog(log).keys()].map((run) =>
    run.split("/").slice(2).join("/")
  );
  const [students, searches] = CELLS;
  const { searches: found } = contentOf(whole, "searches");
  const trained = contentOf(whole, "students").students;
  const long = SETTINGS.filter((setting) => setting.startsWith("final"));
  assert.deepEqual(
    runs.toSorted(),
    [
      ...CELLS,
      ...CELLS.map((cell) => `${cell}/teacher`),
      ...found.flatMap(({ loss, seed, winner }: Json) =>
        ["removal", `removal/final/${winner.networkId.slice(0, 8)}`].map(
          (part) => `${searches}/${loss}-s${seed}/${part}`,
        )
      ),
      ...long.flatMap((setting) =>
        LOSSES.flatMap((loss) =>
          trained.map(({ networkId }: Json) =>
            `${students}/${setting.replace(", ", "-")}-${loss}/${
              networkId.slice(0, 8)
            }`
          )
        )
      ),
    ].toSorted(),
  );
}

let made: Promise<Reference> | undefined;

function reference(): Promise<Reference> {
  made ??= (async () => {
    let whole: Reference | undefined;
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const log = `${folder}/log`;
      const found = await finish(
        results,
        ["--workers", "2", "--log.tensorboard", log],
      );
      assertLog(log, found);
      const place = posix.dirname(writtenBy(found.ended)[0]!);
      for (const cell of CELLS) {
        assert(exists(`${place}/${cell}-losses.svg`), cell);
      }
      whole = {
        ...found,
        pages: await Promise.all(
          CELLS.map((cell) => Deno.readTextFile(`${place}/${cell}.md`)),
        ),
        table: await Deno.readTextFile(`${place}.md`),
        seen: await seenSearches(results),
      };
    });
    return whole!;
  })();
  return made;
}

const contentOf = ({ records }: Whole, arm: string): Json =>
  JSON.parse(records.get(`mnist-vgg13-w0.03-${arm}-s1`)!).deterministic;

Deno.test("rq5 trains the same students by every loss in every setting", async () => {
  const whole = await reference();
  const { students, images, settings, losses } = contentOf(whole, "students");
  assert.deepEqual(images, { train: 640, scoring: 100, confirm: 100 });
  assert.deepEqual(losses.map(({ name }: Json) => name), LOSSES);
  assert.deepEqual(
    settings.map(({ length, start }: Json) => `${length}, ${start}`),
    SETTINGS,
  );
  assert.equal(students.length, STUDENTS);
  for (const { scores } of students) {
    assert.equal(scores.length, SETTINGS.length * LOSSES.length);
    // The loss matters, and so does where a training starts.
    assert(new Set(scores.map(({ accuracy }: Json) => accuracy)).size > 1);
  }
  const mean = (length: string) => {
    const all = students.flatMap(({ scores }: Json) =>
      scores.filter((score: Json) => score.length === length)
    );
    return all.reduce((sum: number, each: Json) => sum + each.accuracy, 0) /
      all.length;
  };
  assert(mean("final") > mean("short"), "longer trainings teach more");
});

Deno.test("rq5 searches under every loss, and trains what was chosen by one recipe", async () => {
  const { searches, identity } = contentOf(await reference(), "searches");
  assert.equal(identity.config.part, "searches");
  assert.deepEqual(
    searches.map(({ loss, seed }: Json) => `${loss} ${seed}`),
    [1, 2].flatMap((seed) => LOSSES.map((loss) => `${loss} ${seed}`)),
  );
  const first = searches.filter(({ seed }: Json) => seed === 1);
  // Seeds are the searches': the first students are the same under every loss.
  assert(first.every(({ distinct }: Json) => distinct > 0));
  const winners = searches.map(({ winner }: Json) => winner);
  assert(winners.every((winner: Json) => winner.accuracy > 0));
  for (const { reward, parameters } of winners) {
    assert(parameters > 0 && reward > -1);
  }
});

// Seen to fail: with other data noted of a stage.
Deno.test("rq5 shows each of its searches to whoever looks on", async () => {
  const { seen } = await reference();
  assert.deepEqual(
    seen.map(({ name, arm, seed, state }) => [name, arm, seed, state]),
    LOSSES.flatMap((loss) =>
      [1, 2].map((seed) => [`${loss}-s${seed}`, loss, seed, "done"])
    ).toSorted(),
  );
  for (const { proposed } of seen) assert.deepEqual(proposed[0], [2, 2]);
});

Deno.test("rq5 shows its progress training by training, and pages with a verdict", async () => {
  const { ended: { stderr }, pages: [students, searches], table } =
    await reference();
  for (const setting of SETTINGS) {
    for (const loss of LOSSES) {
      assert.match(
        stderr,
        new RegExp(`${setting}, ${loss}: \\d+/\\d+ .*100 %`),
      );
    }
  }
  assert.match(students!, /^\*\*Claim\.\*\* A student learns more/m);
  assert.match(
    students!,
    /^\*\*Verdict: not decidable at this scale\.\*\* 4 students have both/m,
  );
  assert.match(searches!, /not decidable at this scale:\*\* 2 searches a loss/);
  assert.match(table, /^# RQ5: distillation \(profile `smoke\+[0-9a-f]{8}`\)/);
  assert.match(table, /Does the loss change what a search finds\?/);
});

Deno.test("rq5 gives the same bits when interrupted and continued with another number of workers", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const among = [
      STUDENTS * 3,
      1 + STUDENTS * SETTINGS.length * LOSSES.length + 5,
    ];
    for (const evaluations of among) {
      const run = start(results, { ...OPTIONS, flags: SHORT });
      assert(
        await reach(run, results, (view) => view.evaluations >= evaluations),
        "the run was too quick",
      );
      run.process.kill("SIGINT");
      const { code, stderr } = await run.ended;
      assert.equal(code, 130, stderr);
      assert.doesNotMatch(stderr, /^ +at /m);
    }
    const { records, trained, ended } = await finish(results, [
      "--workers",
      "1",
    ]);
    assert.equal(trained, expected.trained);
    for (const [cell, record] of records) {
      assert.equal(record, expected.records.get(cell), cell);
    }
    // Of the students nothing was left to do but, maybe, to write them.
    assert(records.has(CELLS[1]!), ended.stderr);
  });
});

Deno.test("rq5 foresees each training and the searches, and writes nothing in a dry run", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const plan = async (arm: string) => {
      const flags = [...SHORT, "--dry-run", "--arms", arm];
      const ended = await start(results, { ...OPTIONS, flags }).ended;
      assert.equal(ended.code, 0, ended.stderr);
      return ended.stdout;
    };
    assert.match(
      await plan("students"),
      new RegExp(`^\\| final, fresh, mse +\\| +${STUDENTS} \\| +12 \\|`, "m"),
    );
    // Of each search its students and the final training of the one it chose.
    const searches = SEEDS * LOSSES.length;
    const trainings = searches * (PROPOSALS + 1);
    const epochs = searches * (PROPOSALS + 3);
    assert.match(
      await plan("searches"),
      new RegExp(`^\\| searches +\\| +${trainings} \\| +${epochs} \\|`, "m"),
    );
    assert(!exists(results));
  });
});

Deno.test("committed records of rq5 are of the options that their profiles say", async () => {
  for (const profile of ["smoke", "laptop"]) {
    const { declared } = selectCells(
      parseCommand(command, ["--profile", profile]),
      experiment.arms,
    );
    const configs = new Map(declared.map(({ name, config }) => [name, config]));
    const place = { results: PROJECT_RESULTS, question: "rq5", profile };
    const { cells } = await readProfile<DistillationContent>(
      place,
      experiment.report,
    );
    assert(profile !== "smoke" || cells.length === configs.size);
    for (const { record: { cell, deterministic } } of cells) {
      const { config } = deterministic.identity;
      assert.deepEqual(config, configs.get(cell!), cell!);
    }
  }
});

const MISTAKES: readonly (readonly [string, string, RegExp])[] = [
  [
    "more images than there are",
    "finalImages: 4001",
    /^--final-images 4001: expected at most 4000, the training images/m,
  ],
  [
    "no weight of the logits",
    "final: { distillation: 0 }",
    /^--final\.distillation 0: expected more than 0/m,
  ],
  [
    "a validation image that cannot be halved",
    "validation: 1\nstudent: { validationImages: 0 }",
    /^--validation 1: expected at least 2, one half for searches/m,
  ],
  [
    "more students than there are",
    "students: 5000",
    /^--students 5000: expected fewer \(.* different ones of /m,
  ],
];

Deno.test("rq5 tells mistakes in one line before anything is trained", async (t) => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const file = `${folder}/mistake.yaml`;
    for (const [name, mistake, message] of MISTAKES) {
      await t.step(name, async () => {
        await Deno.writeTextFile(file, `${mistake}\n`);
        const run = startRaw([
          ...["--profile", "smoke", "--config", file, "--results", results],
          "--dry-run",
        ], { script: "rq5_distillation.ts" });
        const { code, stderr } = await run.ended;
        assert.equal(code, 2, stderr);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /^ +at /m);
      });
    }
  });
});
