import { fail } from "./_fail.ts";
import {
  FEATURE_SETS,
  type FeatureSet,
  layerFeatureCount,
} from "./features.ts";
import {
  type PolicyKind,
  type PolicyOptions,
  RECURRENCES,
  USUAL_RECURRENCE,
} from "./types.ts";

/**
 * The paper's Adam step sizes (section 4; from memory of it for shrinkage). It
 * has no joint policy, which is built like shrinkage's.
 */
const LEARNING_RATES: Readonly<Record<PolicyKind, number>> = {
  removal: 0.003,
  shrinkage: 0.01,
  joint: 0.01,
};

/** Options that have no default: absent, they are off. */
type Extras = Pick<PolicyOptions, "features" | "leafLogits" | "clip">;

/** Options with every default filled in. */
export type ResolvedOptions =
  & Required<Omit<PolicyOptions, keyof Extras>>
  & Extras;

/**
 * Options with every default filled in.
 *
 * @throws {RangeError} If an option is out of range.
 */
export function resolveOptions(
  kind: PolicyKind,
  options: PolicyOptions,
): ResolvedOptions {
  // Features of a size that the caller names alone are the caller's own.
  const features = options.features ??
    (options.inputSize === undefined ? "scaled" : undefined);
  const named = features === undefined ? {} : { features };
  const resolved = {
    inputSize: layerFeatureCount({ set: features ?? "scaled" }),
    hidden: 30,
    recurrence: USUAL_RECURRENCE[kind],
    fixedLstm: false,
    learningRate: LEARNING_RATES[kind],
    entropyWeight: 0,
    initialKeepBias: 0,
    normaliseAdvantage: false,
    passes: 1,
    ...options,
    ...named,
  };
  checkOptions(resolved);
  return resolved;
}

function checkOptions(options: ResolvedOptions): void {
  const { inputSize, hidden, learningRate, entropyWeight, initialKeepBias } =
    options;
  const { passes, clip, features, leafLogits = 1, recurrence } = options;
  if (features !== undefined) checkFeatures(features, inputSize);
  for (
    const [name, value] of Object.entries({
      inputSize,
      hidden,
      leafLogits,
      passes,
    })
  ) {
    if (!Number.isSafeInteger(value) || value < 1) {
      fail("create a policy", { name, value, expected: "an integer >= 1" });
    }
  }
  if (!RECURRENCES.includes(recurrence)) {
    fail("create a policy", {
      name: "recurrence",
      value: recurrence,
      expected: RECURRENCES.join(" or "),
    });
  }
  if (clip !== undefined && !(clip > 0 && clip < 1)) {
    fail("create a policy", {
      name: "clip",
      value: clip,
      expected: "a number between 0 and 1",
    });
  }
  if (passes > 1 && clip === undefined) {
    // The second step would follow a gradient that is no longer the policy's.
    fail("create a policy", {
      name: "passes",
      value: passes,
      expected: "1, for clip is not given",
    });
  }
  for (const [name, value] of Object.entries({ learningRate, entropyWeight })) {
    if (!Number.isFinite(value) || value < 0) {
      fail("create a policy", {
        name,
        value,
        expected: "a finite number >= 0",
      });
    }
  }
  if (!Number.isFinite(initialKeepBias)) {
    fail("create a policy", {
      name: "initialKeepBias",
      value: initialKeepBias,
      expected: "a finite number",
    });
  }
}

/** @throws {RangeError} If there is no such set, or its length is another. */
function checkFeatures(features: FeatureSet, inputSize: number): void {
  if (!FEATURE_SETS.includes(features)) {
    fail("create a policy", {
      name: "features",
      value: features,
      expected: FEATURE_SETS.join(" or "),
    });
  }
  const count = layerFeatureCount({ set: features });
  if (inputSize !== count) {
    fail("create a policy", {
      name: "inputSize",
      value: inputSize,
      expected: `${count}, the length of the ${features} features`,
    });
  }
}
