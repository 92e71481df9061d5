/** Whatever dies, the answers are there, and are the same. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Worker } from "bullmq";
import {
  checkpointKey,
  jobId,
  PREFIX,
  queueName,
} from "../../lib/queue/mod.ts";
import { evaluationKey, InterruptedError } from "../../lib/search/mod.ts";
import { ENGINE, SHORT } from "./_executors.ts";
import { bits, direct, long, short } from "./_problem.ts";
import { startWorker } from "./_processes.ts";
import { queueTest } from "./_scene.ts";
import { pause, until } from "./_server.ts";

const QUEUE = queueName(ENGINE);

/** A training whose progress is heard. */
function followed() {
  const epochs: number[] = [];
  return {
    epochs,
    options: {
      afterEpoch: (progress: { readonly epochs: number }) =>
        void epochs.push(progress.epochs),
    },
  };
}

queueTest(
  "a worker that is killed in mid-training loses its job to the next, which goes on from the checkpoint",
  async (scene) => {
    const request = long(1);
    const executor = await scene.producer();
    const first = scene.use(startWorker(scene.server));
    const { epochs, options } = followed();
    const answer = executor.submit(request, options);
    await until(() => epochs.length >= 3);
    await first.kill();
    const before = epochs.length;
    scene.use(startWorker(scene.server));
    const actual = await answer;
    assert.deepEqual(bits(actual), await direct(request));
    assert(epochs.length > before, "nothing was heard of the second worker");
    assert.deepEqual(epochs, epochs.toSorted((a, b) => a - b));
  },
);

queueTest(
  "a worker that is stopped for longer than its lock harms nothing when it wakes",
  async (scene) => {
    const request = long(2);
    const executor = await scene.producer();
    const sleeper = scene.use(startWorker(scene.server));
    const { epochs, options } = followed();
    const answer = executor.submit(request, options);
    await until(() => epochs.length >= 2);
    sleeper.signal("SIGSTOP");
    const other = await scene.worker();
    const actual = await answer;
    const expected = await direct(request);
    assert.deepEqual(bits(actual), expected);
    assert.equal(other.counts().done, 1);
    sleeper.signal("SIGCONT");
    await other.leave();
    // It is of use again, and the same question has the same answer.
    assert.deepEqual(
      bits(await executor.submit(short(3))),
      await direct(short(3)),
    );
    assert.deepEqual(bits(await executor.submit(request)), expected);
  },
);

queueTest(
  "a worker that is told to end hands its job back with the checkpoint",
  async (scene) => {
    const request = long(4);
    const executor = await scene.producer();
    const worker = scene.use(startWorker(scene.server));
    const { epochs, options } = followed();
    const answer = executor.submit(request, options);
    await until(() => epochs.length >= 2);
    worker.signal("SIGTERM");
    const { code, stderr } = await worker.ended();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Left after .*: 0 done in all/);
    const redis = await scene.server.connect();
    // It waits already: nobody had to notice that a lock is not renewed any more.
    assert.equal(await redis.zcard(`${PREFIX}:${QUEUE}:prioritized`), 1);
    // And is the one that was begun, not one that its producer placed anew.
    const id = jobId("evaluate", evaluationKey(request, ENGINE));
    assert.equal(await redis.hget(`${PREFIX}:${QUEUE}:${id}`, "ats"), "1");
    redis.disconnect();
    await scene.worker();
    assert.deepEqual(bits(await answer), await direct(request));
    assert.deepEqual(epochs, epochs.toSorted((a, b) => a - b));
  },
);

