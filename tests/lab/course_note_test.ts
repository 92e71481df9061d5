import assert from "node:assert/strict";
import { courseNote } from "../../lib/lab/notes/course_note.ts";
import type { IterationRecord } from "../../lib/search/mod.ts";
import { memoryStore, StoreError } from "../../lib/store/mod.ts";

const RUN = "question/digest/search/arm-s1/removal";

/** An iteration that differs from others by what it baselines. */
const record = (iteration: number, baseline = 0) =>
  ({ iteration, proposals: [], tendency: [], baseline }) as IterationRecord;

const courseIn = (store: ReturnType<typeof memoryStore>) =>
  store.history(RUN).map(({ json }) => {
    const { iteration, baseline } = JSON.parse(json);
    return [iteration, baseline];
  });

// Seen to fail: with every iteration appended to what is there.
Deno.test("courseNote() goes on with a search that is run again", () => {
  const store = memoryStore();
  const first = courseNote(store, RUN);
  [0, 1].forEach((at) => first(record(at)));
  const again = courseNote(store, RUN);
  [0, 1, 2].forEach((at) => again(record(at)));
  assert.deepEqual(courseIn(store), [[0, 0], [1, 0], [2, 0]]);
});

// Seen to fail: with what differs appended.
Deno.test("courseNote() notes a search anew that goes another way", () => {
  const store = memoryStore();
  const first = courseNote(store, RUN);
  [0, 1, 2, 3].forEach((at) => first(record(at)));
  const other = courseNote(store, RUN);
  other(record(0));
  assert.equal(courseIn(store).length, 4);
  other(record(1, 0.5));
  assert.deepEqual(courseIn(store), [[0, 0], [1, 0.5]]);
  other(record(2));
  assert.deepEqual(courseIn(store), [[0, 0], [1, 0.5], [2, 0]]);
});

Deno.test("courseNote() leaves a store that cannot be written to the run", () => {
  const store = {
    ...memoryStore(),
    appendHistory() {
      throw new StoreError("unwritable", "the disk is full");
    },
  };
  courseNote(store, RUN)(record(0));
  const broken = {
    ...memoryStore(),
    appendHistory() {
      throw new RangeError("a bug");
    },
  };
  assert.throws(() => courseNote(broken, RUN)(record(0)), RangeError);
});
