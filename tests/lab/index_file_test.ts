import assert from "node:assert/strict";
import {
  NOT_RUN,
  readIndex,
  updateIndex,
} from "../../lib/lab/cells/index_file.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";

/** An index after some updates, each with cells and what they lack. */
async function after(
  ...updates: readonly Readonly<Record<string, string | null>>[]
) {
  let index: Awaited<ReturnType<typeof readIndex>> = [];
  await inTemporaryFolder(async (results) => {
    const place = { results, question: "rq1", profile: "smoke" };
    assert.deepEqual(await readIndex(place), []);
    for (const update of updates) {
      const entries = Object.entries(update).map(([name, lacking]) =>
        lacking === null ? { name } : { name, lacking }
      );
      await updateIndex(place, entries);
    }
    index = await readIndex(place);
  });
  return index;
}

Deno.test("updateIndex() takes the order that is declared now, and keeps cells that are not", async () => {
  assert.deepEqual(
    await after({ b: null, a: NOT_RUN }, { c: null, a: null }, { a: null }),
    [{ name: "b" }, { name: "c" }, { name: "a" }],
  );
});

Deno.test("updateIndex() puts the first arm first, also when another one was run before", async () => {
  const all = { a1: null, b1: null, a2: null, b2: null };
  const some = { b1: null, b2: null };
  for (const updates of [[some, all], [all, some], [some, all, some]]) {
    assert.deepEqual(
      (await after(...updates)).map(({ name }) => name),
      ["a1", "b1", "a2", "b2"],
    );
  }
});

Deno.test("updateIndex() keeps what is known of a cell that is only not run this time", async () => {
  assert.deepEqual(
    await after({ a: null, b: "failed: x" }, { a: NOT_RUN, b: NOT_RUN }),
    [{ name: "a" }, { name: "b", lacking: "failed: x" }],
  );
});

Deno.test("updateIndex() tells what became of a cell last", async () => {
  assert.deepEqual(
    await after({ a: "failed: x", b: null }, { a: null, b: "failed: y" }),
    [{ name: "a" }, { name: "b", lacking: "failed: y" }],
  );
});
