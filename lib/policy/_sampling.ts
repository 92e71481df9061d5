import * as tf from "@tensorflow/tfjs";
import type { Random } from "../random/mod.ts";
import type { CellState } from "./_lstm.ts";
import {
  logProbabilities,
  type Parameters,
  previousActionInput,
  stepLogProbabilities,
} from "./_network.ts";
import { readValues } from "./_cpu.ts";
import { DivergedPolicyError } from "./diverged.ts";
import type { Recurrence, Sample, Sequence } from "./types.ts";

/** What rollouts are drawn on and with. */
export interface Draw {
  readonly sequence: Sequence;
  /** One for each rollout. */
  readonly streams: readonly Random[];
  /** Actions at each step. */
  readonly actionCount: number;
  /** The action taken where a step is not free. */
  readonly neutral: number;
  /** What a step knows of the others. */
  readonly recurrence: Recurrence;
}

/** Actions that an autoregressive network reads. */
export interface ActionRows {
  /** `[row][step]`, at least one row. */
  readonly actions: readonly (readonly number[])[];
  /** Actions at each step. */
  readonly actionCount: number;
}

/**
 * Features of every step, for a network that reads nothing else.
 *
 * @returns `[time, 1, inputs]`
 */
export function plainInputs(features: readonly Float32Array[]): tf.Tensor3D {
  return tf.tensor3d(features.map((vector) => [[...vector]]));
}

/**
 * Features of every step, behind the action before it, for each row of actions.
 *
 * @returns `[time, batch, 1 + inputs]`
 */
export function inputsAfterActions(
  features: readonly Float32Array[],
  { actions, actionCount }: ActionRows,
): tf.Tensor3D {
  return tf.tensor3d(
    features.map((vector, t) =>
      actions.map((row) => [
        previousActionInput(row[t - 1], actionCount),
        ...vector,
      ])
    ),
  );
}

/** Draws rollouts from distributions that do not depend on the actions. */
export function sampleTogether(
  parameters: Parameters,
  { sequence, streams, actionCount, neutral, recurrence }: Draw,
): Sample[] {
  const inputs = plainInputs(sequence.features);
  const logs = logProbabilities(parameters, inputs, recurrence);
  const rows = probabilityRows(logs, actionCount);
  return streams.map((random) => ({
    actions: rows.map((row, t) =>
      sequence.mask[t] ? random.categorical(row) : neutral
    ),
    probabilities: rows.map((row) => [...row]),
  }));
}

/** Draws rollouts step by step, each action an input of the step after. */
export function sampleStepwise(
  parameters: Parameters,
  { sequence, streams, actionCount, neutral }: Draw,
): Sample[] {
  const samples = streams.map(() => ({
    actions: [] as number[],
    probabilities: [] as number[][],
  }));
  if (samples.length === 0) return samples;
  let states: readonly CellState[] | undefined;
  for (const [t, vector] of sequence.features.entries()) {
    const inputs = tf.tensor2d(samples.map(({ actions }) => [
      previousActionInput(actions[t - 1], actionCount),
      ...vector,
    ]));
    const step = stepLogProbabilities(parameters, inputs, { time: t, states });
    states = step.states;
    const rows = probabilityRows(step.logs, actionCount);
    for (const [k, { actions, probabilities }] of samples.entries()) {
      const row = rows[k]!;
      probabilities.push(row);
      actions.push(
        sequence.mask[t] ? streams[k]!.categorical(row) : neutral,
      );
    }
  }
  return samples;
}

/**
 * Log-probabilities `[…, actions]` as rows of probabilities.
 *
 * @throws {DivergedPolicyError} If one is not finite.
 */
export function probabilityRows(
  logs: tf.Tensor,
  actionCount: number,
): number[][] {
  const values = readValues(tf.exp(logs));
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) {
    throw new DivergedPolicyError(
      "ask the policy",
      `a probability is ${bad}`,
    );
  }
  return Array.from(
    { length: values.length / actionCount },
    (_, i) => [...values.subarray(i * actionCount, (i + 1) * actionCount)],
  );
}
