import assert from "node:assert/strict";
import { commandLine, Interrupted } from "../../lib/cli/mod.ts";
import {
  followRun,
  type LiveNote,
  noteKey,
  type NotesOptions,
  type RunNotes,
  withNotes,
} from "../../lib/lab/mod.ts";
import { memoryStore, type Store, StoreError } from "../../lib/store/mod.ts";

const PARTS = [
  {
    name: "removal",
    trainings: 4,
    epochs: 4,
    workerSeconds: 8,
    wallSeconds: 4,
  },
];

function options(): NotesOptions {
  return {
    runId: "rq1/abc",
    about: { cell: "a" } as NotesOptions["about"],
    parts: PARTS,
    remaining: followRun(PARTS),
    evaluator: {
      cost: { asked: 3, remembered: 1, trained: 2, workerSeconds: 5 },
    },
    workers: () => 2,
  };
}

const live = (store: Store): LiveNote =>
  JSON.parse(store.getCheckpoint(noteKey.live("rq1/abc"))!.json);

async function ended(
  store: Store,
  work: (notes: RunNotes) => Promise<{ readonly failure?: string }>,
): Promise<LiveNote> {
  await withNotes(store, options(), work).catch(() => {});
  return live(store);
}

Deno.test("withNotes() notes that a run goes on, how far, and that it is done", async () => {
  const store = memoryStore();
  const seen: LiveNote[] = [];
  const last = await ended(store, async (notes) => {
    seen.push(live(store));
    const silent = { begin() {}, reach() {} };
    const phase = notes.follow(silent, {
      label: "removal",
      part: "removal",
      total: 4,
      unit: "iterations",
    });
    phase.begin();
    // No more than one note a second.
    await new Promise((resolve) => setTimeout(resolve, 1050));
    phase.reach(3);
    seen.push(live(store));
    return {};
  });
  assert.deepEqual(seen.map(({ state }) => state), ["running", "running"]);
  assert.equal(seen[0]!.phase, undefined);
  const { label, done, total, unit } = seen[1]!.phase!;
  assert.deepEqual([label, done, total, unit], [
    "removal",
    3,
    4,
    "iterations",
  ]);
  assert.deepEqual([seen[1]!.ownSeconds, seen[1]!.workers], [4, 2]);
  assert.deepEqual([last.state, last.phase], ["done", undefined]);
  assert.equal(last.evaluations.trained, 2);
  assert.deepEqual(store.runs("about/"), ["about/rq1/abc"]);
});

Deno.test("withNotes() notes why a run failed, and that one was interrupted", async () => {
  const store = memoryStore();
  const states = [
    await ended(store, () => Promise.resolve({ failure: "no winner" })),
    await ended(store, () => Promise.reject(new Error("a loss is NaN"))),
    await ended(store, () => Promise.reject(new Interrupted())),
  ];
  assert.deepEqual(states.map(({ state, reason }) => [state, reason]), [
    ["failed", "no winner"],
    ["failed", "a loss is NaN"],
    ["interrupted", undefined],
  ]);
});

Deno.test("withNotes() lets the work go on where the store refuses notes", async () => {
  const store: Store = {
    ...memoryStore(),
    putCheckpoint() {
      throw new StoreError("unwritable", "The disk is full");
    },
  };
  const result = await withNotes(
    store,
    options(),
    () => Promise.resolve({ failure: "no winner" }),
  );
  assert.equal(result.failure, "no winner");
});

Deno.test("commandLine() quotes what a shell would split or change", () => {
  assert.equal(
    commandLine("deno task rq1", ["--cells", "a*,b", "--data", "it's here"]),
    "deno task rq1 --cells 'a*,b' --data 'it'\\''s here'",
  );
});
