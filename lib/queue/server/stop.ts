import { setTimeout as sleep } from "node:timers/promises";
import { ifThere, stopwatch, UsageError } from "../../cli/mod.ts";
import { fromFile, readQueueFile } from "../_file.ts";
import { connectQueue, infoField } from "../connect.ts";
import { serverPaths } from "./_paths.ts";
import { isServer, readProcess } from "./_process.ts";

/** What {@link stopServer} found. */
export interface StoppedServer {
  /** Where it was, for people; undefined when none ran. */
  readonly origin?: string;
}

/** A server on this machine answers in milliseconds, or hangs. */
const LOCAL_TIMEOUT_MS = 3000;
const REMOTE_TIMEOUT_MS = 10_000;

/** To write what is left of the append-only file. */
const PATIENCE_SECONDS = 30;

/**
 * Ends a queue's server. Its jobs and results are on the disk and are there again
 * after the next start; workers and experiments wait for it meanwhile.
 *
 * @param share The folder that it was started with.
 * @returns Where it was; nothing where none ran.
 * @throws {UsageError} If it hangs or cannot be reached.
 */
export async function stopServer(share: string): Promise<StoppedServer> {
  const paths = serverPaths(share);
  const known = await ifThere(() => Deno.stat(paths.queueFile));
  if (known === undefined) return {};
  const address = fromFile(await readQueueFile(paths.queueFile));
  const process = await readProcess(paths);
  const pid = process?.pid;
  if (process?.isHere && pid === undefined) return {};
  // Where a machine's list of processes cannot be had, the server itself can tell.
  const isListed = pid !== undefined && await isServer(pid);
  const timeoutMs = process?.isHere ? LOCAL_TIMEOUT_MS : REMOTE_TIMEOUT_MS;
  const redis = await connectQueue(address, { timeoutMs }).catch((error) => {
    if (!process?.isHere) throw error;
    if (!isListed) return undefined;
    throw hangs(process.pid);
  });
  if (redis === undefined) return {};
  const info = await redis.info("server");
  const shutdown = redis.shutdown();
  // The server says nothing when it obeys: it is gone.
  await Promise.race([shutdown.catch(tellRefusal), closed(redis)]);
  redis.disconnect();
  const elapsed = stopwatch();
  const own = Number(infoField(info, "process_id"));
  while (process?.isHere && await isServer(own)) {
    if (elapsed() > PATIENCE_SECONDS) throw hangs(own);
    await sleep(50);
  }
  return { origin: address.origin };
}

function hangs(pid: number | undefined): UsageError {
  return new UsageError(
    `Cannot stop the queue: its server, process ${pid}, does not answer, expected ` +
      `it to end; what it has is on the disk: kill ${pid}`,
  );
}

/** Refused when what is left cannot be written, on a full disk for example. */
function tellRefusal(error: unknown): void {
  if (
    !(error instanceof Error) || !/^(ERR|MISCONF|NOPERM)/.test(error.message)
  ) {
    return;
  }
  throw new UsageError(
    `Cannot stop the queue: its server refuses (${error.message}), expected a ` +
      `disk with free space`,
    { cause: error },
  );
}

async function closed(
  redis: { once(event: "close", listener: () => void): unknown },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.once("close", resolve);
  await promise;
}
