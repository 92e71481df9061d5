import type { IterationRecord } from "../../search/mod.ts";
import { type Store, StoreError } from "../../store/mod.ts";

/** Notes an iteration. */
export type CourseNote = (record: IterationRecord) => void;

/**
 * Keeps the course of a search for whoever looks on, where the search itself keeps
 * none: it is run again when it was stopped, and its iterations are those that are
 * there. Where one is another, by other code, all are noted anew.
 *
 * @param store The run store.
 * @param run Name of the search and its stage.
 */
export function courseNote(store: Store, run: string): CourseNote {
  const texts: string[] = [];
  let before: readonly string[] = [];
  let isOver = false;
  function add(text: string): void {
    if (texts.length === 0) before = store.history(run).map(({ json }) => json);
    const at = texts.push(text) - 1;
    if (before[at] === text) return;
    if (at >= before.length) return store.appendHistory(run, at, text);
    store.transaction(() => {
      store.archiveRun(run);
      texts.forEach((each, step) => store.appendHistory(run, step, each));
    });
    before = [];
  }
  return (record) => {
    if (isOver) return;
    try {
      add(JSON.stringify(record));
    } catch (error) {
      // As with every note: the run's own next commit tells of a full disk.
      if (!(error instanceof StoreError)) throw error;
      isOver = true;
    }
  };
}
