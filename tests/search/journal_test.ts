import assert from "node:assert/strict";
import {
  type IterationRecord,
  runStage,
  storeJournal,
  type StrategyState,
} from "../../lib/search/mod.ts";
import { memoryStore, StoreError } from "../../lib/store/mod.ts";
import { stageOptions } from "./_search.ts";

function record(iteration: number): IterationRecord {
  return {
    iteration,
    proposals: [{ actions: [0, 1], reward: 0.1 + 0.2 }],
    baseline: 1 / 3,
    tendency: [0.5, 1],
  };
}

const STATE: StrategyState = {
  json: { average: 0.1 + 0.2, list: [1, null] },
  blobs: { policy: Uint8Array.of(1, 2, 255) },
};

Deno.test("storeJournal() is empty when the run has not begun", () => {
  assert.deepEqual(storeJournal(memoryStore(), "run").load(), {
    records: [],
    checkpoint: undefined,
  });
});

Deno.test("storeJournal() gives back what was saved, with the last state", () => {
  const store = memoryStore();
  const journal = storeJournal(store, "run");
  for (const iteration of [0, 1, 2]) {
    journal.save(record(iteration), {
      iterations: iteration + 1,
      strategy: { ...STATE, json: { iteration } },
    });
  }
  journal.save(record(3), { iterations: 4, strategy: STATE });
  assert.deepEqual(storeJournal(store, "run").load(), {
    records: [0, 1, 2, 3].map(record),
    checkpoint: { iterations: 4, strategy: STATE },
  });
  assert.deepEqual(storeJournal(store, "other").load().records, []);
});

/** A run of two iterations whose parts a test puts out of step. */
function damaged(
  damage: (store: ReturnType<typeof memoryStore>) => void,
) {
  const store = memoryStore();
  const journal = storeJournal(store, "run");
  for (const iteration of [0, 1]) {
    journal.save(record(iteration), {
      iterations: iteration + 1,
      strategy: STATE,
    });
  }
  damage(store);
  return store;
}

const checkpoint = (step: number) => ({ step, json: "{}", blobs: {} });

const DAMAGES = {
  "2 iterations and its checkpoint 1": damaged((store) =>
    store.putCheckpoint("run", checkpoint(1))
  ),
  "2 iterations and its checkpoint 3": damaged((store) =>
    store.putCheckpoint("run", checkpoint(3))
  ),
  "3 iterations and its checkpoint 2": damaged((store) =>
    store.appendHistory("run", 2, JSON.stringify(record(2)))
  ),
};

for (const [what, store] of Object.entries(DAMAGES)) {
  Deno.test(`storeJournal() throws a StoreError for damage when the history has ${what}`, async () => {
    const expected = (error: unknown) => {
      assert(error instanceof StoreError);
      assert.equal(error.trouble, "damaged");
      assert.equal(error.exitCode, 5);
      assert.equal(
        error.message,
        `Cannot continue run "run": its history has ${what}, expected the same; --fresh starts it over`,
      );
      return true;
    };
    const journal = storeJournal(store, "run");
    assert.throws(() => journal.load(), expected);
    await assert.rejects(runStage(stageOptions({ journal })), expected);
  });
}

Deno.test("storeJournal() throws when there is a history and no checkpoint, and begins anew when the run is set aside", () => {
  const store = memoryStore();
  store.appendHistory("run", 0, JSON.stringify(record(0)));
  const journal = storeJournal(store, "run");
  assert.throws(
    () => journal.load(),
    /its history has 1 iterations and its checkpoint 0, expected the same/,
  );
  store.archiveRun("run");
  assert.deepEqual(journal.load(), { records: [], checkpoint: undefined });
});

Deno.test("storeJournal() throws when the history lacks an iteration and has one too many", () => {
  const store = memoryStore();
  for (const step of [0, 2]) {
    store.appendHistory("run", step, JSON.stringify(record(step)));
  }
  store.putCheckpoint("run", checkpoint(2));
  assert.throws(
    () => storeJournal(store, "run").load(),
    /iteration 1 of its history is number 2, expected 1; --fresh starts it over/,
  );
});
