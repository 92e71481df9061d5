/**
 * The script of a worker thread: one evaluation at a time.
 *
 * @module
 */

import { stopwatch } from "../cli/mod.ts";
import { type Engine, openEngine } from "../engine/mod.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingData,
} from "../training/mod.ts";
import { evaluate } from "./evaluate.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** The worker's global scope, as far as it is used. */
interface WorkerScope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = self as unknown as WorkerScope;
const known = new Map<string, TrainingData>();
const engines = new Map<string, Promise<Engine>>();
let stop = new Int32Array(new SharedArrayBuffer(4));

async function run(
  { request, resume, checkpoints }: Extract<ToWorker, { type: "evaluate" }>,
): Promise<FromWorker> {
  const seconds = stopwatch();
  const data = known.get(request.data);
  if (data === undefined) {
    throw new RangeError(
      `Cannot evaluate: data "${request.data}" is not registered`,
    );
  }
  const name = request.engine;
  if (!engines.has(name)) engines.set(name, openEngine(name));
  const outcome = await evaluate(await engines.get(name)!, request, data, {
    ...(resume === undefined ? {} : { resume: decodeCheckpoint(resume) }),
    ...(checkpoints
      ? {
        afterEpoch: (checkpoint) =>
          scope.postMessage({
            type: "epoch",
            checkpoint: encodeCheckpoint(checkpoint),
            epochs: checkpoint.losses.length,
            seconds: seconds(),
          }),
      }
      : {}),
    shouldStop: () => Atomics.load(stop, 0) !== 0,
  });
  if ("stoppedAt" in outcome) {
    return {
      type: "stopped",
      checkpoint: encodeCheckpoint(outcome.stoppedAt),
      epochs: outcome.stoppedAt.losses.length,
      seconds: seconds(),
    };
  }
  return { type: "done", ...outcome, seconds: seconds() };
}

scope.onmessage = ({ data: message }) => {
  switch (message.type) {
    case "start":
      stop = message.stop;
      return;
    case "data":
      known.set(message.data.id, message.data);
      return;
    case "evaluate":
      run(message).catch((error: unknown): FromWorker => ({
        type: "failed",
        message: error instanceof Error
          ? error.stack ?? error.message
          : String(error),
      })).then((answer) => scope.postMessage(answer));
  }
};
