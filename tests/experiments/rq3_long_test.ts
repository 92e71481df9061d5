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
import { type SeenSearch, seenSearches } from "./_seen.ts";
import { exists, look, reach } from "./_traces.ts";
import { readLog } from "../lab/_events.ts";

const SEEDS = 2;

/** What a transfer and a compression have in common: their profiles differ in it. */
const SEARCH = [
  ...["--method", "best", "--no-removal.leaf-logits"],
  ...["--removal.learning-rate", "0.05"],
  ...["--removal.iterations", "3", "--removal.rollouts", "3"],
];

const TARGET = ["--dataset", "mnist", "--network", "resnet18"];

const FLAGS = [...SEARCH, ...TARGET, "--sources", "vgg11"];

const OPTIONS: CommandOptions = {
  script: "rq3_transfer.ts",
  config: `searchSeeds: ${SEEDS}\n`,
};

const run = (results: string, ...flags: readonly string[]) =>
  finish(results, { ...OPTIONS, flags: [...FLAGS, ...flags] });

/** Searches of each seed, the source's first. */
const KINDS = ["source", "scratch", "biased", "pretrained"];

let made: Promise<Outcome> | undefined;
let seen: readonly SeenSearch[] = [];

/** The unbroken run that others are compared with. */
function reference(): Promise<Outcome> {
  made ??= (async () => {
    let outcome: Outcome | undefined;
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const log = `${folder}/log`;
      const flags = ["--workers", "2", "--log.tensorboard", log];
      outcome = await run(results, ...flags);
      const { tests, weights, evaluations } = look(results);
      assert.equal(tests, 0, "a test image was looked at");
      assert.equal(
        weights,
        2,
        "more than two teachers were trained to the end",
      );
      assert.equal(evaluations, outcome.environment.evaluations.trained);
      const cell = outcome.place.replace(/\.json$/, "");
      const searches = KINDS.flatMap((kind) => [`${kind}-s1`, `${kind}-s2`]);
      assert.deepEqual(
        [...readLog(log).keys()].toSorted(),
        [
          cell,
          ...["source/teacher", "teacher", ...searches].map((part) =>
            `${cell}/${part}`
          ),
        ].toSorted(),
      );
      for (const end of ["-transfer.svg", ".md"]) {
        const path: string = outcome.place.replace(/\.json$/, end);
        assert(exists(`${results}/${path}`), path);
      }
      seen = await seenSearches(results);
    });
    return outcome!;
  })();
  return made;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

Deno.test("rq3 carries a policy over, beside two from scratch of which one keeps as much", async () => {
  const { deterministic, place, environment } = await reference();
  const { identity, seeds, source, target, students } = deterministic;
  assert.match(place, /\/mnist-resnet18-w0\.03-from-vgg11-s1\.json$/);
  assert.equal(identity.config.source, "vgg11");
  assert(
    !("sources" in identity.config),
    "another source would be another run",
  );
  assert.deepEqual(identity.source.data, identity.data);
  assert.equal(source.network, "vgg11");
  assert.equal(target.network, "resnet18");
  assert.equal(target.decisions.length, 9);
  assert.equal(
    environment.evaluations.trained,
    2 + students.source + students.target,
  );
  assert.deepEqual(seeds.map(({ seed }: Json) => seed), [1, 2]);
  assert.notEqual(seeds[0].policy, seeds[1].policy);
  for (const searches of seeds) {
    for (const kind of KINDS) {
      const { iterations } = searches[kind];
      assert.deepEqual(
        iterations.map(({ rewards }: Json) => rewards.length),
        [3, 3, 3],
        kind,
      );
    }
    const { keepRate, pretrained, biased, scratch } = searches;
    // Those in a record have four decimals.
    assert(Math.abs(mean(pretrained.keepFirst) - keepRate) < 1e-4);
    assert(Math.abs(mean(biased.keepFirst) - keepRate) < 1e-4);
    assert(Math.abs(mean(scratch.keepFirst) - keepRate) > 1e-3);
    assert.notDeepEqual(biased.keepFirst, pretrained.keepFirst);
    assert.equal(
      Math.sign(searches.keepBias),
      Math.sign(keepRate - mean(scratch.keepFirst)),
    );
  }
});

// Seen to fail: with the target noted as the base of the source's searches.
Deno.test("rq3 shows each of its searches to whoever looks on", async () => {
  await reference();
  assert.deepEqual(
    seen,
    KINDS.flatMap((arm) =>
      [1, 2].map((seed) => ({
        name: `${arm}-s${seed}`,
        ...{ arm, seed },
        state: "done",
        proposed: [[3, 3, 3]],
      }))
    ).toSorted((a, b) => a.name < b.name ? -1 : 1),
  );
});

