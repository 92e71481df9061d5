/** Training data on a worker's machine. */

import assert from "node:assert/strict";
import { Queue } from "bullmq";
import { createPieceCache } from "../../lib/queue/_piece_cache.ts";
import { pieceKey, PREFIX, queueName } from "../../lib/queue/mod.ts";
import { makeData, makeSplit } from "../training/_problem.ts";
import { ENGINE } from "./_executors.ts";
import { bits, direct, short } from "./_problem.ts";
import { queueTest } from "./_scene.ts";
import { until } from "./_server.ts";

queueTest(
  "a machine fetches data once, and takes a damaged piece for none",
  async (scene) => {
    const folder = `${scene.server.folder}/pieces`;
    const executor = await scene.producer();
    const first = await scene.worker({ cache: await createPieceCache(folder) });
    await executor.submit(short(1));
    await first.leave();
    const answer = executor.submit(short(2));
    const redis = await scene.server.connect();
    const queue = new Queue(queueName(ENGINE), {
      connection: redis.duplicate(),
      prefix: PREFIX,
    });
    await until(async () => (await queue.getPrioritized()).length === 1);
    const [job] = await queue.getPrioritized();
    const manifest = job!.data.data.pieces[0];
    const kept = await Array.fromAsync(Deno.readDir(folder));
    assert.equal(kept.length, 4);
    // Images, labels and rows are on the disk alone.
    await redis.del(kept.map(({ name }) => pieceKey(name)));
    assert.equal(await redis.exists(pieceKey(manifest)), 1);
    const second = await scene.worker({
      cache: await createPieceCache(folder),
    });
    assert.deepEqual(bits(await answer), await direct(short(2)));
    assert.equal(second.counts().failed, 0);
    await second.leave();
    const path = `${folder}/${kept[0]!.name}`;
    const size = (await Deno.stat(path)).size;
    await Deno.writeFile(path, new Uint8Array(size));
    await scene.worker({ cache: await createPieceCache(folder) });
    assert.deepEqual(
      bits(await executor.submit(short(3))),
      await direct(short(3)),
    );
    assert.notDeepEqual(await Deno.readFile(path), new Uint8Array(size));
    await queue.close();
    redis.disconnect();
  },
);

queueTest("an answer says which code trained it", async (scene) => {
  const executor = await scene.producer();
  const nameless = await scene.worker();
  assert.equal("code" in await executor.submit(short(1)), false);
  await nameless.leave();
  await scene.worker({ code: "0123456789ab" });
  assert.equal((await executor.submit(short(2))).code, "0123456789ab");
});

// Seen to fail: with a bound that is never reached.
queueTest(
  "a worker with more data than it may hold lets go of them between jobs",
  async (scene) => {
    const executor = await scene.producer();
    const others = [1, 2].map((seed) =>
      makeData({
        split: makeSplit({ count: 90, seed: 10 + seed }),
        train: 42,
        validation: 48,
        id: `other ${seed}`,
      })
    );
    for (const data of others) executor.register(data);
    const ask = (seed: number) => [
      short(seed),
      ...others.map(({ id }) => ({ ...short(seed), data: id })),
    ];
    const free = await scene.worker({ threads: 2 });
    await Promise.all(ask(3).map((one) => executor.submit(one)));
    const all = free.counts().heldBytes;
    await free.leave();
    const requests = [4, 5, 6].flatMap(ask);
    const worker = await scene.worker({ threads: 2, mostBytes: 1 });
    const held: number[] = [];
    const answers = await Promise.all(
      requests.map((one) =>
        executor.submit(one).finally(() => held.push(worker.counts().heldBytes))
      ),
    );
    // Two threads hold what they are at: never all three.
    assert(Math.max(...held) > 0);
    assert(Math.max(...held) < all, `${held} of ${all} bytes were held`);
    assert.deepEqual(bits(answers[0]!), await direct(requests[0]!));
    assert.equal(worker.counts().done, requests.length);
    assert.equal(worker.counts().failed, 0);
    const losses = new Set(
      answers.map(({ evaluation }) => evaluation.losses[0]),
    );
    assert.equal(losses.size, requests.length);
  },
);
