/**
 * Results folders for tests: with a recorded search in them, or with one that a
 * store follows.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  type CompressionConfig,
  type CompressionContent,
  type Identity,
  type LiveNote,
  noteKey,
  runIdOf,
  type RunNote,
  type StageNote,
  storePath,
  type TeacherNote,
} from "../../lib/lab/mod.ts";
import { readRecord } from "../../lib/report/mod.ts";
import { storeJournal } from "../../lib/search/mod.ts";
import { openStore, type Store } from "../../lib/store/mod.ts";

/** The committed results. */
export const RESULTS = fileURLToPath(new URL("../../results", import.meta.url));

/** A search that is recorded there, of two stages. */
export const CELL = "mnist-vgg13-w0.125-reinforce-s1";

/** Its record. */
export const CONTENT = readRecord(
  Deno.readTextFileSync(`${RESULTS}/rq1/smoke/${CELL}.json`),
  `rq1/smoke/${CELL}.json`,
).deterministic as CompressionContent;

/** Its options as one of another name: nothing of it is recorded. */
export const IDENTITY: Identity<CompressionConfig> = {
  ...CONTENT.identity,
  seed: 77,
};

/** Name of that run in a store. */
export const RUN_ID = runIdOf("rq1", IDENTITY);

/** What it is called on the page. */
export const ID = "rq1/smoke/live-s77";

/** Runs a test in a folder of its own. */
export async function inFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-view-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Opens the store of a results folder to write. */
export function writeStore(folder: string): Store {
  return openStore(storePath(folder));
}

/** A note that a run is under way, or how it ended. */
export function liveNote(
  atMs: number,
  end: Pick<LiveNote, "state" | "reason"> = { state: "running" },
): LiveNote {
  return {
    ...end,
    parts: [{ name: "removal", wallSeconds: 60 }],
    compared: [{ part: "removal", measured: 30, expected: 20 }],
    ownSeconds: 10,
    seconds: 40,
    evaluations: { asked: 9, remembered: 2, trained: 7, workerSeconds: 12 },
    workers: 2,
    startedMs: atMs - 30_000,
    atMs,
  };
}

/** Notes a run as one that is under way does. */
export function noteRun(store: Store, live: LiveNote): void {
  const about: RunNote = {
    question: "rq1",
    profile: "smoke",
    cell: "live-s77",
    identity: IDENTITY,
    command: "deno task rq1 --seed 77",
  };
  put(store, noteKey.run(RUN_ID), about);
  put(store, noteKey.live(RUN_ID), live);
}

/** Notes its teacher and its first stage. */
export function noteStage(store: Store): void {
  const [stage] = CONTENT.stages;
  const teacher: TeacherNote = {
    network: CONTENT.teacher.network,
    accuracy: CONTENT.referenceAccuracy,
  };
  const recipe = {} as StageNote["training"]["recipe"];
  const note: StageNote = {
    kind: stage!.kind,
    index: 0,
    base: CONTENT.teacher.network,
    training: { recipe, data: "d", seed: 1 },
    finals: [],
  };
  put(store, noteKey.teacher(RUN_ID), teacher);
  put(store, noteKey.stage(RUN_ID, stage!.kind), note);
}

/**
 * Adds an iteration to the search that is followed: that of the recorded one, or of
 * another number there, once more.
 */
export function addIteration(
  store: Store,
  iteration: number,
  recorded = iteration,
): void {
  const [stage] = CONTENT.stages;
  storeJournal(store, `${RUN_ID}/${stage!.kind}`).save(
    { ...stage!.records[recorded]!, iteration },
    { iterations: iteration + 1, strategy: { json: {}, blobs: {} } },
  );
}

function put(store: Store, key: string, note: unknown): void {
  store.putCheckpoint(key, { step: 0, json: JSON.stringify(note), blobs: {} });
}
