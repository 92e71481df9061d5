import { notify, type RunOptions, UsageError } from "../../cli/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import {
  createQueueExecutor,
  readQueueAddress,
  verifyAnswers,
} from "../../queue/mod.ts";
import { createWorkerPool, type Executor } from "../../search/mod.ts";

/** Who trains. */
export interface OpenedExecutor {
  /** Trains and predicts. */
  readonly executor: Executor;
  /** Who works and what waits, in a few words, where that is not always the same. */
  readonly status?: () => string;
}

/**
 * Opens what a run trains with: threads of this machine, or the workers of a queue.
 * Results are the same.
 *
 * @param run The command line.
 * @param engine The engine.
 * @param code Digest of the code that trains.
 * @throws {UsageError} If the queue cannot be used, with the way to put it right.
 */
export async function openExecutor(
  { workers, queue, verifyShare: share = 0 }: Pick<
    RunOptions,
    "workers" | "queue" | "verifyShare"
  >,
  engine: Engine,
  code: string,
): Promise<OpenedExecutor> {
  if (queue === undefined) {
    if (share > 0) {
      throw new UsageError(
        `--verify-share ${share}: there is no --queue whose answers could be verified`,
      );
    }
    return { executor: createWorkerPool(workers) };
  }
  const address = await readQueueAddress(queue);
  const executor = await createQueueExecutor({
    address,
    engine,
    threads: workers,
    code,
  });
  const { status } = executor;
  notify(`Training at ${address.origin}, ${status()}`);
  if (share === 0) return { executor, status };
  const home = createWorkerPool(1);
  return { executor: verifyAnswers(executor, { home, share, engine }), status };
}
