import * as tf from "@tensorflow/tfjs";

/** Parameters of one LSTM layer; columns in the order input, forget, output, cell gate. */
export interface LstmWeights {
  /** `[directions, inputs, 4 * hidden]` */
  readonly input: tf.Tensor3D;
  /** `[directions, hidden, 4 * hidden]` */
  readonly recurrent: tf.Tensor3D;
  /** `[directions, 1, 4 * hidden]` */
  readonly bias: tf.Tensor3D;
}

/** What an LSTM hands from step to step, each `[directions, batch, hidden]`. */
export interface CellState {
  /** The output, h_t. */
  readonly hidden: tf.Tensor3D;
  /** The cell, c_t. */
  readonly cell: tf.Tensor3D;
}

/**
 * One LSTM layer over a whole sequence from a zero state. With two directions
 * the second reads the sequence backwards, and both outputs of a step are
 * concatenated.
 *
 * The inputs of all steps are projected in one product, and both directions
 * step together as a batch of matrices: what is left a step is one product and
 * a dozen small operations.
 *
 * @param sequence `[time, batch, inputs]`
 * @param weights For one direction or two.
 * @returns `[time, batch, directions * hidden]`
 */
export function lstmLayer(
  sequence: tf.Tensor3D,
  weights: LstmWeights,
): tf.Tensor3D {
  const [time, batch, inputs] = sequence.shape;
  const [directions, , gates] = weights.input.shape;
  const both = directions === 1
    ? sequence.expandDims<tf.Tensor4D>(0)
    : tf.stack([sequence, sequence.reverse(0)]) as tf.Tensor4D;
  const projected = project(
    both.reshape([directions, time * batch, inputs]),
    weights,
  ).reshape<tf.Tensor4D>([directions, time, batch, gates]);
  // TensorFlow.js 4.22 cannot differentiate an unstack into a single tensor.
  const steps = time === 1
    ? [projected.squeeze<tf.Tensor3D>([1])]
    : tf.unstack(projected, 1) as tf.Tensor3D[];

  const outputs: tf.Tensor3D[] = [];
  let state = zeroState(weights, batch);
  for (const step of steps) {
    state = lstmStep(step, weights.recurrent, state);
    outputs.push(state.hidden);
  }
  const forwards = tf.stack(outputs) as tf.Tensor4D;
  if (directions === 1) return forwards.squeeze<tf.Tensor3D>([1]);
  const [first, second] = tf.unstack(forwards, 1) as tf.Tensor3D[];
  return tf.concat([first!, second!.reverse(0)], 2);
}

/**
 * The part of the gates that a step's input decides.
 *
 * @param inputs `[directions, rows, inputs]`
 * @param weights For as many directions.
 * @returns `[directions, rows, 4 * hidden]`
 */
export function project(
  inputs: tf.Tensor3D,
  weights: LstmWeights,
): tf.Tensor3D {
  return tf.add(tf.matMul(inputs, weights.input), weights.bias);
}

/**
 * The state before the first step.
 *
 * @param weights Of the layer.
 * @param batch Number of rows.
 */
export function zeroState(weights: LstmWeights, batch: number): CellState {
  const [directions, hidden] = weights.recurrent.shape;
  const zeros = tf.zeros<tf.Rank.R3>([directions, batch, hidden]);
  return { hidden: zeros, cell: zeros };
}

/**
 * One step of all directions.
 *
 * @param projected The step's {@link project}, `[directions, batch, 4 * hidden]`.
 * @param recurrent `[directions, hidden, 4 * hidden]`
 * @param previous The state before.
 */
export function lstmStep(
  projected: tf.Tensor3D,
  recurrent: tf.Tensor3D,
  previous: CellState,
): CellState {
  const gates = tf.add(projected, tf.matMul(previous.hidden, recurrent));
  const [input, forget, output, candidate] = tf.split(gates, 4, 2);
  const cell: tf.Tensor3D = tf.add(
    tf.mul(tf.sigmoid(forget!), previous.cell),
    tf.mul(tf.sigmoid(input!), tf.tanh(candidate!)),
  );
  return { cell, hidden: tf.mul(tf.sigmoid(output!), tf.tanh(cell)) };
}
