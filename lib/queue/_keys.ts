/**
 * Which job a request is: equal requests are one.
 *
 * @module
 */

import { canonicalJson, sha256Hex } from "../random/mod.ts";
import {
  type EngineIdentity,
  engineIdentity,
  evaluationKey,
  type PredictionRequest,
} from "../search/mod.ts";
import { type Blob, blobOf } from "./_blobs.ts";
import type { Task } from "./_messages.ts";
import { jobId } from "./names.ts";

/** Raised when predictions of the same key would no longer be the same bits. */
const PREDICTION_FORMAT = 1;

/** Key of a prediction: the digest of all it depends on. */
function predictionKey(
  { network, rows, view }: PredictionRequest,
  { data, weights, engine }: {
    readonly data: Blob;
    readonly weights: Blob;
    readonly engine: EngineIdentity;
  },
): string {
  return sha256Hex(canonicalJson({
    format: PREDICTION_FORMAT,
    network,
    rows,
    view: view ?? null,
    data: blobId(data),
    weights: blobId(weights),
    engine: engineIdentity(engine),
  }));
}

/** The id under which a task is queued. */
export function taskId(task: Task, engine: EngineIdentity): string {
  const key = task.kind === "evaluate"
    ? evaluationKey(task.request, engine)
    : predictionKey(task.request, { ...task, engine });
  return jobId(task.kind, key);
}

/** One digest for all bytes of a blob. */
export function blobId({ bytes, pieces }: Blob): string {
  if (pieces.length === 1) return pieces[0]!;
  return sha256Hex(canonicalJson({ bytes, pieces }));
}

/** One digest for bytes, as {@link blobId} gives it. */
export function bytesId(bytes: Uint8Array): string {
  return blobId(blobOf(bytes));
}
