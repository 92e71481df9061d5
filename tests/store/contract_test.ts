import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import {
  failingStore,
  memoryStore,
  openStore,
  type Store,
  StoreError,
} from "../../lib/store/mod.ts";
import { inTemporaryFolder, pattern } from "./_temporary.ts";

/** One suite for the store on disk and its twin in memory. */
const KINDS: Readonly<Record<string, (folder: string) => Store>> = {
  "openStore()": (folder) => openStore(join(folder, "a", "runs.sqlite")),
  "memoryStore()": () => memoryStore(),
};

for (const [kind, open] of Object.entries(KINDS)) {
  const behaviour = (words: string, test: (store: Store) => void): void => {
    Deno.test(`${kind} ${words}`, async () => {
      await inTemporaryFolder((folder) => {
        const store = open(folder);
        try {
          test(store);
        } finally {
          store.close();
        }
      });
    });
  };

  behaviour("has nothing when new", (store) => {
    assert.equal(store.getEvaluation("k"), undefined);
    assert.equal(store.getBlob("k"), undefined);
    assert.equal(store.getCheckpoint("r"), undefined);
    assert.deepEqual(store.history("r"), []);
    assert.equal(store.historyLength("r"), 0);
    const none = { count: 0, sizeBytes: 0 };
    assert.deepEqual(store.usage(), {
      evaluations: none,
      blobs: none,
      checkpoints: none,
      history: none,
    });
  });

  behaviour("lists the runs in use whose names begin so", (store) => {
    const put = (run: string) =>
      store.putCheckpoint(run, { step: 0, json: "{}", blobs: {} });
    for (const run of ["live/b", "live/\u00e9%_", "live/a", "lives", "other"]) {
      put(run);
    }
    store.appendHistory("live/only-told", 0, "{}");
    assert.deepEqual(store.runs("live/"), [
      "live/a",
      "live/b",
      "live/\u00e9%_",
    ]);
    assert.deepEqual(store.runs("live/\u00e9%"), ["live/\u00e9%_"]);
    assert.equal(store.runs("").length, 5);
    assert.equal(store.historyLength("live/only-told"), 1);
    store.archiveRun("live/only-told");
    assert.equal(store.historyLength("live/only-told"), 0);
    store.archiveRun("live/b");
    assert.deepEqual(store.runs("live/b"), []);
  });

  behaviour("keeps the first evaluation when one is put twice", (store) => {
    assert.equal(store.putEvaluation("k", '{"é":1}'), true);
    assert.equal(store.putEvaluation("k", "{}"), false);
    assert.equal(store.putEvaluation("l", ""), true);
    assert.equal(store.getEvaluation("k"), '{"é":1}');
    assert.equal(store.getEvaluation("l"), "");
  });

  behaviour("keeps a copy of a blob when the caller changes it", (store) => {
    const bytes = pattern(100_000);
    assert.equal(store.putBlob("k", bytes, "meta"), true);
    bytes.fill(0);
    assert.equal(store.putBlob("k", bytes, "other"), false);
    store.getBlob("k")!.bytes.fill(0);
    assert.deepEqual(store.getBlob("k"), {
      bytes: pattern(100_000),
      meta: "meta",
    });
    assert.equal(store.putBlob("empty", new Uint8Array(), ""), true);
    assert.equal(store.getBlob("empty")!.bytes.length, 0);
    // A view takes its own part, not the whole buffer.
    store.putBlob("view", pattern(10).subarray(2, 5), "");
    assert.deepEqual(store.getBlob("view")!.bytes, pattern(3, 2));
  });

  behaviour("replaces a checkpoint whole, blobs included", (store) => {
    const first = { a: pattern(10), b: pattern(20), "": new Uint8Array() };
    store.putCheckpoint("r", { step: 1, json: "one", blobs: first });
    store.putCheckpoint("other", { step: 9, json: "", blobs: {} });
    assert.deepEqual(store.getCheckpoint("r"), {
      step: 1,
      json: "one",
      blobs: first,
    });
    const second = { b: pattern(5) };
    store.putCheckpoint("r", { step: 2, json: "two", blobs: second });
    assert.deepEqual(store.getCheckpoint("r"), {
      step: 2,
      json: "two",
      blobs: second,
    });
    assert.equal(store.getCheckpoint("other")!.step, 9);
  });

  behaviour("keeps a run's history in order and apart", (store) => {
    store.appendHistory("r", 0, "zero");
    store.appendHistory("s", 5, "five");
    store.appendHistory("r", 2, "two");
    store.appendHistory("r", 10, "ten");
    assert.deepEqual(store.history("r"), [
      { step: 0, json: "zero" },
      { step: 2, json: "two" },
      { step: 10, json: "ten" },
    ]);
    for (const step of [10, 9]) {
      assert.throws(
        () => store.appendHistory("r", step, ""),
        new RangeError(
          `Cannot append history: step is ${step}, expected more than the ` +
            `last step 10`,
        ),
      );
    }
    assert.equal(store.history("r").length, 3);
  });

  behaviour("throws RangeError when a step or text cannot be kept", (store) => {
    for (const step of [-1, 1.5, NaN, 2 ** 53]) {
      assert.throws(() => store.appendHistory("r", step, ""), RangeError);
      const checkpoint = { step, json: "", blobs: {} };
      assert.throws(() => store.putCheckpoint("r", checkpoint), RangeError);
    }
    for (const text of ["a\0b", "\ud800"]) {
      assert.throws(() => store.putEvaluation("k", text), RangeError);
      assert.throws(() => store.putEvaluation(text, ""), RangeError);
      assert.throws(() => store.putBlob(text, pattern(1), ""), RangeError);
      assert.throws(() => store.appendHistory("r", 1, text), RangeError);
      const checkpoint = { step: 1, json: text, blobs: {} };
      assert.throws(() => store.putCheckpoint("r", checkpoint), RangeError);
    }
    assert.equal(store.usage().history.count, 0);
  });

  behaviour("undoes all of a transaction when its work throws", (store) => {
    store.putCheckpoint("r", { step: 1, json: "1", blobs: { a: pattern(3) } });
    const error = new Error("stop");
    assert.throws(() =>
      store.transaction(() => {
        store.putEvaluation("k", "1");
        store.putBlob("b", pattern(3), "");
        store.appendHistory("r", 2, "2");
        store.putCheckpoint("r", { step: 2, json: "2", blobs: {} });
        store.archiveRun("r");
        throw error;
      }), error);
    assert.equal(store.getEvaluation("k"), undefined);
    assert.equal(store.getBlob("b"), undefined);
    assert.deepEqual(store.history("r"), []);
    assert.deepEqual(store.getCheckpoint("r")!.blobs, { a: pattern(3) });
    const done = store.transaction(() => {
      store.putEvaluation("k", "2");
      return "done";
    });
    assert.equal(done, "done");
    assert.equal(store.getEvaluation("k"), "2");
  });

  behaviour(
    "undoes the inner transaction alone when its error is caught",
    (store) => {
      store.transaction(() => {
        store.putEvaluation("outer", "1");
        assert.throws(() =>
          store.transaction(() => {
            store.putEvaluation("inner", "1");
            throw new Error("stop");
          })
        );
        store.transaction(() => store.putEvaluation("second", "1"));
      });
      assert.equal(store.getEvaluation("outer"), "1");
      assert.equal(store.getEvaluation("inner"), undefined);
      assert.equal(store.getEvaluation("second"), "1");
    },
  );

  behaviour(
    "undoes a middle transaction whole when its inner one failed",
    (store) => {
      store.transaction(() => {
        store.putEvaluation("outer", "1");
        assert.throws(() =>
          store.transaction(() => {
            store.putEvaluation("middle", "1");
            assert.throws(() =>
              store.transaction(() => {
                throw new Error("inner");
              })
            );
            throw new Error("middle");
          })
        );
      });
      assert.equal(store.getEvaluation("outer"), "1");
      assert.equal(store.getEvaluation("middle"), undefined);
    },
  );

  behaviour("refuses a transaction whose work is asynchronous", (store) => {
    assert.throws(() =>
      store.transaction(() => {
        store.putEvaluation("k", "1");
        return Promise.resolve();
      }), TypeError);
    assert.equal(store.getEvaluation("k"), undefined);
  });

  behaviour("gives a run to one caller at a time", (store) => {
    const lock = store.lockRun("r");
    assert.throws(() => store.lockRun("r"), (error) => {
      assert(error instanceof StoreError);
      assert.equal(error.trouble, "running");
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /^Cannot start run "r"/);
      return true;
    });
    store.lockRun("other").release();
    lock.release();
    lock.release();
    {
      using _again = store.lockRun("r");
      assert.throws(() => store.lockRun("r"), StoreError);
    }
    store.lockRun("r").release();
  });

  behaviour("begins a run anew when archived, again and again", (store) => {
    assert.equal(store.archiveRun("r"), false);
    store.putEvaluation("k", "shared");
    for (let round = 1; round <= 3; round++) {
      store.appendHistory("r", 1, "x");
      store.putCheckpoint("r", {
        step: 1,
        json: "x",
        blobs: { a: pattern(4) },
      });
      assert.equal(store.archiveRun("r"), true);
      assert.equal(store.getCheckpoint("r"), undefined);
      assert.deepEqual(store.history("r"), []);
      assert.equal(store.archiveRun("r"), false);
      // Set aside, not deleted.
      assert.deepEqual(store.usage().checkpoints, {
        count: round,
        sizeBytes: 5 * round,
      });
      assert.deepEqual(store.usage().history, {
        count: round,
        sizeBytes: round,
      });
    }
    assert.equal(store.getEvaluation("k"), "shared");
  });

  behaviour("counts entries and the bytes of their content", (store) => {
    store.putEvaluation("key", "é");
    store.putBlob("key", pattern(10), "abc");
    store.appendHistory("r", 1, "four");
    const blobs = { a: pattern(7), b: pattern(1) };
    store.putCheckpoint("r", { step: 1, json: "xy", blobs });
    assert.deepEqual(store.usage(), {
      evaluations: { count: 1, sizeBytes: 2 },
      blobs: { count: 1, sizeBytes: 13 },
      checkpoints: { count: 1, sizeBytes: 10 },
      history: { count: 1, sizeBytes: 4 },
    });
  });

  behaviour("gives back any text and bytes", (store) => {
    const text = fc.string({ unit: "binary" }).map((raw) =>
      raw.replaceAll("\0", "").toWellFormed()
    );
    let serial = 0;
    fc.assert(
      fc.property(text, fc.uint8Array(), (json, bytes) => {
        const key = `${json}${serial++}`;
        store.putEvaluation(key, json);
        assert.equal(store.getEvaluation(key), json);
        store.putBlob(key, bytes, json);
        assert.deepEqual(store.getBlob(key), {
          bytes: new Uint8Array(bytes),
          meta: json,
        });
        const checkpoint = { step: 1, json, blobs: { [json]: bytes.slice() } };
        store.putCheckpoint(key, checkpoint);
        assert.deepEqual(store.getCheckpoint(key)!.json, json);
        assert.deepEqual(
          store.getCheckpoint(key)!.blobs[json],
          new Uint8Array(bytes),
        );
      }),
      { numRuns: 30 },
    );
  });
}

