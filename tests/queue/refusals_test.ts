/** A worker that cannot be of use says why and ends; a job that is none is refused. */

import assert from "node:assert/strict";
import { Queue } from "bullmq";
import { taskId } from "../../lib/queue/_keys.ts";
import {
  checkTask,
  readFailure,
  type Task,
} from "../../lib/queue/_messages.ts";
import { PREFIX, PROTOCOL, queueName } from "../../lib/queue/mod.ts";
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
    assert.match(
      later.stderr,
      new RegExp(`speak protocol 99, this program speaks ${PROTOCOL}`),
    );
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
    const task: Task = checkTask(job!.data);
    /** A good job of its own. */
    const another = (seed: number) => {
      const other = { ...task, request: { ...task.request, seed } } as Task;
      return { task: other, id: taskId(other, ENGINE) };
    };
    const [code, protocol, kind, network, name] = [3, 4, 5, 6, 7].map(another);
    const cases: readonly (readonly [string, unknown, RegExp])[] = [
      // Another request's key.
      [`e-${"0".repeat(64)}`, task, /"e-0{64}" is not its key/],
      ["a-name", name!.task, /"a-name" is not its key/],
      [code!.id, { ...code!.task, code: "globalThis" }, /"code"/],
      [
        protocol!.id,
        { ...protocol!.task, protocol: PROTOCOL + 1 },
        new RegExp(`protocol: .*expected ${PROTOCOL}`),
      ],
      [kind!.id, { ...kind!.task, kind: "shell" }, /kind: /],
      [
        network!.id,
        {
          ...network!.task,
          request: { ...network!.task.request, network: "x".repeat(2 ** 22) },
        },
        /characters, expected at most 2097152/,
      ],
    ];
    for (const [jobId, data] of cases) {
      await queue.add("job", data, { jobId, priority: 1 });
    }
    const second = await scene.worker();
    assert.deepEqual(bits(await answer), await direct(short(2)));
    await until(() => second.counts().failed === cases.length);
    const failed = await queue.getFailed();
    assert.equal(failed.length, cases.length);
    for (const [jobId, , reason] of cases) {
      const failure = readFailure(
        failed.find(({ id }) => id === jobId)!.failedReason,
      );
      assert.equal(failure?.kind, "refused", jobId);
      assert.match(failure.message, /^Cannot read a job: /);
      assert.match(failure.message, reason);
    }
    assert.deepEqual(bits(good), await direct(short(1)));
    await queue.close();
    redis.disconnect();
  },
);
