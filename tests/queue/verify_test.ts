/** Answers that no training gave are found out. */

import assert from "node:assert/strict";
import {
  answerKey,
  createQueueExecutor,
  jobId,
  queueName,
  verifyAnswers,
} from "../../lib/queue/mod.ts";
import {
  createWorkerPool,
  evaluationKey,
  type EvaluationRequest,
} from "../../lib/search/mod.ts";
import { ENGINE, SHORT } from "./_executors.ts";
import { bits, DATA, direct, short } from "./_problem.ts";
import { queueTest, type Scene } from "./_scene.ts";

/** Changes the answer that lies on the server. */
async function forge(
  { server }: Scene,
  request: EvaluationRequest,
  change: (answer: Record<string, unknown>) => unknown,
): Promise<void> {
  const redis = await server.connect();
  const key = answerKey(
    queueName(ENGINE),
    jobId("evaluate", evaluationKey(request, ENGINE)),
  );
  const text = await redis.get(key);
  await redis.set(key, JSON.stringify(change(JSON.parse(text!))));
  redis.disconnect();
}

/** A producer that checks a share of its answers. */
async function checking(scene: Scene, share: number) {
  const queue = await createQueueExecutor({
    address: scene.server.address,
    engine: ENGINE,
    times: SHORT,
  });
  const home = createWorkerPool(1);
  const executor = verifyAnswers(queue, { home, share, engine: ENGINE });
  executor.register(DATA);
  scene.use({ [Symbol.asyncDispose]: () => executor.close() });
  return executor;
}

queueTest(
  "verifyAnswers() lets true answers through and finds a changed accuracy and a changed weight",
  async (scene) => {
    await scene.worker();
    const checked = await checking(scene, 1);
    const trusting = await checking(scene, 0);
    assert.deepEqual(
      bits(await checked.submit(short(1))),
      await direct(short(1)),
    );
    await forge(scene, short(1), (answer) => ({
      ...answer,
      evaluation: { ...answer.evaluation as object, accuracy: 0.99 },
    }));
    const forged = await trusting.submit(short(1));
    assert.equal(forged.evaluation.accuracy, 0.99);
    await assert.rejects(checked.submit(short(1)), {
      name: "ForgedAnswerError",
      exitCode: 4,
      message:
        /^Cannot trust the queue: a worker answered .*0\.99.*at home gives/,
    });
    // The weights of another seed, with the evaluation as it should be.
    await trusting.submit(short(2));
    const other = await trusting.submit(short(3));
    assert(other.weights !== undefined);
    const redis = await scene.server.connect();
    const answer = JSON.parse(
      (await redis.get(answerKey(
        queueName(ENGINE),
        jobId("evaluate", evaluationKey(short(3), ENGINE)),
      )))!,
    );
    redis.disconnect();
    await forge(scene, short(2), (before) => ({
      ...before,
      weights: answer.weights,
    }));
    await assert.rejects(checked.submit(short(2)), { exitCode: 4 });
  },
);

queueTest(
  "submit() takes nothing for an answer that is none",
  async (scene) => {
    const worker = await scene.worker();
    const executor = await checking(scene, 0);
    const expected = await direct(short(4));
    const changes: ((answer: Record<string, unknown>) => unknown)[] = [
      () => "no object",
      (answer) => ({ ...answer, code: "globalThis" }),
      (answer) => ({ ...answer, seconds: -1 }),
      (answer) => ({
        ...answer,
        evaluation: { ...answer.evaluation as object, networkId: "another" },
      }),
      (answer) => ({ ...answer, weights: { bytes: 2 ** 40, pieces: [] } }),
    ];
    await executor.submit(short(4));
    for (const [i, change] of changes.entries()) {
      await forge(scene, short(4), change);
      assert.deepEqual(bits(await executor.submit(short(4))), expected);
      assert.equal(worker.counts().done, 2 + i);
    }
  },
);
