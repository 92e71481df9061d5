/** The line for SLURM of docs/machines.md, on a cluster of one node. */

import assert from "node:assert/strict";
import {
  connectQueue,
  readPresences,
  readQueueAddress,
  startServer,
  stopServer,
} from "../../lib/queue/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";
import { PROJECT } from "../experiments/_run.ts";
import { blockOf } from "./_page.ts";
import { until, WITHOUT_SERVER } from "./_server.ts";
import { lacksSlurm, startCluster } from "./_slurm.ts";
import { trainOne } from "./_train_one.ts";

const obstacle = WITHOUT_SERVER ?? await lacksSlurm();
const name =
  "sbatch's line of docs/machines.md starts a worker that connects back, trains, and leaves in peace";

Deno.test({
  name: obstacle === undefined
    ? name
    : `${name} is skipped, because ${obstacle}`,
  ignore: obstacle !== undefined,
  fn: () =>
    inTemporaryFolder(async (share) => {
      await using cluster = await startCluster();
      const { queueFile } = await startServer(share);
      const address = await readQueueAddress(queueFile);
      const redis = await connectQueue(address);
      try {
        const line = blockOf("sbatch")
          .replace("SHARE=/shared/n2n", `SHARE='${share}'`)
          // One is enough.
          .replace("--array=1-8", "--array=1-1");
        assert(line.includes(share) && line.includes("1-1"), line);
        const submitted = await cluster.shell(line, PROJECT);
        assert.equal(submitted.code, 0, submitted.stderr);
        const job = /Submitted batch job (\d+)/.exec(submitted.stdout)![1]!;

        await until(async () => (await readPresences(redis)).length === 1);
        const [worker] = await readPresences(redis);
        assert.equal(worker!.threads, 4);

        await trainOne(address);

        const cancelled = await cluster.shell(`scancel ${job}`, PROJECT);
        assert.equal(cancelled.code, 0, cancelled.stderr);
        await until(async () => (await readPresences(redis)).length === 0);
        const log = () => Deno.readTextFile(`${share}/worker-${job}-1.log`);
        await until(async () => (await log()).includes("Left after"));
        assert.match(await log(), /1 done in all/);
      } finally {
        redis.disconnect();
        await stopServer(share);
      }
    }),
});
