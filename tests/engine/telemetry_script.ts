/**
 * Trains with onnx-cpu, here or in a worker, then waits: for the test that looks
 * at what the runtime does besides. Arguments: "here" or "worker", milliseconds.
 */

import { trainingDigest } from "./training_digest.ts";
import { digestInWorker } from "./worker_digest.ts";

const [place, waitMs] = Deno.args;

const digest = place === "worker"
  ? await digestInWorker("onnx-cpu")
  : await trainingDigest("onnx-cpu", 5);
await new Promise((resolve) => setTimeout(resolve, Number(waitMs)));
await Deno.stdout.write(new TextEncoder().encode(digest));
Deno.exit(0);
