/**
 * Trains with an engine, here or in a worker, then waits: for the tests that look
 * at what its runtime does besides. Arguments: the engine's name, "here" or
 * "worker", milliseconds.
 */

import { trainingDigest } from "./training_digest.ts";
import { digestInWorker } from "./worker_digest.ts";

const [engine, place, waitMs] = Deno.args;

const digest = place === "worker"
  ? await digestInWorker(engine!)
  : await trainingDigest(engine!, 5);
await new Promise((resolve) => setTimeout(resolve, Number(waitMs)));
await Deno.stdout.write(new TextEncoder().encode(digest));
Deno.exit(0);
