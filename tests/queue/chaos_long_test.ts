/**
 * Everything at once, drawn from a seed: workers are killed and stopped, the server
 * is frozen, killed and started empty, connections are cut. Nothing is lost, nothing
 * is counted twice, no bit differs.
 */

import assert from "node:assert/strict";
import { randomStream } from "../../lib/random/mod.ts";
import { bits, DATA, direct, long, short } from "./_problem.ts";
import { startWorker, type TestProcess } from "./_processes.ts";
import { queueTest } from "./_scene.ts";
import { pause, until } from "./_server.ts";

const SEED = 20180430;
const SHORT_JOBS = 48;
const LONG_JOBS = 4;
/** Faults, in the order in which the stream draws them. */
const FAULTS = 10;

queueTest(
  "a seeded chaos loses nothing and changes no bit",
  async (scene) => {
    const random = randomStream(SEED, "chaos");
    const { server } = scene;
    const requests = [
      ...Array.from({ length: LONG_JOBS }, (_, i) => long(500 + i, 60)),
      ...Array.from({ length: SHORT_JOBS }, (_, i) => short(600 + i)),
    ];
    const workers: TestProcess[] = [0, 1].map(() =>
      scene.use(startWorker(server))
    );
    /** Starts a worker again that found no server when it was started. */
    async function keepWorkers(): Promise<void> {
      for (const [which, worker] of workers.entries()) {
        if (!worker.isOver()) continue;
        const { code, stderr } = await worker.ended();
        assert.equal(code, 2, stderr);
        assert.match(stderr, /no server can be reached|does not answer/);
        workers[which] = scene.use(startWorker(server));
      }
    }
    const executors = [await scene.producer(), await scene.producer()];
    for (const executor of executors) executor.register(DATA);
    const answers = Promise.all(requests.map(async (one, i) => {
      const answer = await executors[i % 2]!.submit(one, {
        rank: random.integer(3),
      });
      return bits(answer);
    }));
    // A fault of the test itself is told before those that follow from it.
    answers.catch(() => undefined);
    const done: string[] = [];
    const faults: Record<string, () => Promise<void>> = {
      async killWorker() {
        const which = random.integer(workers.length);
        await workers[which]!.kill();
        workers[which] = scene.use(startWorker(server));
      },
      async stopWorker() {
        const worker = workers[random.integer(workers.length)]!;
        worker.signal("SIGSTOP");
        await pause(1_500);
        worker.signal("SIGCONT");
      },
      async freezeServer() {
        server.signal("SIGSTOP");
        await pause(700);
        server.signal("SIGCONT");
      },
      async emptyServer() {
        await server.kill();
        await pause(200);
        await server.begin();
      },
      async cutConnections() {
        const redis = await server.connect();
        await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        redis.disconnect();
      },
    };
    const names = Object.keys(faults);
    for (let left = FAULTS; left > 0; left--) {
      const name = names[random.integer(names.length)]!;
      await faults[name]!();
      done.push(name);
      await pause(random.integer(600));
      await keepWorkers();
    }
    assert(new Set(done).size >= 4, `${done}`);
    let isOver = false;
    answers.finally(() => (isOver = true)).catch(() => undefined);
    await until(async () => {
      await keepWorkers();
      return isOver;
    });
    const actual = await answers;
    for (const [i, one] of requests.entries()) {
      assert.deepEqual(actual[i], await direct(one), `request ${i}`);
    }
  },
);
