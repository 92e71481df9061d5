import assert from "node:assert/strict";
import {
  type CommandOptions,
  finish,
  inFolder,
  type Json,
  type Outcome,
  start,
  startRaw,
} from "./_run.ts";
import { exists, look, reach } from "./_traces.ts";
import { readLog } from "../lab/_events.ts";

const STUDENTS = 4;

/** What each kind of proxy there is, the final training with inherited weights. */
const CONFIG = `
students: ${STUDENTS}
paperProxy: true
before: { images: 64, epochs: 2 }
observe: 64
inherited:
  - { images: 128, epochs: 1 }
  - { images: 0, epochs: 2 }
`;

/** Names of the proxies of {@link CONFIG}, as pages show them. */
const PROXIES = [
  "paper",
  "fresh, 2 x 64",
  "inherited, untrained",
  "inherited, 1 x 128",
  "inherited, 2 x all",
];

const OPTIONS: CommandOptions = {
  script: "proxy_fidelity.ts",
  config: CONFIG,
};

/** Trainings and scores: every proxy and the final training, this one on both halves, and the teacher. */
const EVALUATIONS = STUDENTS * (PROXIES.length + 2) + 1;

/** Trainings of several epochs have a course each. */
function assertLog(log: string, { place, deterministic }: Outcome): void {
  const cell = place.replace(/\.json$/, "");
  const { epochs } = deterministic.truth;
  const runs = readLog(log);
  const long = ["fresh-2-x-64", "inherited-2-x-all", "final"];
  assert.deepEqual(
    [...runs.keys()].toSorted(),
    [
      cell,
      `${cell}/teacher`,
      ...deterministic.students.flatMap(({ networkId }: Json) =>
        [
          ...long,
          ...deterministic.proxies.some(({ name, epochs }: Json) =>
              name === "paper" && epochs > 1
            )
            ? ["paper"]
            : [],
        ].map((name) => `${cell}/${name}/${networkId.slice(0, 8)}`)
      ),
    ].toSorted(),
  );
  const { networkId } = deterministic.students[0];
  const final = runs.get(`${cell}/final/${networkId.slice(0, 8)}`)!;
  assert.equal(final["training/loss"]!.length, epochs);
}

let made: Promise<Outcome> | undefined;

/** The unbroken run that others are compared with. */
function reference(): Promise<Outcome> {
  made ??= (async () => {
    let outcome: Outcome | undefined;
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      outcome = await finish(results, {
        ...OPTIONS,
        flags: ["--workers", "2", "--log.tensorboard", `${folder}/log`],
      });
      assertLog(`${folder}/log`, outcome);
      assert.equal(look(results).tests, 0, "a test image was looked at");
      const figure = outcome.place.replace(/\.json$/, "-fidelity.svg");
      assert(exists(`${results}/${figure}`), figure);
    });
    return outcome!;
  })();
  return made;
}

Deno.test("proxy scores every student by every proxy, and twice by its final training", async () => {
  const { deterministic, environment, stderr, digest } = await reference();
  const { students, proxies, images, truth, teacher } = deterministic;
  assert.deepEqual(proxies.map(({ name }: Json) => name), PROXIES);
  assert.deepEqual(images, { train: 640, scoring: 100, confirm: 100 });
  assert.deepEqual(truth, {
    start: "inherited",
    images: 0,
    epochs: 3,
    observe: 0,
  });
  assert.equal(students.length, STUDENTS);
  for (const { scores, parameters } of students) {
    assert.deepEqual(Object.keys(scores).sort(), PROXIES.toSorted());
    assert(parameters < teacher.parameters);
  }
  // Scores of different students, and of the two halves, are not the same ones.
  const differing = (of: (student: Json) => number) =>
    new Set(students.map(of)).size > 1;
  assert(differing(({ truth }) => truth));
  assert(differing(({ scores }) => scores["inherited, 2 x all"].accuracy));
  assert(
    students.some(({ truth, truthOnScoring }: Json) =>
      truth !== truthOnScoring
    ),
  );
  assert.equal(environment.evaluations.trained, EVALUATIONS);
  assert.deepEqual(
    Object.keys(environment.details).sort(),
    PROXIES.toSorted(),
  );
  for (const seconds of Object.values<number>(environment.details)) {
    assert(seconds > 0 && seconds < environment.workerSeconds);
  }
  assert(stderr.includes(`\nDigest: ${digest}\n`), stderr);
});

