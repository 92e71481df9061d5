/** A worker that cannot be of use says why and ends; a job that is none is refused. */

import assert from "node:assert/strict";
import { Queue } from "bullmq";
import { PREFIX, queueName } from "../../lib/queue/mod.ts";
import { ENGINE } from "./_executors.ts";
import { bits, direct, short } from "./_problem.ts";
import { startScript } from "./_processes.ts";
import { queueTest } from "./_scene.ts";
import { until } from "./_server.ts";

queueTest(
  "deno task worker ends with code 2 and the reason where it cannot be of use",
  async (scene) => {
    const { server } = scene;
    const args = ["--queue", server.address.origin, "--workers", "1"];
    const run = async (password: string | undefined) => {
      const address = {
        ...server.address,
        ...(password !== undefined && { password }),
      };
      const worker = startScript("experiments/worker.ts", { address }, args);
      return await scene.use(worker).ended();
    };
    const wrong = await run("not the password");
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(wrong.stderr, /refuses the password/);
    assert.doesNotMatch(wrong.stderr, /not the password/);
    const redis = await server.connect();
    await redis.set("n2n:protocol:99", "1");
    await redis.sadd("n2n:protocols", "99");
    const later = await run(undefined);
    assert.equal(later.code, 2, later.stderr);
    assert.match(later.stderr, /speak protocol 99, this program speaks 2/);
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    const evicting = await run(undefined);
    assert.equal(evicting.code, 2, evicting.stderr);
    assert.match(evicting.stderr, /allkeys-lru.*expected\s+noeviction/s);
    redis.disconnect();
  },
);

queueTest(
  "a job that is none is refused, and the next is done",
  async (scene) => {
    const worker = await scene.worker();
    const executor = await scene.producer();
    // What a good job looks like, with something wrong in each.
    const good = await executor.submit(short(1));
    const redis = await scene.server.connect();
    const queue = new Queue(queueName(ENGINE), {
      connection: redis.duplicate(),
      prefix: PREFIX,
    });
    const waiting = await scene.producer();
    await worker.leave();
    const answer = waiting.submit(short(2));
    await until(async () => (await queue.getPrioritized()).length === 1);
    const [job] = await queue.getPrioritized();
    const task = job!.data;
    const id = `e-${"0".repeat(64)}`;
    const jobs: readonly [string, unknown][] = [
      // The key is another request's.
      [id, task],
      [`e-${"1".repeat(64)}`, { ...task, code: "globalThis" }],
      [`e-${"2".repeat(64)}`, { ...task, protocol: 2 }],
      [`e-${"3".repeat(64)}`, { ...task, kind: "shell" }],
      [
        `e-${"4".repeat(64)}`,
        { ...task, request: { ...task.request, network: "x".repeat(2 ** 22) } },
      ],
      ["a-name", task],
    ];
    for (const [jobId, data] of jobs) {
      await queue.add("job", data, { jobId, priority: 1 });
    }
    const second = await scene.worker();
    assert.deepEqual(bits(await answer), await direct(short(2)));
    await until(() => second.counts().failed === jobs.length);
    for (const { failedReason } of await queue.getFailed()) {
      assert.match(
        failedReason,
        /^\{"kind":"refused","message":"Cannot read a/,
      );
    }
    assert.deepEqual(bits(good), await direct(short(1)));
    await queue.close();
    redis.disconnect();
  },
);
