import * as tf from "@tensorflow/tfjs";
import type { Random } from "../random/mod.ts";
import {
  type CellState,
  lstmLayer,
  lstmStep,
  type LstmWeights,
  project,
  zeroState,
} from "./_lstm.ts";
import type { Recurrence } from "./types.ts";

/** Layers of LSTM, as the authors' release. */
const DEPTH = 2;

/** Sizes and wiring of a policy's network. */
export interface Architecture {
  /** Numbers a step's feature vector has. */
  readonly inputSize: number;
  /** Units of each LSTM layer and direction. */
  readonly hidden: number;
  /** Actions to choose from at each step. */
  readonly actionCount: number;
  /** What a step knows of the others. */
  readonly recurrence: Recurrence;
  /** Steps that have logits of their own; undefined: none have. */
  readonly leafLogits: number | undefined;
}

/** Name and shape of one parameter. */
export interface ParameterSpec {
  /** For example "lstm0.recurrent". */
  readonly name: string;
  readonly shape: readonly number[];
  /** Values start uniform in [-bound, bound]; 0: at 0, and none is drawn. */
  readonly bound: number;
}

/** Name of the logits that belong to one step each, `[steps, actions]`. */
export const LEAF_LOGITS = "leaf.logits";

/** Whether a parameter is one of the LSTM layers'. */
export function isOfLstm(name: string): boolean {
  return name.startsWith("lstm");
}

/** Parameters by name. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/** Every parameter of a network, in the order in which they are drawn and stepped. */
export function parameterSpecs(
  architecture: Architecture,
): readonly ParameterSpec[] {
  const { hidden, recurrence, actionCount, leafLogits } = architecture;
  const directions = recurrence === "bidirectional" ? 2 : 1;
  const gates = 4 * hidden;
  // The initial ranges of PyTorch's LSTM and Linear, which the authors used.
  const bound = 1 / Math.sqrt(hidden);
  const specs: ParameterSpec[] = [];
  // The action before is one number, as in the paper's Figure 2b.
  let inputs = architecture.inputSize +
    (recurrence === "autoregressive" ? 1 : 0);
  for (let layer = 0; layer < DEPTH; layer++) {
    specs.push(
      { name: `lstm${layer}.input`, shape: [directions, inputs, gates], bound },
      {
        name: `lstm${layer}.recurrent`,
        shape: [directions, hidden, gates],
        bound,
      },
      { name: `lstm${layer}.bias`, shape: [directions, 1, gates], bound },
    );
    inputs = directions * hidden;
  }
  const headBound = 1 / Math.sqrt(inputs);
  specs.push(
    { name: "head.weight", shape: [inputs, actionCount], bound: headBound },
    { name: "head.bias", shape: [actionCount], bound: headBound },
  );
  if (leafLogits !== undefined) {
    specs.push({
      name: LEAF_LOGITS,
      shape: [leafLogits, actionCount],
      bound: 0,
    });
  }
  return specs;
}

/** Draws initial values for each parameter, in order. */
export function initialValues(
  specs: readonly ParameterSpec[],
  random: Random,
): Float32Array[] {
  return specs.map(({ shape, bound }) => {
    const length = shape.reduce((product, side) => product * side, 1);
    return bound === 0 ? new Float32Array(length) : Float32Array.from(
      { length },
      () => (2 * random.uniform() - 1) * bound,
    );
  });
}

/**
 * Log-probabilities of every action at every step.
 *
 * @param parameters By name.
 * @param inputs `[time, batch, inputs]`, see {@link withPreviousActions}.
 * @param recurrence How they were made.
 * @returns `[time, batch, actions]`
 */
export function logProbabilities(
  parameters: Parameters,
  inputs: tf.Tensor3D,
  recurrence: Recurrence,
): tf.Tensor3D {
  const [time, batch] = inputs.shape;
  // Sequences of one step each: none hands a state to another.
  let sequence = recurrence === "none"
    ? inputs.reshape<tf.Tensor3D>([1, time * batch, -1])
    : inputs;
  for (let layer = 0; layer < DEPTH; layer++) {
    sequence = lstmLayer(sequence, lstmWeights(parameters, layer));
  }
  const logits = head(parameters, sequence.reshape([time * batch, -1]));
  const ofLeaves = parameters[LEAF_LOGITS];
  const sums = ofLeaves === undefined ? logits : tf.add(
    logits.reshape<tf.Tensor3D>([time, batch, -1]),
    ofLeaves.expandDims(1),
  ).reshape<tf.Tensor2D>([time * batch, -1]);
  return tf.logSoftmax(sums).reshape([time, batch, -1]);
}

/** Where an autoregressive network stands in a sequence. */
export interface StepPlace {
  /** Number of the step, from 0. */
  readonly time: number;
  /** Of each layer before the step; undefined at the first. */
  readonly states: readonly CellState[] | undefined;
}

/**
 * One step of an autoregressive network, for use while the actions are drawn.
 *
 * @param parameters By name.
 * @param inputs `[batch, inputs]`
 * @param place Which step, and what came before it.
 * @returns The log-probabilities, `[batch, actions]`, and the states after.
 */
export function stepLogProbabilities(
  parameters: Parameters,
  inputs: tf.Tensor2D,
  { time, states }: StepPlace,
): { readonly logs: tf.Tensor2D; readonly states: readonly CellState[] } {
  let rows = inputs.expandDims<tf.Tensor3D>(0);
  const next: CellState[] = [];
  for (let layer = 0; layer < DEPTH; layer++) {
    const weights = lstmWeights(parameters, layer);
    const state = lstmStep(
      project(rows, weights),
      weights.recurrent,
      states?.[layer] ?? zeroState(weights, inputs.shape[0]),
    );
    next.push(state);
    rows = state.hidden;
  }
  const logits = head(parameters, rows.squeeze<tf.Tensor2D>([0]));
  const ofLeaves = parameters[LEAF_LOGITS];
  const sums = ofLeaves === undefined
    ? logits
    : tf.add(logits, ofLeaves.slice([time, 0], [1, -1]));
  return { logs: tf.logSoftmax(sums as tf.Tensor2D), states: next };
}

/**
 * What a step reads of the action before it: (index + 1) / number of actions,
 * which for shrinkage is the ratio itself; 0 at the first step, which has none
 * (paper Figure 2b, scaled). For joint it is 1/11 where a layer was removed, so
 * that a removal does not read as no action.
 */
export function previousActionInput(
  action: number | undefined,
  actionCount: number,
): number {
  return action === undefined ? 0 : (action + 1) / actionCount;
}

function lstmWeights(parameters: Parameters, layer: number): LstmWeights {
  return {
    input: parameters[`lstm${layer}.input`] as tf.Tensor3D,
    recurrent: parameters[`lstm${layer}.recurrent`] as tf.Tensor3D,
    bias: parameters[`lstm${layer}.bias`] as tf.Tensor3D,
  };
}

function head(parameters: Parameters, rows: tf.Tensor2D): tf.Tensor2D {
  const product = tf.matMul(rows, parameters["head.weight"] as tf.Tensor2D);
  return tf.add(product, parameters["head.bias"]!);
}
