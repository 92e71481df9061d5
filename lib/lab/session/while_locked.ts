import { type RunLock, type Store, StoreError } from "../../store/mod.ts";

/** How often the lock is asked for. */
const PAUSE_MS = 50;

/** What is locked takes milliseconds: who waits so many times waits for a fault. */
const ATTEMPTS = 600;

/**
 * Does short work that no other process, nor another caller in this one, may do
 * at the same time; waits for its turn.
 *
 * @param store Where the lock is.
 * @param name What is worked on.
 * @param work The work.
 * @throws {StoreError} `running` if the turn does not come within half a minute.
 */
export async function whileLocked<T>(
  store: Store,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  using _lock = await lock(store, name);
  return await work();
}

async function lock(store: Store, name: string): Promise<RunLock> {
  for (let attempt = 1;; attempt++) {
    try {
      return store.lockRun(name);
    } catch (error) {
      const isTaken = error instanceof StoreError &&
        error.trouble === "running";
      if (!isTaken || attempt === ATTEMPTS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
