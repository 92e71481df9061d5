/**
 * The weights of a stage's winner as a file beside the record: in 16-bit floats
 * where no validation image is lost by them.
 *
 * @module
 */

import { canonical, networkId } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import type { Winner } from "../../search/mod.ts";
import {
  decodeWeights,
  encodeWeights,
  measureAccuracy,
  planOf,
  type TrainingData,
} from "../../training/mod.ts";
import type { Identity } from "../cells/identity.ts";
import type { Session } from "../session/session.ts";

/** How the name of the file ends, behind the cell's: ".shrinkage.safetensors". */
export function weightsEnding(kind: PolicyKind): string {
  return `.${kind}.safetensors`;
}

/** What a file of weights says of itself: which record it belongs to. */
export interface WeightsBelonging {
  /** Id of the network. */
  readonly networkId: string;
  /** SHA-256 of all that the cell's outcome depends on. */
  readonly identity: string;
}

/**
 * What the file of a winner's weights says of itself. The record's digest cannot
 * stand there, as the record is made without looking at the file.
 *
 * @param identity The cell's.
 * @param network The winner's id.
 */
export function belongingOf(
  identity: Identity<unknown>,
  network: string,
): WeightsBelonging {
  return {
    networkId: network,
    identity: sha256Hex(canonicalJson(identity)),
  };
}

/**
 * A winner's trained weights as a safetensors file: 16-bit floats where these give
 * at least as many validation images their class as the 32-bit ones do, else these.
 *
 * @param session Engine and store.
 * @param options The winner, the data of its final training, the cell's identity.
 */
export async function winnerWeights(
  { engine, evaluator }: Pick<Session, "engine" | "evaluator">,
  { winner: { request, final }, data, identity }: {
    readonly winner: Winner;
    readonly data: TrainingData;
    readonly identity: Identity<unknown>;
  },
): Promise<Uint8Array> {
  const network = canonical(request.network);
  const weights = decodeWeights(evaluator.weights(request));
  const belonging = { ...belongingOf(identity, networkId(network)) };
  const half = encodeWeights(network, weights, belonging, "F16");
  const { precision: _, ...plan } = planOf(request.recipe);
  const program = await engine.compile(network, plan);
  try {
    program.load(decodeWeights(half));
    const { accuracy } = await measureAccuracy(program, {
      split: data.images,
      indices: data.validation,
      mean: data.mean,
      std: data.std,
    });
    return accuracy >= final.evaluation.accuracy
      ? half
      : encodeWeights(network, weights, belonging);
  } finally {
    await program.dispose();
  }
}
