import { randomSecret } from "../cli/mod.ts";
import {
  type EngineIdentity,
  evaluationKey,
  type Execution,
  type Executor,
} from "../search/mod.ts";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import { ForgedAnswerError } from "./errors.ts";
import type { QueueExecutor } from "./executor.ts";

/** What {@link verifyAnswers} needs. */
export interface VerifyOptions {
  /** Trains again, on this machine. */
  readonly home: Executor;
  /** Share of the answers that are checked, 0 to 1. */
  readonly share: number;
  /** Part of what is compared. */
  readonly engine: EngineIdentity;
}

/**
 * An executor that does a share of what the queue's workers answer once more at
 * home. Bits that differ reject as {@link ForgedAnswerError}: somebody who has the
 * queue's password answers what no training gave, or a machine computes wrongly.
 * Which are checked cannot be foreseen.
 *
 * @param queue The workers.
 * @param options See {@link VerifyOptions}.
 */
export function verifyAnswers(
  queue: QueueExecutor,
  { home, share, engine }: VerifyOptions,
): QueueExecutor {
  // Who is checked must not be foreseen, and no result depends on it.
  const salt = randomSecret();
  const isChecked = (key: string) =>
    parseInt(sha256Hex(salt + key).slice(0, 8), 16) < share * 2 ** 32;
  return {
    get workers() {
      return queue.workers;
    },
    status: queue.status,
    register(data) {
      queue.register(data);
      home.register(data);
    },
    registerWeights(id, bytes) {
      queue.registerWeights(id, bytes);
      home.registerWeights(id, bytes);
    },
    async submit(request, options = {}) {
      const answer = await queue.submit(request, options);
      if (!isChecked(evaluationKey(request, engine))) return answer;
      const own = await home.submit(request);
      compare(describe(answer), describe(own, answer));
      return answer;
    },
    async predict(request, options = {}) {
      const answer = await queue.predict(request, options);
      if (!isChecked(canonicalJson(request))) return answer;
      const own = await home.predict(request);
      compare(digestOf(answer.logits), digestOf(own.logits));
      return answer;
    },
    measure: (request, options) => queue.measure(request, options),
    interrupt() {
      queue.interrupt();
      home.interrupt();
    },
    async close() {
      await Promise.all([queue.close(), home.close()]);
    },
  };
}

/** An outcome as text, with weights where the other has some. */
function describe(
  { evaluation, weights }: Execution,
  other: Execution = { evaluation, ...(weights && { weights }), seconds: 0 },
): string {
  const digest = weights === undefined || other.weights === undefined
    ? "not compared"
    : sha256Hex(weights);
  return `${canonicalJson(evaluation)}, weights ${digest}`;
}

function digestOf(
  { buffer, byteOffset, byteLength }: Float32Array,
): string {
  return `logits ${sha256Hex(new Uint8Array(buffer, byteOffset, byteLength))}`;
}

function compare(answer: string, own: string): void {
  if (answer === own) return;
  throw new ForgedAnswerError(
    `Cannot trust the queue: a worker answered ${answer}, and the same at home gives ${own}; change the queue's password and find the worker, or the machine that computes wrongly; results of this run so far are kept in its store and may be wrong: a new --results folder has none of them`,
  );
}
