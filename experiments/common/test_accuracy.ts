/**
 * Final scores: the only place where the test split is read.
 *
 * @module
 */

import type { DataSetHandle } from "../../lib/data/mod.ts";
import { openTestSplit } from "../../lib/data/test_split.ts";
import { networkId } from "../../lib/network/mod.ts";
import { canonicalJson, sha256Hex } from "../../lib/random/mod.ts";
import type { EvaluationRequest } from "../../lib/search/mod.ts";
import { decodeWeights, measureAccuracy } from "../../lib/training/mod.ts";
import type { Session } from "./session.ts";

/**
 * Accuracy of a trained network on the test split, in [0, 1]. It is kept in the
 * store, so each network is tested once.
 *
 * @param session Where its weights are kept.
 * @param dataSet An open data set.
 * @param request The request that it was trained for, with its weights.
 */
export async function testAccuracy(
  { engine, evaluator, store }: Pick<Session, "engine" | "evaluator" | "store">,
  dataSet: DataSetHandle,
  request: EvaluationRequest,
): Promise<number> {
  const bytes = evaluator.weights(request);
  const key = `test/${
    sha256Hex(canonicalJson({
      weights: sha256Hex(bytes),
      network: networkId(request.network),
      test: dataSet.digest.test,
      engine: `${engine.name} ${engine.version} ${engine.instructionSet}`,
    }))
  }`;
  const known = store.getEvaluation(key);
  if (known !== undefined) {
    return (JSON.parse(known) as { accuracy: number }).accuracy;
  }
  const { loss, optimiser, batchSize } = request.recipe;
  const program = await engine.compile(request.network, {
    loss,
    optimiser,
    batchSize,
  });
  try {
    program.load(decodeWeights(bytes));
    const split = await openTestSplit(dataSet);
    const { accuracy } = await measureAccuracy(program, {
      split,
      indices: Uint32Array.from({ length: split.count }, (_, row) => row),
      mean: dataSet.mean,
      std: dataSet.std,
    });
    store.putEvaluation(key, JSON.stringify({ accuracy }));
    return accuracy;
  } finally {
    await program.dispose();
  }
}
