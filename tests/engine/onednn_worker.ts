/** Trains in a worker, in the precision after "?", and posts the digest of it. */

import { trainingDigest } from "./training_digest.ts";

// The compiler takes every file for one of the main thread.
const scope = self as unknown as { postMessage(message: string): void };
const narrow = new URL(import.meta.url).search === "?bf16";

scope.postMessage(
  await trainingDigest("onednn", 5, narrow ? "bf16" : undefined),
);
