import type { Store } from "./store.ts";

/** A store that fails once, for tests of what comes after. */
export interface FailingStore {
  /** The store to hand out. */
  readonly store: Store;
  /** Whether the failure has happened. */
  fired(): boolean;
}

/**
 * Wraps a store so that its Nth call fails before it does anything. Call with
 * 1, 2, 3, … until the work under test ends without `fired()`.
 *
 * @param store The store that does the work.
 * @param call Number of the call that fails, >= 1; `close` is not counted.
 * @param error What is thrown.
 */
export function failingStore(
  store: Store,
  call: number,
  error: Error = new Error(`Store failed on call ${call}`),
): FailingStore {
  let calls = 0;
  const wrapped = new Proxy(store, {
    get(target, name: keyof Store) {
      const method = target[name];
      if (name === "close" || typeof method !== "function") return method;
      return (...args: readonly unknown[]) => {
        calls++;
        if (calls === call) throw error;
        return Reflect.apply(method, target, args);
      };
    },
  });
  return { store: wrapped, fired: () => calls >= call };
}
