/** Trains in a worker, and posts the digest of it. */

import { trainingDigest } from "./training_digest.ts";

// The compiler takes every file for one of the main thread.
const scope = self as unknown as { postMessage(message: string): void };

scope.postMessage(await trainingDigest("onnx-cpu", 5));
