import { openStore, type Store, StoreError } from "../../store/mod.ts";

/** A run store that is read while others write it. */
export interface StoreFile {
  /**
   * The store as it is now; undefined where there is none, or it cannot be read.
   */
  current(): Store | undefined;
  /** Why it cannot be read, where there is one. */
  trouble(): string | undefined;
  /** Changes whenever the store may have. */
  version(): string;
  /** Lets go of it. */
  close(): void;
}

/**
 * Reads a store that may come, go and be replaced. Nothing is written or locked:
 * readers of a write-ahead log and its writers do not wait for each other.
 *
 * @param path The database file.
 */
export function storeFile(path: string): StoreFile {
  let open: { store: Store; state: string; hasLog: boolean } | undefined;
  let refused: { seen: string; message: string } | undefined;
  const logState = () => stateOf(`${path}-wal`);
  function close(): void {
    open?.store.close();
    open = undefined;
  }
  return {
    current() {
      const state = stateOf(path);
      const file = state?.split(" ")[0];
      // One without a log is read as a file that does not change.
      const isSame = open !== undefined && file !== undefined &&
        open.state.split(" ")[0] === file &&
        (open.hasLog
          ? logState() !== undefined
          : open.state === state && logState() === undefined);
      if (isSame) return open!.store;
      close();
      // A writer may only have been in the way for a moment.
      const seen = `${state} ${logState()}`;
      if (state === undefined || refused?.seen === seen) return undefined;
      try {
        const hasLog = logState() !== undefined;
        const store = openStore(path, { readonly: true });
        open = { store, state, hasLog };
        refused = undefined;
        return store;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        refused = { seen, message: error.message };
        return undefined;
      }
    },
    trouble: () => refused?.message,
    version: () => `${stateOf(path)} ${logState()}`,
    close,
  };
}

/** Which file it is, and when it changed; undefined where there is none. */
function stateOf(path: string): string | undefined {
  try {
    const { ino, mtime, size } = Deno.statSync(path);
    return `${ino} ${mtime?.getTime()} ${size}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
