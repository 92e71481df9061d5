import type { Engine, Program, Weights } from "../engine/mod.ts";
import { canonical, type Network, networkId } from "../network/mod.ts";
import {
  accuracyUnlessStopped,
  decodeWeights,
  encodeWeights,
  estimateStatistics,
  inherit,
  initialise,
  planOf,
  train,
  type TrainingCheckpoint,
  type TrainingData,
} from "../training/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";

/** How an evaluation may be continued and stopped. */
export interface EvaluateOptions {
  /**
   * Weights that requests start from, as safetensors files by their id; needed
   * where one does.
   */
  readonly weights?: (id: string) => Uint8Array;
  /** Where an earlier attempt was stopped. */
  readonly resume?: TrainingCheckpoint;
  /** Called at each epoch's end but the last. */
  readonly afterEpoch?: (checkpoint: TrainingCheckpoint) => void;
  /** Asked after each step but the last, and between the parts of a validation. */
  readonly shouldStop?: () => boolean;
}

/** A finished evaluation, or where it was stopped. */
export type EvaluateOutcome =
  | { readonly evaluation: Evaluation; readonly weights?: Uint8Array }
  | { readonly stoppedAt: TrainingCheckpoint };

/**
 * Trains a network from its first weights and measures its validation accuracy.
 * The student's streams are named after its id, so its result does not depend on
 * when or where it is evaluated.
 *
 * @throws {RangeError} If the request starts from weights that are not there.
 */
export async function evaluate(
  engine: Engine,
  request: EvaluationRequest,
  data: TrainingData,
  { weights: weightsOf, ...options }: EvaluateOptions = {},
): Promise<EvaluateOutcome> {
  const { network, recipe, seed, validateEpochs } = request;
  const form = canonical(network);
  const id = networkId(form);
  const program = await engine.compile(form, planOf(recipe));
  try {
    if (options.resume === undefined) {
      program.load(firstWeights(form, request, weightsOf));
      await fitStatistics(program, request, data);
    }
    const measure = async () => {
      const source = {
        split: data.images,
        indices: data.validation,
        mean: data.mean,
        std: data.std,
      };
      const { shouldStop = () => false } = options;
      return (await accuracyUnlessStopped(program, source, shouldStop))
        ?.accuracy;
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
    const weights = await program.weights();
    if (!areFinite(weights)) {
      // The last update comes after the last loss that is looked at.
      const reason = "a weight is not a finite number";
      const failure = { step: steps, reason };
      return {
        evaluation: { networkId: id, accuracy: 0, losses, steps, failure },
      };
    }
    const accuracy = await measure();
    if (accuracy === undefined) {
      // After the last epoch: what is resumed from here is only measured.
      return {
        stoppedAt: {
          losses,
          ...(validateEpochs ? { validations } : {}),
          position: 0,
          lossSum: 0,
          state: await program.state(),
        },
      };
    }
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

/** Fresh weights, or those of the base as far as the student has its layers. */
function firstWeights(
  form: Network,
  { recipe: { initialisation }, seed, start }: EvaluationRequest,
  weightsOf: EvaluateOptions["weights"],
): Weights {
  const owner = networkId(form);
  const fresh = initialise(form, { initialisation, seed, owner });
  if (start === undefined) return fresh;
  if (weightsOf === undefined) {
    throw new RangeError(
      `Cannot evaluate: the request starts from weights ${start.weights}, expected a source of weights`,
    );
  }
  const { base, layers, importance } = start;
  const weights = decodeWeights(weightsOf(start.weights));
  return inherit(form, { base, weights, layers, importance }, fresh);
}

/** Brings inherited statistics of batch norm up to date, where the request asks. */
async function fitStatistics(
  program: Program,
  { recipe: { batchSize }, seed, start }: EvaluationRequest,
  data: TrainingData,
): Promise<void> {
  if (start?.observe === undefined) return;
  const images = start.observe;
  await estimateStatistics(program, data, { images, batchSize, seed });
}

function areFinite(weights: Weights): boolean {
  return Object.values(weights).every((values) =>
    values.every((value) => Number.isFinite(value))
  );
}
