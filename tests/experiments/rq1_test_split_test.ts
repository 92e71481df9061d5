import assert from "node:assert/strict";
import { finish, inFolder, type Json, reference, stageOf } from "./_run.ts";
import { allowVariables } from "../_tasks.ts";
import { query } from "./_traces.ts";

/** Images of the sets. */
const TRAIN = 60_000;
const TEST = 10_000;
const PIXELS = 28 * 28;

/** A record's content without the test accuracies. */
function withoutTests(deterministic: Json): Json {
  return JSON.parse(
    JSON.stringify(
      deterministic,
      (key, value) =>
        key === "test" && typeof value === "number" ? null : value,
    ),
  );
}

function testAccuracies(deterministic: Json): readonly number[] {
  const winners = ["removal", "shrinkage"].map((kind) =>
    stageOf(deterministic, kind).winner
  );
  return [deterministic.teacher, ...winners].map(({ test }) => test);
}

Deno.test("rq1 finds the same students when the test split is noise", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const messages = `${folder}/messages`;
    const results = `${folder}/results`;
    const outcome = await finish(results, {
      deno: [
        allowVariables("N2N_MESSAGES"),
        ...["--preload", "tests/experiments/_noise_test_split.ts"],
      ],
      env: { N2N_MESSAGES: messages },
    });
    // The noise was there: ten classes at chance, where the teacher knew more.
    assert(expected.deterministic.teacher.test > 0.3);
    for (const accuracy of testAccuracies(outcome.deterministic)) {
      assert(accuracy > 0.05 && accuracy < 0.15, `${accuracy}`);
    }
    // Nothing else moved: no reward, no probability, no winner, no validation.
    assert.deepEqual(
      withoutTests(outcome.deterministic),
      withoutTests(expected.deterministic),
    );

    const posted = (await Deno.readTextFile(messages)).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    const of = (kind: string): readonly number[] =>
      posted.filter(({ type }) => type === kind).flatMap(({ contents }) =>
        contents
      );
    // What is looked for would be found: the train split is.
    assert(of("data").includes(TRAIN));
    assert(of("data").includes(TRAIN * PIXELS));
    assert(of("evaluate").length > 0);
    for (const { type, contents } of posted) {
      for (const size of [TEST, TEST * PIXELS]) {
        assert(!contents.includes(size), `${size} in a message "${type}"`);
      }
    }

    // The test scores came last of all that the store remembers.
    const [rows] = query(
      results,
      `SELECT
        max(CASE WHEN key NOT LIKE 'test/%' THEN rowid END) AS trained,
        min(CASE WHEN key LIKE 'test/%' THEN rowid END) AS tested,
        sum(key LIKE 'test/%') AS tests
      FROM evaluations`,
    );
    assert.equal(rows.tests, 3);
    assert(rows.tested > rows.trained, JSON.stringify(rows));
  });
});
