/** Trains in a worker, and posts the digest of it. */

import { trainingDigest } from "./training_digest.ts";

self.postMessage(await trainingDigest("onednn", 5));
