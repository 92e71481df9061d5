/**
 * The evaluation of one network: what is asked for, what comes back, and under
 * which key it is remembered.
 *
 * @module
 */

import type { Engine } from "../engine/mod.ts";
import { type Network, networkId } from "../network/mod.ts";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import type { Importance, Recipe } from "../training/mod.ts";

/** Raised when an evaluation of the same request would no longer give the same bits. */
const EVALUATION_FORMAT = 1;

/** Where a student's first weights come from: the network that it was made of. */
export interface Start {
  /** That network. */
  readonly base: Network;
  /** Id of its trained weights, which the executor must be told of. */
  readonly weights: string;
  /**
   * Of each layer with parameters of the student's canonical form the number of
   * the layer with parameters of the base's that it was, both in order.
   */
  readonly layers: readonly number[];
  /** Which channels of a layer with fewer are kept. */
  readonly importance: Importance;
  /**
   * Training images, >= 1, that batch norm's statistics are estimated on anew
   * before training, as those inherited no longer fit; left out, they are kept.
   */
  readonly observe?: number;
}

/** Asks for a network to be trained and validated. Plain JSON. */
export interface EvaluationRequest {
  /** What is trained. */
  readonly network: Network;
  /** How it is trained. */
  readonly recipe: Recipe;
  /** Id of the training data. */
  readonly data: string;
  /** The run's seed, >= 1. */
  readonly seed: number;
  /** Name of the engine. */
  readonly engine: string;
  /** Where it starts; fresh weights of the recipe when left out. */
  readonly start?: Start;
  /**
   * Whether the validation accuracy is measured after every epoch, for trainings
   * whose course is of interest. Weights do not depend on it.
   */
  readonly validateEpochs?: true;
}

/** A step whose loss was not a number. */
export interface TrainingFailure {
  /** The step, from 1. */
  readonly step: number;
  /** What happened, for people. */
  readonly reason: string;
}

/**
 * The outcome of a request: a pure function of network, recipe, data, seed and
 * engine. Plain JSON.
 */
export interface Evaluation {
  /** Id of the network. */
  readonly networkId: string;
  /** Validation accuracy in [0, 1]; 0 for a failed training. */
  readonly accuracy: number;
  /** Mean training loss of each epoch. */
  readonly losses: readonly number[];
  /** Validation accuracy after each epoch, where the request asked for it. */
  readonly validations?: readonly number[];
  /** Optimiser steps taken. */
  readonly steps: number;
  /** Set when training failed. */
  readonly failure?: TrainingFailure;
}

/** What an engine's results depend on beside the request. */
export type EngineIdentity = Pick<
  Engine,
  "name" | "version" | "instructionSet"
>;

/** The name and version part of an engine, as records and keys hold it. */
export function engineIdentity(
  { name, version, instructionSet }: EngineIdentity,
): EngineIdentity {
  return { name, version, instructionSet };
}

/** An engine in words: "onednn (oneDNN 2.6.0, plan 4, x86_64, AVX2 (0x7))". */
export function engineText(
  { name, version, instructionSet }: EngineIdentity,
): string {
  return `${name} (${version}, ${instructionSet})`;
}

/** Key under which an evaluation is remembered: the digest of all it depends on. */
export function evaluationKey(
  { network, recipe, data, seed, start, validateEpochs }: EvaluationRequest,
  engine: EngineIdentity,
): string {
  return sha256Hex(canonicalJson({
    format: EVALUATION_FORMAT,
    network: networkId(network),
    recipe,
    data,
    seed,
    engine: engineIdentity(engine),
    ...(start === undefined
      ? {}
      : { start: { ...start, base: networkId(start.base) } }),
    // A last batch of fewer images once counted as much as the others. How many
    // images there are is not known here.
    ...(start?.observe !== undefined && start.observe > recipe.batchSize
      ? { observed: "by images" }
      : {}),
    ...(validateEpochs ? { validateEpochs } : {}),
  }));
}
