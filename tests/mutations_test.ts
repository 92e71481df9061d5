import assert from "node:assert/strict";
import { MUTATIONS } from "./mutations/list.ts";

const PROJECT = new URL("../", import.meta.url);

// Seen to fail: with a word changed in one of the patterns.
Deno.test("every protection of deno task test:mutations stands where the list says", async () => {
  for (const { name, file, from, to, test, filter } of MUTATIONS) {
    const source = await Deno.readTextFile(new URL(file, PROJECT));
    const count = source.split(from).length - 1;
    assert.equal(
      count,
      1,
      `${name}: its text stands ${count} times in ${file}`,
    );
    assert.notEqual(from, to);
    const text = await Deno.readTextFile(new URL(test, PROJECT));
    // Tests of engines are named where the suite is.
    if (filter === undefined || test.startsWith("tests/engine/")) continue;
    assert(text.includes(filter), `${name}: ${test} has no "${filter}"`);
  }
  const names = MUTATIONS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});