queueTest(
  "a server that is frozen, killed and started empty loses no answer",
  async (scene) => {
    const requests = [long(5, 100), ...[6, 7, 8, 9].map(short)];
    const expected = await Promise.all(requests.map(direct));
    const executor = await scene.producer();
    const { epochs, options } = followed();
    const answers = Promise.all(
      requests.map((one, i) => executor.submit(one, i === 0 ? options : {})),
    );
    scene.use(startWorker(scene.server));
    await until(() => epochs.length >= 1);
    scene.server.signal("SIGSTOP");
    await pause(1_500);
    scene.server.signal("SIGCONT");
    await pause(300);
    await scene.server.kill();
    await pause(500);
    await scene.server.begin();
    assert.deepEqual((await answers).map(bits), expected);
    // Also what is asked for afterwards.
    assert.deepEqual(
      bits(await executor.submit(short(10))),
      await direct(short(10)),
    );
  },
);

queueTest(
  "a job that loses every worker is given up in words, and the others are done",
  async (scene) => {
    const executor = await scene.producer();
    const redis = await scene.server.connect();
    // Takes a job and is never heard of again.
    const deadly = new Worker(QUEUE, () => new Promise(() => undefined), {
      connection: redis.duplicate(),
      prefix: PREFIX,
      concurrency: 20,
      lockDuration: 150,
      stalledInterval: 150,
      maxStalledCount: 5,
      skipLockRenewal: true,
    });
    deadly.on("error", () => undefined);
    const poison = executor.submit(short(11));
    await assert.rejects(poison, {
      name: "QueueError",
      exitCode: 3,
      message:
        /^Cannot evaluate [0-9a-f]{12}: 6 workers were lost one after the other/,
    });
    await deadly.close(true);
    redis.disconnect();
    const other = executor.submit(short(12));
    await scene.worker();
    assert.deepEqual(bits(await other), await direct(short(12)));
    // Asked for again it is tried again.
    assert.deepEqual(
      bits(await executor.submit(short(11))),
      await direct(short(11)),
    );
  },
);

queueTest(
  "weights that have expired, and data, are made and sent again",
  async (scene) => {
    const worker = await scene.worker();
    const first = await (await scene.producer()).submit(short(13));
    const redis = await scene.server.connect();
    const pieces = await redis.keys(`${PREFIX}:piece:*`);
    assert(pieces.length >= 6);
    await redis.del(...pieces);
    redis.disconnect();
    assert.equal(worker.counts().done, 1);
    const again = await (await scene.producer()).submit(short(13));
    assert.deepEqual(bits(again), bits(first));
    assert.equal(worker.counts().done, 2);
    // Without weights there is nothing that could have expired.
    const slim = await scene.producer();
    await slim.submit(short(13), { keepsWeights: false });
    assert.equal(worker.counts().done, 2);
  },
);

queueTest(
  "a job whose data are lost while it waits is placed anew",
  async (scene) => {
    const executor = await scene.producer();
    const answer = executor.submit(short(14));
    const redis = await scene.server.connect();
    await until(async () =>
      await redis.zcard(`${PREFIX}:${QUEUE}:prioritized`) === 1
    );
    await redis.del(...await redis.keys(`${PREFIX}:piece:*`));
    redis.disconnect();
    const worker = await scene.worker();
    assert.deepEqual(bits(await answer), await direct(short(14)));
    assert.equal(worker.counts().failed, 1);
  },
);

queueTest("a checkpoint that is torn is not used", async (scene) => {
  const request = long(15, 60);
  const key = checkpointKey(
    QUEUE,
    jobId("evaluate", evaluationKey(request, ENGINE)),
  );
  const executor = await scene.producer();
  const { epochs, options } = followed();
  const answer = executor.submit(request, options);
  const first = await scene.worker();
  await until(() => epochs.length >= 1);
  await first.leave();
  const redis = await scene.server.connect();
  const { checkpoint } = JSON.parse((await redis.get(key))!);
  const piece = `${PREFIX}:piece:${checkpoint.pieces[0]}`;
  const whole = (await redis.getBuffer(piece))!;
  // As long as it was, so that its digest alone can tell.
  await redis.set(piece, Buffer.from(whole).fill(0, whole.length / 2));
  const before = epochs.length;
  const second = await scene.worker();
  assert.deepEqual(bits(await answer), await direct(request));
  assert.equal(second.counts().failed, 0);
  assert(epochs[before]! <= epochs[before - 1]!, "it was gone on from");
  // Nothing of it is left behind.
  await until(async () => await redis.exists(key, piece) === 0);
  redis.disconnect();
});

