/** Trains in a worker, on the engine that it is named after, and posts the digest. */

import { trainingDigest } from "./training_digest.ts";

// The compiler takes every file for one of the main thread.
const scope = self as unknown as {
  readonly name: string;
  postMessage(message: string): void;
};

scope.postMessage(await trainingDigest(scope.name, 5));
