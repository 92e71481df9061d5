import {
  checkNextStep,
  checkStep,
  checkSynchronous,
  checkText,
} from "./_check.ts";
import { StoreError } from "./errors.ts";
import type {
  Amount,
  Blob,
  Checkpoint,
  HistoryEntry,
  RunLock,
  Store,
  Usage,
} from "./store.ts";

/** All that is kept. Maps are replaced, never changed, so a copy is a snapshot. */
interface State {
  readonly evaluations: ReadonlyMap<string, string>;
  readonly blobs: ReadonlyMap<string, Blob>;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  readonly history: ReadonlyMap<string, readonly HistoryEntry[]>;
  readonly archived: readonly {
    readonly checkpoint: Checkpoint | undefined;
    readonly history: readonly HistoryEntry[];
  }[];
}

/**
 * A store that behaves as the one on disk and forgets all at the end: for
 * tests, and for runs that must write nothing.
 */
export function memoryStore(): Store {
  let state: State = {
    evaluations: new Map(),
    blobs: new Map(),
    checkpoints: new Map(),
    history: new Map(),
    archived: [],
  };
  const locks = new Set<string>();
  return {
    getEvaluation: (key) => state.evaluations.get(key),
    putEvaluation(key, json) {
      checkText("put evaluation", [key, json]);
      if (state.evaluations.has(key)) return false;
      const evaluations = withEntry(state.evaluations, key, json);
      state = { ...state, evaluations };
      return true;
    },
    getBlob(key) {
      const blob = state.blobs.get(key);
      return blob && { bytes: blob.bytes.slice(), meta: blob.meta };
    },
    putBlob(key, bytes, meta) {
      checkText("put blob", [key, meta]);
      if (state.blobs.has(key)) return false;
      const blob = { bytes: bytes.slice(), meta };
      state = { ...state, blobs: withEntry(state.blobs, key, blob) };
      return true;
    },
    getCheckpoint(run) {
      const checkpoint = state.checkpoints.get(run);
      return checkpoint && copyCheckpoint(checkpoint);
    },
    putCheckpoint(run, checkpoint) {
      checkStep("put checkpoint", checkpoint.step);
      const names = Object.keys(checkpoint.blobs);
      checkText("put checkpoint", [run, checkpoint.json, ...names]);
      const copy = copyCheckpoint(checkpoint);
      const checkpoints = withEntry(state.checkpoints, run, copy);
      state = { ...state, checkpoints };
    },
    appendHistory(run, step, json) {
      checkText("append history", [run, json]);
      const before = state.history.get(run) ?? [];
      checkNextStep(step, before.at(-1)?.step);
      const after = [...before, { step, json }];
      state = { ...state, history: withEntry(state.history, run, after) };
    },
    history: (run) => [...state.history.get(run) ?? []],
    historyLength: (run) => state.history.get(run)?.length ?? 0,
    runs: (prefix) =>
      [...state.checkpoints.keys()].filter((run) => run.startsWith(prefix))
        .sort(),
    transaction(work) {
      const before = state;
      try {
        const result = work();
        checkSynchronous(result);
        return result;
      } catch (error) {
        state = before;
        throw error;
      }
    },
    lockRun: (run) => lockIn(locks, run),
    archiveRun(run) {
      const checkpoint = state.checkpoints.get(run);
      const history = state.history.get(run);
      if (checkpoint === undefined && history === undefined) return false;
      state = {
        ...state,
        checkpoints: withoutEntry(state.checkpoints, run),
        history: withoutEntry(state.history, run),
        archived: [...state.archived, { checkpoint, history: history ?? [] }],
      };
      return true;
    },
    usage: () => measure(state),
    close: () => locks.clear(),
  };
}

function lockIn(locks: Set<string>, run: string): RunLock {
  if (locks.has(run)) {
    throw new StoreError(
      "running",
      `Cannot start run "${run}": it is in use, expected to be alone with it`,
    );
  }
  locks.add(run);
  const release = () => void locks.delete(run);
  return { release, [Symbol.dispose]: release };
}

function withEntry<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
): ReadonlyMap<string, Value> {
  return new Map([...map, [key, value]]);
}

function withoutEntry<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([other]) => other !== key));
}

function copyCheckpoint({ step, json, blobs }: Checkpoint): Checkpoint {
  const copies = Object.entries(blobs)
    .map(([name, bytes]) => [name, bytes.slice()] as const);
  return { step, json, blobs: Object.fromEntries(copies) };
}

function measure(state: State): Usage {
  const checkpoints = [
    ...state.checkpoints.values(),
    ...state.archived.flatMap(({ checkpoint }) => checkpoint ?? []),
  ];
  const history = [
    ...state.history.values(),
    ...state.archived.map((run) => run.history),
  ].flat();
  return {
    evaluations: total([...state.evaluations.values()].map(textBytes)),
    blobs: total(
      [...state.blobs.values()]
        .map(({ bytes, meta }) => bytes.length + textBytes(meta)),
    ),
    checkpoints: total(checkpoints.map(({ json, blobs }) =>
      Object.values(blobs)
        .reduce((sum, bytes) => sum + bytes.length, textBytes(json))
    )),
    history: total(history.map(({ json }) => textBytes(json))),
  };
}

function total(sizes: readonly number[]): Amount {
  const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { count: sizes.length, sizeBytes };
}

function textBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