queueTest(
  "workers of another version see nothing of the jobs",
  async (scene) => {
    const executor = await scene.producer();
    const other = await scene.worker({
      engine: { ...ENGINE, version: "another" },
    });
    const answer = executor.submit(short(16));
    await pause(4 * SHORT.sweepMs);
    assert.match(
      executor.status(),
      /0 workers, 0 threads, 0 running, 1 waiting/,
    );
    await scene.worker();
    assert.deepEqual(bits(await answer), await direct(short(16)));
    assert.equal(other.counts().done + other.counts().failed, 0);
    await assert.rejects(
      executor.submit({ ...short(16), engine: "tfjs" }),
      /engine name is "tfjs", expected onnx-cpu/,
    );
  },
);

queueTest(
  "what two runs ask for is trained once, and both have their turn",
  async (scene) => {
    const executors = [await scene.producer(), await scene.producer()] as const;
    const shared = [17, 18, 19].map(short);
    const answers = Promise.all(
      executors.map((executor) =>
        Promise.all(shared.map((one) => executor.submit(one)))
      ),
    );
    await pause(SHORT.sweepMs);
    const worker = await scene.worker();
    const [one, two] = await answers;
    assert.deepEqual(one!.map(bits), two!.map(bits));
    assert.equal(worker.counts().done, shared.length);
    // A run that has much to do does not keep one with little waiting.
    let done = 0;
    const many = Promise.all(
      Array.from(
        { length: 60 },
        (_, i) => executors[0].submit(short(100 + i)).then(() => done++),
      ),
    );
    await until(() => done >= 1);
    await Promise.all(
      Array.from({ length: 6 }, (_, i) => executors[1].submit(short(200 + i))),
    );
    assert(done < 40, `${done} of the 60 before went first`);
    await many;
  },
);

queueTest(
  "an interrupt drops the jobs that nobody has begun, but not those that another run waits for",
  async (scene) => {
    const [mine, other] = [await scene.producer(), await scene.producer()];
    const dropped = [mine.submit(short(20)), mine.submit(short(21))];
    const ended = Promise.allSettled(dropped);
    const kept = other.submit(short(21));
    const redis = await scene.server.connect();
    const waiting = () => redis.zcard(`${PREFIX}:${QUEUE}:prioritized`);
    await until(async () => await waiting() === 2);
    await mine.close();
    for (const outcome of await ended) {
      assert(outcome.status === "rejected");
      assert(outcome.reason instanceof InterruptedError);
    }
    await until(async () => await waiting() === 1);
    redis.disconnect();
    const worker = await scene.worker();
    assert.deepEqual(bits(await kept), await direct(short(21)));
    assert.equal(worker.counts().done, 1);
  },
);

queueTest(
  "a server without room is waited for, and holds no more than it must",
  async (scene) => {
    const executor = await scene.producer();
    const worker = await scene.worker();
    const redis = await scene.server.connect();
    await redis.config("SET", "maxmemory", "1mb");
    const answer = executor.submit(short(22));
    let isThere = false;
    answer.then(() => (isThere = true));
    await pause(3 * SHORT.sweepMs);
    assert(!isThere);
    await redis.config("SET", "maxmemory", "0");
    assert.deepEqual(bits(await answer), await direct(short(22)));
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => executor.submit(short(300 + i))),
    );
    assert.equal(worker.counts().done, 31);
    // An answer a job, and its weights for those who come late, until they expire.
    const keys = await redis.keys("*");
    const left = keys.filter((key) => key.includes(":e-"));
    assert.equal(left.length, 31);
    assert(left.every((key) => key.startsWith(`${PREFIX}:answer:`)));
    for (const key of keys.filter((each) => /:(piece|answer):/.test(each))) {
      assert(await redis.ttl(key) > 0, key);
    }
    redis.disconnect();
  },
);
