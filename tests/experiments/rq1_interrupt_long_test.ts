import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { signalled } from "./_moments.ts";
import { finish, inFolder, recordsOf, reference, start } from "./_run.ts";
import { exists, look, query, reach } from "./_traces.ts";

/** One interruption of the run. */
interface Interruption {
  readonly name: string;
  /** Of MOMENTS. */
  readonly moment: string;
  readonly signals: readonly Deno.Signal[];
  /** Looks at what the interrupted run left. */
  readonly check: (results: string) => void;
}

const INTERRUPTIONS: readonly Interruption[] = [
  {
    name: "twice at once in the teacher's training",
    moment: "an epoch of the teacher",
    signals: ["SIGINT", "SIGINT"],
    check(results) {
      const { trainings, weights, iterations } = look(results);
      // It stopped in mid-training and kept where it was.
      assert.deepEqual(
        { trainings, weights, iterations },
        { trainings: 1, weights: 0, iterations: 0 },
      );
    },
  },
  {
    name: "in the search",
    moment: "the first iteration",
    signals: ["SIGINT"],
    check(results) {
      const { weights, iterations } = look(results);
      assert.equal(weights, 1);
      assert(iterations >= 1 && iterations <= 3, `${iterations} iterations`);
    },
  },
  {
    name: "in the shrinkage, by another signal",
    moment: "the first shrinkage",
    signals: ["SIGTERM"],
    check(results) {
      const rows = query(
        results,
        "SELECT run FROM checkpoints WHERE run LIKE 'rq1/%' ORDER BY run",
      );
      assert.deepEqual(
        rows.map(({ run }) => run.split("/").at(-1)),
        ["removal", "shrinkage"],
      );
    },
  },
];

async function interrupt(
  results: string,
  { moment, signals, check }: Interruption,
): Promise<void> {
  const { code, signal, stdout, stderr } = await start(
    results,
    signalled(moment, ...signals),
  ).ended;
  assert.deepEqual({ code, signal }, { code: 130, signal: null }, stderr);
  assert.equal(
    stderr.match(/^Stopping: .*again to stop at once$/gm)?.length,
    1,
  );
  assert.match(stderr, /saved, the same command continues\n$/);
  assert.doesNotMatch(stderr, /^ +at /m);
  assert.equal(stdout, "");
  assert(!exists(`${results}/rq1`), "an interrupted run has no record");
  // Whatever the search knew by now, it did not know the test split.
  assert.equal(look(results).tests, 0);
  check(results);
}

Deno.test("rq1 saves and continues when interrupted", async (t) => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    for (const interruption of INTERRUPTIONS) {
      const { name } = interruption;
      assert(await t.step(name, () => interrupt(results, interruption)));
    }
    assert.equal((await finish(results)).record, expected.record);
  });
});

Deno.test("rq1 stops at once when it is interrupted again later, and still continues", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const run = start(results, {
      deno: ["--preload", "tests/experiments/_stubborn.ts"],
    });
    const seen = await reach(run, results, ({ trainings }) => trainings > 0);
    assert(seen, "the run was too quick");
    let signals = 0;
    for (; !run.isOver(); signals++) {
      run.process.kill("SIGINT");
      // Two that arrive within a second are one, however late they are delivered.
      await Promise.race([run.ended, sleep(1500)]);
    }
    const { code, signal, stderr } = await run.ended;
    assert.deepEqual({ code, signal }, { code: 130, signal: null }, stderr);
    assert(signals >= 2, "it did not wait to be told again");
    assert.match(stderr, /^Stopping: .*again to stop at once$/m);
    // Nothing was saved any more, and nothing says so.
    assert.doesNotMatch(stderr, /what is done is saved/);
    assert.equal((await finish(results)).record, expected.record);
  });
});

/** Two subjects, one after the other. */
const TWO = `
stages: removal
subjects:
  - { network: vgg13 }
  - { network: vgg11 }
`;

Deno.test("rq1 continues in the cell in which it was interrupted, and keeps those before", async () => {
  await inFolder(async (folder) => {
    const options = { config: TWO };
    const whole = await start(`${folder}/whole`, options).ended;
    assert.equal(whole.code, 0, whole.stderr);
    const expected = recordsOf(whole);
    assert.equal(expected.size, 2);
    const [first, second] = [...expected.keys()];

    const results = `${folder}/results`;
    const found = new Map<string, string>();
    // In the first iterations of the first cell, and of the second.
    for (
      const [done, moment] of ["the first iteration", "the first shrinkage"]
        .entries()
    ) {
      const ended = await start(results, {
        ...options,
        // Of the second cell, which has no stage but removal: its first iteration.
        ...signalled(moment, "SIGINT"),
      }).ended;
      assert.equal(ended.code, 130, ended.stderr);
      assert.match(ended.stderr, /saved, the same command continues\n$/);
      assert.doesNotMatch(ended.stderr, /^ +at /m);
      for (const [cell, text] of recordsOf(ended)) found.set(cell, text);
      assert.deepEqual([...found.keys()], [first].slice(0, done));
      const { iterations } = look(results);
      assert(iterations < 3 * (done + 1), `${iterations} iterations`);
    }
    const last = await start(results, options).ended;
    assert.equal(last.code, 0, last.stderr);
    assert.deepEqual([...recordsOf(last)], [...expected]);
    assert.equal(found.get(first!), expected.get(first!));
    assert.match(last.stdout, new RegExp(`^- \\[${second}\\]`, "m"));
    // Times apart: so short a run has none in a table.
    assert.equal(last.stdout, whole.stdout);
  });
});
