/**
 * Trains with onnx-cpu, here or in a worker, then waits: for the test that looks
 * at what the runtime does besides. Arguments: "here" or "worker", milliseconds.
 */

import { trainingDigest } from "./training_digest.ts";

const [place, waitMs] = Deno.args;

/** The digest of a training in a worker of its own, which stays. */
function trainInWorker(): Promise<string> {
  const worker = new Worker(new URL("./onnx_worker.ts", import.meta.url), {
    type: "module",
  });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}

const digest = place === "worker"
  ? await trainInWorker()
  : await trainingDigest("onnx-cpu", 5);
await new Promise((resolve) => setTimeout(resolve, Number(waitMs)));
await Deno.stdout.write(new TextEncoder().encode(digest));
Deno.exit(0);
