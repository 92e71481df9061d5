import type { Network } from "../../lib/network/mod.ts";
import type { EvaluationRequest } from "../../lib/search/mod.ts";
import type { TrainingData } from "../../lib/training/mod.ts";
import type { Overhead } from "../report/mod.ts";
import type {
  OverheadAnswer,
  OverheadRequest,
  StudentTime,
} from "./messages.ts";

/** A thread with clocks at the doors of the engine "onednn". */
export interface OverheadThread {
  /** Where the time of a training step goes. */
  ofSteps(network: Network, batchSize: number): Promise<Overhead>;
  /** Where the time of a student's evaluation goes. */
  ofStudent(
    request: EvaluationRequest,
    data: TrainingData,
  ): Promise<StudentTime>;
  /** Ends the thread. */
  [Symbol.dispose](): void;
}

/** Starts the thread; questions must not overlap. */
export function startOverheadThread(): OverheadThread {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  });
  function ask(request: OverheadRequest): Promise<OverheadAnswer> {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<OverheadAnswer>) =>
        data.type === "failed"
          ? reject(new Error(data.message))
          : resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage(request);
    });
  }
  return {
    async ofSteps(network, batchSize) {
      const answer = await ask({ type: "steps", network, batchSize });
      return (answer as Extract<OverheadAnswer, { type: "steps" }>).overhead;
    },
    async ofStudent(request, data) {
      const answer = await ask({ type: "student", request, data });
      return (answer as Extract<OverheadAnswer, { type: "student" }>).time;
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}
