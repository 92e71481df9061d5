/** A whole experiment over the queue, whose worker and whose own process are killed. */

import assert from "node:assert/strict";
import { PASSWORD_VARIABLE, PREFIX } from "../../lib/queue/mod.ts";
import { finish, inFolder, reference, start } from "../experiments/_run.ts";
import { startWorker } from "./_processes.ts";
import { queueTest } from "./_scene.ts";
import { until } from "./_server.ts";

queueTest(
  "deno task rq1 --queue writes the record of a run without, whatever is killed",
  async (scene) => {
    const { address } = scene.server;
    const options = {
      flags: ["--queue", address.origin],
      env: { [PASSWORD_VARIABLE]: address.password! },
    };
    const redis = await scene.server.connect();
    const answers = async () =>
      (await redis.keys(`${PREFIX}:answer:*:e-*`)).length;
    const worker = scene.use(startWorker(scene.server));
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const killed = start(results, options);
      await until(async () => await answers() >= 3);
      await worker.kill();
      killed.process.kill("SIGKILL");
      await killed.ended;
      scene.use(startWorker(scene.server));
      const { record, stdout, stderr, environment } = await finish(results, {
        ...options,
        flags: [...options.flags, "--verify-share", "0.25"],
      });
      assert.equal(record, (await reference()).record);
      assert(environment.evaluations.trained > 0);
      assert.match(
        stderr,
        /Training at redis:.*queue: \d workers?, \d threads?, \d running/,
      );
      assert(!`${stdout}${stderr}${record}`.includes(address.password!));
    });
    redis.disconnect();
  },
);
