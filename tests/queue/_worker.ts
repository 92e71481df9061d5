/** A worker process with short waiting times: address, then folder of the cache. */

import { interruptible, runMain } from "../../lib/cli/mod.ts";
import { readQueueAddress, runQueueWorker } from "../../lib/queue/mod.ts";
import { ENGINE, SHORT } from "./_executors.ts";

await runMain(async ([queue, cacheFolder]) => {
  using interruption = interruptible();
  await runQueueWorker({
    address: await readQueueAddress(queue!),
    engine: ENGINE,
    threads: 1,
    cacheFolder: cacheFolder!,
    signal: interruption.signal,
    times: SHORT,
  });
});