/** One step of a run, as a search takes it. */
function takeStep(store: Store, step: number): void {
  store.transaction(() => {
    store.putEvaluation(`student ${step}`, `${step}`);
    store.appendHistory("r", step, `${step}`);
    const blobs = { policy: pattern(50, step) };
    store.putCheckpoint("r", { step, json: `${step}`, blobs });
  });
}

for (const [kind, open] of Object.entries(KINDS)) {
  Deno.test(`failingStore() leaves ${kind} between steps when any call fails`, async () => {
    let call = 1;
    for (let fired = true; fired; call++) {
      await inTemporaryFolder((folder) => {
        const real = open(folder);
        const failing = failingStore(real, call);
        let failed = false;
        try {
          for (let step = 1; step <= 3; step++) takeStep(failing.store, step);
        } catch (error) {
          failed = true;
          assert.equal(
            (error as Error).message,
            `Store failed on call ${call}`,
          );
        }
        fired = failing.fired();
        assert.equal(failed, fired);
        const step = real.getCheckpoint("r")?.step ?? 0;
        if (!fired) assert.equal(step, 3);
        assert.equal(real.history("r").length, step);
        assert.equal(real.usage().evaluations.count, step);
        // What failed can be tried again.
        for (let next = step + 1; next <= 3; next++) takeStep(real, next);
        assert.equal(real.getCheckpoint("r")!.step, 3);
        real.close();
      });
    }
    // 3 steps of 4 calls, and one round in which nothing failed.
    assert.equal(call - 1, 13);
  });
}
