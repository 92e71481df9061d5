/** Who is listed as a worker: who was heard of lately, and can be understood. */

import assert from "node:assert/strict";
import { connectQueue } from "../../lib/queue/connect.ts";
import { readQueueAddress } from "../../lib/queue/address.ts";
import {
  announce,
  PRESENCE_SECONDS,
  readPresences,
  withdraw,
  type WorkerPresence,
} from "../../lib/queue/presence.ts";
import { PROTOCOL } from "../../lib/queue/names.ts";
import { testWithServer, withServer } from "./_bare_server.ts";

const WORKER: WorkerPresence = {
  id: "w1",
  queue: `n2n-${PROTOCOL}-0`,
  protocol: PROTOCOL,
  engine: { name: "onednn", version: "3.7", instructionSet: "avx512" },
  threads: 4,
  host: "node17",
  pid: 4711,
  upSeconds: 1.5,
  running: 2,
  done: 3,
};

testWithServer(
  "readPresences() lists workers until they leave, fall silent or are not understood",
  async () => {
    await withServer({}, async (port) => {
      const address = await readQueueAddress(`redis://localhost:${port}`, {
        variable: () => undefined,
      });
      const redis = await connectQueue(address);
      const ids = async () => (await readPresences(redis)).map(({ id }) => id);
      const others = ["w2", "w3", "w4"].map((id) => ({ ...WORKER, id }));
      for (const each of [...others, WORKER]) await announce(redis, each);
      assert.deepEqual(await ids(), ["w1", "w2", "w3", "w4"]);
      assert.deepEqual((await readPresences(redis))[0], WORKER);

      const left = await redis.ttl("n2n:worker:w1");
      assert(left > PRESENCE_SECONDS / 2 && left <= PRESENCE_SECONDS);
      await withdraw(redis, "w2");
      // As if its time were over.
      await redis.del("n2n:worker:w3");
      await redis.set(
        "n2n:worker:w4",
        JSON.stringify({ ...others[2], more: 1 }),
      );
      assert.deepEqual(await ids(), ["w1"]);
      assert.deepEqual(
        (await redis.smembers("n2n:workers")).toSorted(),
        ["w1", "w4"],
        "those that are gone are forgotten",
      );

      await assert.rejects(announce(redis, { ...WORKER, id: "a:b" }), /id/);
      await assert.rejects(
        announce(redis, { ...WORKER, threads: 0 }),
        /threads/,
      );
      redis.disconnect();
    });
  },
);
