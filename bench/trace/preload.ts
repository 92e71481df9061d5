/**
 * Loaded before an experiment: watches its worker threads and its store from
 * outside, and writes what it saw to the file that N2N_BENCH_TRACE names. The
 * experiment knows nothing of it.
 *
 * @module
 */

import { StatementSync } from "node:sqlite";
import type { OrderSpan, Span, Trace } from "./spans.ts";

const workers: OrderSpan[][] = [];
const store: Span[] = [];

const ORDERS: readonly string[] = ["evaluate", "predict", "measure"];
/** Answers after which an order goes on. */
const UNFINISHED = "epoch";

globalThis.Worker = class extends Worker {
  readonly #orders: OrderSpan[] = [];
  #running: Pick<OrderSpan, "start" | "type"> | undefined;

  constructor(...args: ConstructorParameters<typeof Worker>) {
    super(...args);
    workers.push(this.#orders);
    this.addEventListener("message", ({ data: { type } }) => {
      if (this.#running === undefined || type === UNFINISHED) return;
      this.#orders.push({ ...this.#running, end: performance.now() });
      this.#running = undefined;
    });
  }

  override postMessage(...args: [unknown, ...unknown[]]): void {
    const { type } = args[0] as { readonly type: string };
    if (ORDERS.includes(type)) {
      this.#running = {
        type: type as OrderSpan["type"],
        start: performance.now(),
      };
    }
    super.postMessage(...args as [unknown]);
  }
};

for (const name of ["run", "get", "all"] as const) {
  const call = StatementSync.prototype[name] as (...args: never[]) => unknown;
  Object.assign(StatementSync.prototype, {
    [name](this: StatementSync, ...args: never[]): unknown {
      const start = performance.now();
      try {
        return call.apply(this, args);
      } finally {
        store.push({ start, end: performance.now() });
      }
    },
  });
}

globalThis.addEventListener("unload", () => {
  const trace: Trace = { totalMs: performance.now(), workers, store };
  Deno.writeTextFileSync(
    Deno.env.get("N2N_BENCH_TRACE")!,
    JSON.stringify(trace),
  );
});