Deno.test("proxy shows its progress proxy by proxy, and a page and a table", async () => {
  const { stderr, page, table } = await reference();
  for (const name of PROXIES) {
    assert.match(stderr, new RegExp(`^${name}: \\d+/\\d+ .*100 %`, "m"));
    assert(page.includes(`| ${name} `) || page.includes(`**${name}**`), name);
  }
  assert.match(stderr, /^final: 12\/12 epochs \(100 %\)/m);
  assert.match(page, /^# Proxy fidelity of VGG-13 on MNIST: fidelity, seed 1/);
  assert.match(page, /No test image was used/);
  assert.match(table, /^# Proxy fidelity \(profile `smoke\+[0-9a-f]{8}`\)/);
});

Deno.test("proxy gives the same bits when run again elsewhere, and from its store", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const flags = ["--workers", "1"];
    const first = await finish(results, { ...OPTIONS, flags });
    assert.equal(first.record, expected.record);
    const second = await finish(results, OPTIONS);
    assert.equal(second.environment.evaluations.trained, 0);
    assert.equal(second.record, expected.record);

    // Other students of the same teacher.
    const other = await finish(results, {
      ...OPTIONS,
      flags: ["--seed", "2"],
    });
    assert.deepEqual(other.deterministic.teacher, first.deterministic.teacher);
    const ids = ({ deterministic }: Outcome) =>
      deterministic.students.map(({ networkId }: Json) => networkId);
    assert.notDeepEqual(ids(other), ids(first));
  });
});

Deno.test("proxy saves and continues when interrupted", async (t) => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const moments = [
      ["among the proxies", STUDENTS + 2],
      ["among the final trainings", STUDENTS * PROXIES.length + 2],
    ] as const;
    for (const [name, evaluations] of moments) {
      await t.step(name, async () => {
        const run = start(results, OPTIONS);
        assert(
          await reach(
            run,
            results,
            (view) => view.evaluations >= evaluations,
          ),
          "the run was too quick",
        );
        run.process.kill("SIGINT");
        const { code, stderr } = await run.ended;
        assert.equal(code, 130, stderr);
        assert.match(stderr, /saved, the same command continues\n$/);
        assert.doesNotMatch(stderr, /^ +at /m);
        assert(!exists(`${results}/proxy`), "an interrupted run has no record");
      });
    }
    const known = look(results).evaluations;
    const { record, environment } = await finish(results, OPTIONS);
    assert.equal(record, expected.record);
    assert.equal(environment.evaluations.trained, EVALUATIONS - known);
  });
});

Deno.test("proxy foresees each proxy and writes nothing in a dry run", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const flags = ["--dry-run"];
    const { code, stdout, stderr } = await start(results, { ...OPTIONS, flags })
      .ended;
    assert.equal(code, 0, stderr);
    for (const name of PROXIES) {
      assert.match(
        stdout,
        new RegExp(`^\\| ${name} +\\| +${STUDENTS} \\|`, "m"),
      );
    }
    assert.match(stdout, /^\| final trainings +\| +4 \| +12 \|/m);
    assert(!exists(results));
  });
});

const MISTAKES: readonly (readonly [string, string, RegExp])[] = [
  [
    "more images than there are",
    "before: { images: 4001, epochs: 1 }",
    /^proxy "fresh, 1 x 4,001" looks at 4001 images: expected at most 4000/m,
  ],
  [
    "a proxy twice",
    "inherited: [{ images: 9, epochs: 1 }, { images: 9, epochs: 1 }]",
    /inherited .*expected each proxy once/,
  ],
  [
    "more students than there are",
    "students: 5000",
    /^--students 5000: expected fewer \(.* different ones of /m,
  ],
  [
    "more views than the teacher looks at",
    "augmentation: { flip: true }\nstudent: { epochs: 1 }\nfinal: { epochs: 2 }",
    /^proxy "paper" sees 5 views of each image: expected at most 2/m,
  ],
];

Deno.test("proxy tells mistakes in one line before anything is trained", async (t) => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const file = `${folder}/mistake.yaml`;
    for (const [name, mistake, message] of MISTAKES) {
      await t.step(name, async () => {
        await Deno.writeTextFile(file, `paperProxy: true\n${mistake}\n`);
        const run = startRaw([
          ...["--profile", "smoke", "--config", file, "--results", results],
          "--dry-run",
        ], { script: "proxy_fidelity.ts" });
        const { code, stderr } = await run.ended;
        assert.equal(code, 2, stderr);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /^ +at /m);
      });
    }
  });
});
