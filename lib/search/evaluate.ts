import type { Engine, Weights } from "../engine/mod.ts";
import { canonical, networkId } from "../network/mod.ts";
import {
  encodeWeights,
  initialise,
  measureAccuracy,
  train,
  type TrainingCheckpoint,
  type TrainingData,
} from "../training/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";

/** How an evaluation may be continued and stopped. */
export interface EvaluateOptions {
  /** Where an earlier attempt was stopped. */
  readonly resume?: TrainingCheckpoint;
  /** Called at each epoch's end but the last. */
  readonly afterEpoch?: (checkpoint: TrainingCheckpoint) => void;
  /** Asked after each step but the last. */
  readonly shouldStop?: () => boolean;
  /** Weights that were registered, as a safetensors file; throws for others. */
  readonly weights?: (id: string) => Uint8Array;
}

/** A finished evaluation, or where it was stopped. */
export type EvaluateOutcome =
  | { readonly evaluation: Evaluation; readonly weights?: Uint8Array }
  | { readonly stoppedAt: TrainingCheckpoint };

/**
 * Trains a network from fresh weights and measures its validation accuracy. The
 * student's streams are named after its id, so its result does not depend on
 * when or where it is evaluated.
 */
export async function evaluate(
  engine: Engine,
  { network, recipe, seed, validateEpochs }: EvaluationRequest,
  data: TrainingData,
  options: EvaluateOptions = {},
): Promise<EvaluateOutcome> {
  const form = canonical(network);
  const id = networkId(form);
  const { loss, optimiser, batchSize, initialisation } = recipe;
  const program = await engine.compile(form, { loss, optimiser, batchSize });
  try {
    if (options.resume === undefined) {
      program.load(initialise(form, { initialisation, seed, owner: id }));
    }
    const measure = async () => {
      const { accuracy } = await measureAccuracy(program, {
        split: data.images,
        indices: data.validation,
        mean: data.mean,
        std: data.std,
      });
      return accuracy;
    };
    const { losses, validations, steps, failedStep, stoppedAt } = await train(
      program,
      recipe,
      data,
      {
        seed,
        owner: id,
        ...(validateEpochs ? { validate: measure } : {}),
        ...options,
      },
    );
    if (stoppedAt !== undefined) return { stoppedAt };
    if (failedStep !== undefined) {
      const reason = "the loss is not a finite number";
      const failure = { step: failedStep, reason };
      return {
        evaluation: { networkId: id, accuracy: 0, losses, steps, failure },
      };
    }
    const weights = program.weights();
    if (!areFinite(weights)) {
      // The last update comes after the last loss that is looked at.
      const reason = "a weight is not a finite number";
      const failure = { step: steps, reason };
      return {
        evaluation: { networkId: id, accuracy: 0, losses, steps, failure },
      };
    }
    const accuracy = await measure();
    return {
      evaluation: {
        networkId: id,
        accuracy,
        losses,
        ...(validateEpochs ? { validations: [...validations, accuracy] } : {}),
        steps,
      },
      weights: encodeWeights(form, weights, { networkId: id }),
    };
  } finally {
    await program.dispose();
  }
}

function areFinite(weights: Weights): boolean {
  return Object.values(weights).every((values) =>
    values.every((value) => Number.isFinite(value))
  );
}
