import { type Clock, wallClock } from "./clock.ts";
import { EXIT, Interrupted } from "./errors.ts";
import { notify } from "./output.ts";

/** How often the same wish may arrive twice: runners signal a group and its child. */
const REPEAT_MS = 1000;

/** A way to stop early that keeps what is done. */
export interface Interruption extends Disposable {
  /**
   * Aborted at the first Ctrl-C or termination signal, with {@link Interrupted}
   * as its reason: finish the step, save, then `signal.throwIfAborted()`.
   */
  readonly signal: AbortSignal;
  /** Stops listening; Ctrl-C then ends the process as usual. */
  [Symbol.dispose](): void;
}

/** What {@link interruptible} can be given by a test. */
export interface InterruptOptions {
  /** Clock that tells a doubled signal from a second one. */
  readonly clock?: Clock;
  /** Ends the process; default `Deno.exit`. */
  readonly exit?: (code: number) => void;
  /** Tells that the wish was heard; default a line on standard error. */
  readonly tell?: (line: string) => void;
  /** Listens for a signal; default the process's own. */
  readonly listen?: (signal: Deno.Signal, listener: () => void) => void;
  /** Stops listening. */
  readonly unlisten?: (signal: Deno.Signal, listener: () => void) => void;
}

/**
 * Listens for SIGINT and SIGTERM. The first aborts the returned signal; a
 * repeat within a second of it is the same wish and is ignored; a later one
 * ends the process at once with exit code 130.
 *
 * @param options Doubles for tests.
 *
 * @example
 * ```ts no-eval
 * using interruption = interruptible();
 * for (const step of steps) {
 *   await take(step);
 *   save(step);
 *   interruption.signal.throwIfAborted();
 * }
 * ```
 */
export function interruptible(options: InterruptOptions = {}): Interruption {
  const {
    clock = wallClock,
    exit = Deno.exit,
    tell = notify,
    listen = Deno.addSignalListener,
    unlisten = Deno.removeSignalListener,
  } = options;
  const controller = new AbortController();
  // Windows has no SIGTERM to listen to.
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  let firstMs: number | undefined;
  function onSignal(): void {
    const nowMs = clock.monotonicMs();
    if (firstMs === undefined) {
      firstMs = nowMs;
      tell("Stopping: finishing the step and saving; again to stop at once");
      controller.abort(new Interrupted());
    } else if (nowMs - firstMs > REPEAT_MS) {
      exit(EXIT.interrupted);
    }
  }
  for (const signal of signals) listen(signal, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of signals) unlisten(signal, onSignal);
    },
  };
}
