import assert from "node:assert/strict";
import { BEAT_MS, storePath } from "../../lib/lab/mod.ts";
import { createReport, openResults, type Results } from "../../lib/view/mod.ts";
import {
  addIteration,
  CONTENT,
  ID,
  inFolder,
  liveNote,
  noteRun,
  noteStage,
  writeStore,
} from "./_folder.ts";

const NOW = 1_800_000_000_000;

async function only(results: Results) {
  const runs = await results.summaries();
  assert.deepEqual(runs.map(({ id }) => id), [ID]);
  return runs[0]!;
}

Deno.test("openResults() follows a search from before there is a store", async () => {
  await inFolder(async (folder) => {
    const results = openResults(`${folder}/later`, { nowMs: () => NOW });
    assert.deepEqual(await results.summaries(), []);
    const store = writeStore(`${folder}/later`);
    noteRun(store, liveNote(NOW));
    const begun = await only(results);
    assert.equal(begun.state, "running");
    assert.equal(begun.revision, undefined);
    assert.equal(begun.share, 0.75);
    assert.equal(begun.seconds, 40);
    assert.deepEqual(begun.parts, [
      { name: "removal", foreseen: 60, measured: 30, expected: 20 },
    ]);
    noteStage(store);
    const revisions = new Set<string | undefined>();
    for (const iteration of [0, 1]) {
      addIteration(store, iteration);
      revisions.add((await only(results)).revision);
      const { stages, teacher } = results.course(ID)!;
      assert.equal(stages[0]!.iterations.length, iteration + 1);
      assert.equal(teacher!.parameters, CONTENT.teacher.parameters);
    }
    assert.equal(revisions.size, 2);
    // The writer never waits: it goes on while somebody reads.
    store.close();
    assert.equal(results.course(ID)!.stages[0]!.iterations.length, 2);
    results.close();
  });
});

Deno.test("openResults() tells how a run ended, and that one is not heard of", async () => {
  await inFolder(async (folder) => {
    const store = writeStore(folder);
    let now = NOW;
    const results = openResults(folder, { nowMs: () => now });
    noteRun(store, liveNote(NOW));
    assert.equal((await only(results)).state, "running");
    now = NOW + 3 * BEAT_MS;
    assert.equal((await only(results)).state, "running");
    now = NOW + 19_999;
    assert.equal((await only(results)).state, "running");
    now = NOW + 20_001;
    assert.equal((await only(results)).state, "silent");
    now = NOW + 5 * 60_000 + 1000;
    const silent = await only(results);
    assert.deepEqual([silent.state, silent.silentSeconds], ["silent", 300]);
    noteRun(store, liveNote(now, { state: "interrupted" }));
    assert.equal((await only(results)).state, "interrupted");
    noteRun(store, liveNote(now, { state: "failed", reason: "a loss is NaN" }));
    const failed = await only(results);
    assert.deepEqual([failed.state, failed.reason], [
      "failed",
      "a loss is NaN",
    ]);
    results.close();
    store.close();
  });
});

Deno.test("openResults() sees a store that is written after nobody did", async () => {
  await inFolder(async (folder) => {
    const first = writeStore(folder);
    noteRun(first, liveNote(NOW));
    first.close();
    const results = openResults(folder, { nowMs: () => NOW });
    assert.equal((await only(results)).state, "running");
    const second = writeStore(folder);
    noteRun(second, liveNote(NOW, { state: "done" }));
    assert.equal((await only(results)).state, "done");
    second.close();
    results.close();
  });
});

Deno.test("openResults() writes nothing and survives what is no store", async () => {
  await inFolder(async (folder) => {
    writeStore(folder).close();
    const path = storePath(folder);
    const before = await Deno.readFile(path);
    const results = openResults(folder);
    await results.summaries();
    results.close();
    assert.deepEqual(await Deno.readFile(path), before);
    await Deno.writeTextFile(path, "no database at all");
    const damaged = openResults(folder);
    assert.deepEqual(await damaged.summaries(), []);
    assert.match(damaged.trouble()!, /is no SQLite database/);
    damaged.close();
  });
});

Deno.test("createReport() holds a student once, however often it is proposed", async () => {
  await inFolder(async (folder) => {
    const store = writeStore(folder);
    noteRun(store, liveNote(NOW));
    noteStage(store);
    addIteration(store, 0);
    addIteration(store, 1, 0);
    store.close();
    const results = openResults(folder, { nowMs: () => NOW });
    const { students, views } = await createReport(results);
    const places = students[ID]![0]!;
    const half = places.length / 2;
    assert(places.some((place) => place >= 0));
    assert.deepEqual(places.slice(half), places.slice(0, half));
    assert.equal(views.length, new Set(places.filter((at) => at >= 0)).size);
    const { times } = views[0]!.shared[0]!;
    assert.equal(times, 2);
    results.close();
  });
});