Deno.test("rq3 shows its progress, and a page and a table", async () => {
  const { stderr, page, table, digest } = await reference();
  for (const kind of KINDS) {
    assert.match(stderr, new RegExp(`^${kind}: 6/6 iterations`, "m"));
  }
  assert.match(
    page,
    /^# RQ3: transfer of policies, VGG-11 to ResNet-18 on MNIST/,
  );
  for (const text of [page, table]) {
    assert.match(text, /\*\*Verdict: not decidable at this scale\.\*\*/);
    assert.match(text, /No student is trained to the end and no test image/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  }
  assert(stderr.includes(`\nDigest: ${digest}\n`), stderr);
});

Deno.test("rq3 gives the same bits on 1 and 2 workers, and searches as rq1 does", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = await run(results, "--workers", "1");
    assert.equal(first.record, expected.record);

    // The source's search, and what it learned, from the same store.
    const [searches] = expected.deterministic.seeds;
    const removal = [...SEARCH, "--stages", "removal"];
    const compression = await finish(results, {
      flags: [...removal, "--dataset", "mnist", "--network", "vgg11"],
    });
    const found = stageOf(compression.deterministic, "removal");
    assert.equal(found.policy, searches.policy);
    assert.deepEqual(rewardsOf(found), rewardsIn(searches.source));

    // The same policy by hand.
    const policy = compression.place.replace(/json$/, "removal.policy");
    const carried = await finish(results, {
      flags: [...removal, ...TARGET, "--policy", `${results}/${policy}`],
    });
    assert.deepEqual(
      rewardsOf(stageOf(carried.deterministic, "removal")),
      rewardsIn(searches.pretrained),
    );

    const again = await run(results);
    assert.equal(again.environment.evaluations.trained, 0);
    assert.equal(again.record, expected.record);
  });
});

/** Rewards by iteration, in a compression's stage. */
function rewardsOf({ records }: Json): readonly (readonly number[])[] {
  return records.map(({ proposals }: Json) =>
    proposals.map(({ reward }: Json) => reward)
  );
}

/** The same in a search of a transfer. */
function rewardsIn({ iterations }: Json): readonly (readonly number[])[] {
  return iterations.map(({ rewards }: Json) => rewards);
}

Deno.test("rq3 saves and continues when interrupted", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const interrupted = start(results, {
      ...OPTIONS,
      flags: FLAGS,
    });
    assert(
      await reach(interrupted, results, (view) => view.evaluations >= 9),
      "the run was too quick",
    );
    interrupted.process.kill("SIGINT");
    const { code, stderr } = await interrupted.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /saved, the same command continues\n$/);
    assert(!exists(`${results}/rq3`), "an interrupted run has no record");
    const known = look(results).evaluations;
    const { record, environment } = await run(results);
    assert.equal(record, expected.record);
    assert.equal(
      environment.evaluations.trained,
      expected.environment.evaluations.trained - known,
    );
  });
});

Deno.test("rq3 foresees its parts and writes nothing in a dry run", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const { code, stdout, stderr } = await start(results, {
      ...OPTIONS,
      flags: [...FLAGS, "--dry-run"],
    }).ended;
    assert.equal(code, 0, stderr);
    for (const part of ["source teacher", ...KINDS]) {
      assert.match(stdout, new RegExp(`^\\| ${part} +\\| +\\d`, "m"));
    }
    assert.doesNotMatch(stdout, /final trainings|test scores/);
    assert(!exists(results));
  });
});

const MISTAKES: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    "a source that is no network",
    ["--sources", "alexnet"],
    /^--sources alexnet: expected .* NETWORK or NETWORK@DATASET$/m,
  ],
  [
    "a policy that cannot be carried over",
    ["--removal.leaf-logits", "--search", "evolution"],
    /^--search evolution: expected reinforce.*\n--removal\.leaf-logits: expected --no-removal/m,
  ],
];

Deno.test("rq3 tells mistakes in one line before anything is trained", async (t) => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    for (const [name, flags, message] of MISTAKES) {
      await t.step(name, async () => {
        const run = startRaw(
          ["--profile", "smoke", "--results", results, "--dry-run", ...flags],
          { script: "rq3_transfer.ts" },
        );
        const { code, stderr } = await run.ended;
        assert.equal(code, 2, stderr);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /^ +at /m);
      });
    }
  });
});
