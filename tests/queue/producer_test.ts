/** A producer that is killed finds what was finished meanwhile. */

import assert from "node:assert/strict";
import { PREFIX, queueName } from "../../lib/queue/mod.ts";
import { ENGINE } from "./_executors.ts";
import { direct, short } from "./_problem.ts";
import { startScript } from "./_processes.ts";
import { queueTest } from "./_scene.ts";
import { until } from "./_server.ts";

const SEEDS = Array.from({ length: 12 }, (_, i) => 1 + i);

queueTest(
  "a producer that was killed does not train again what the queue has finished",
  async (scene) => {
    const args = [scene.server.address.origin, "1", `${SEEDS.length}`];
    const start = () =>
      scene.use(startScript("tests/queue/_producer.ts", scene.server, args));
    const redis = await scene.server.connect();
    const key = (name: string) => `${PREFIX}:${queueName(ENGINE)}:${name}`;
    const first = start();
    await until(async () => await redis.zcard(key("prioritized")) === 8);
    await first.kill();
    assert.equal((await first.ended()).stdout, "");
    const worker = await scene.worker();
    await until(() => worker.counts().done === 8);
    const second = start();
    const { code, stdout, stderr } = await second.ended();
    assert.equal(code, 0, stderr);
    assert.equal(worker.counts().done, SEEDS.length);
    const answers = new Map(
      stdout.trimEnd().split("\n").map((line) =>
        [line.slice(0, line.indexOf(" ")), line] as const
      ),
    );
    assert.equal(stdout.trimEnd().split("\n").length, SEEDS.length);
    for (const seed of SEEDS) {
      const { evaluation } = await direct(short(seed));
      assert.equal(
        answers.get(`${seed}`),
        `${seed} ${JSON.stringify(evaluation)}`,
      );
    }
    redis.disconnect();
  },
);
