import { type Store, StoreError } from "../store/mod.ts";
import type { IterationRecord, StageJournal } from "./records.ts";

/**
 * A stage's journal in the run store. A record and the strategy's state that
 * follows from it are one transaction.
 *
 * @param store The run store.
 * @param run Name of the run and the stage.
 */
export function storeJournal(store: Store, run: string): StageJournal {
  return {
    load() {
      const checkpoint = store.getCheckpoint(run);
      const history = store.history(run);
      const records = history.map(({ json }) =>
        JSON.parse(json) as IterationRecord
      );
      const step = checkpoint?.step ?? 0;
      if (records.length !== step) {
        throw new StoreError(
          "damaged",
          `Cannot continue run "${run}": its history has ${records.length} iterations and its checkpoint ${step}, expected the same; --fresh starts it over`,
        );
      }
      const gap = history.findIndex((entry, place) => entry.step !== place);
      if (gap !== -1) {
        throw new StoreError(
          "damaged",
          `Cannot continue run "${run}": iteration ${gap} of its history is number ${
            history[gap]!.step
          }, expected ${gap}; --fresh starts it over`,
        );
      }
      return {
        records,
        checkpoint: checkpoint === undefined ? undefined : {
          iterations: step,
          strategy: {
            json: JSON.parse(checkpoint.json),
            blobs: checkpoint.blobs,
          },
        },
      };
    },
    save(record, { iterations, strategy: { json, blobs } }) {
      store.transaction(() => {
        store.appendHistory(run, record.iteration, JSON.stringify(record));
        store.putCheckpoint(run, {
          step: iterations,
          json: JSON.stringify(json),
          blobs,
        });
      });
    },
  };
}
