import { packPolicyState, unpackPolicyState } from "../policy/mod.ts";
import type { Store } from "../store/mod.ts";
import type { IterationRecord, StageJournal } from "./stage.ts";

/**
 * A stage's journal in the run store. A record and the policy that follows from
 * it are one transaction.
 *
 * @param store The run store.
 * @param run Name of the run and the stage.
 */
export function storeJournal(store: Store, run: string): StageJournal {
  return {
    load() {
      const checkpoint = store.getCheckpoint(run);
      if (checkpoint === undefined) {
        return { records: [], checkpoint: undefined };
      }
      const { average } = JSON.parse(checkpoint.json) as { average: number };
      return {
        records: store.history(run).map(({ json }) =>
          JSON.parse(json) as IterationRecord
        ),
        checkpoint: {
          iterations: checkpoint.step,
          policy: unpackPolicyState(checkpoint.blobs.policy!),
          average,
        },
      };
    },
    save(record, { iterations, policy, average }) {
      store.transaction(() => {
        store.appendHistory(run, record.iteration, JSON.stringify(record));
        store.putCheckpoint(run, {
          step: iterations,
          json: JSON.stringify({ average }),
          blobs: { policy: packPolicyState(policy) },
        });
      });
    },
  };
}
