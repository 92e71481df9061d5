/**
 * Final scores: the only place where the test split is read.
 *
 * @module
 */

import type { DataSetHandle } from "../../data/mod.ts";
import { openTestSplit } from "../../data/test_split.ts";
import type { Engine } from "../../engine/mod.ts";
import { type Network, networkId } from "../../network/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import {
  decodeWeights,
  measureAccuracy,
  type Recipe,
} from "../../training/mod.ts";
import type { Session } from "../session/session.ts";

/**
 * Accuracy of a trained network on the test split, in [0, 1]. It is kept in the
 * store, so each network is tested once.
 *
 * @param session Engine and store.
 * @param dataSet An open data set.
 * @param trained The network with its weights; the recipe gives the batch size.
 */
export async function testAccuracy(
  { engine, store }: Pick<Session, "engine" | "store">,
  dataSet: DataSetHandle,
  { network, recipe, weights }: TrainedNetwork,
): Promise<number> {
  const key = `test/${
    sha256Hex(canonicalJson({
      weights: sha256Hex(weights),
      network: networkId(network),
      test: dataSet.digest.test,
      engine: `${engine.name} ${engine.version} ${engine.instructionSet}`,
      // The usual preparation follows from the data.
      ...(dataSet.isRenormalised
        ? { mean: dataSet.mean, std: dataSet.std }
        : {}),
    }))
  }`;
  const known = store.getEvaluation(key);
  if (known !== undefined) {
    return (JSON.parse(known) as { accuracy: number }).accuracy;
  }
  const accuracy = await measureOnTest({ engine, dataSet }, {
    network,
    recipe,
    weights,
  });
  store.putEvaluation(key, JSON.stringify({ accuracy }));
  return accuracy;
}

/** A network with its weights. */
export interface TrainedNetwork {
  /** The network. */
  readonly network: Network;
  /** Its recipe, which gives the batch size. */
  readonly recipe: Recipe;
  /** As a safetensors file. */
  readonly weights: Uint8Array;
}

/**
 * Accuracy of a trained network on the test split, in [0, 1], measured whether or
 * not it was before.
 *
 * @param where The engine, and an open data set.
 * @param trained The network.
 */
export async function measureOnTest(
  { engine, dataSet }: {
    readonly engine: Engine;
    readonly dataSet: DataSetHandle;
  },
  { network, recipe: { loss, optimiser, batchSize }, weights }: TrainedNetwork,
): Promise<number> {
  const program = await engine.compile(network, {
    loss,
    optimiser,
    batchSize,
  });
  try {
    program.load(decodeWeights(weights));
    const split = await openTestSplit(dataSet);
    const { accuracy } = await measureAccuracy(program, {
      split,
      indices: Uint32Array.from({ length: split.count }, (_, row) => row),
      mean: dataSet.mean,
      std: dataSet.std,
    });
    return accuracy;
  } finally {
    await program.dispose();
  }
}
