import * as tf from "@tensorflow/tfjs";
import type { Network, Shape } from "../../network/mod.ts";
import type { Loss, Weights } from "../engine.ts";
import type { TfjsBackend } from "./backend.ts";
import { forward } from "./forward.ts";
import { lossOf } from "./loss.ts";
import { type BatchStatistics, KeptMoments } from "./statistics.ts";
import { read, upload } from "./tensors.ts";

/** One batch and all that its loss depends on. */
export interface Problem {
  readonly backend: TfjsBackend;
  readonly network: Network;
  readonly weights: Weights;
  /** Shapes of all weights by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Names of the weights to differentiate by; the rest is constant. */
  readonly variables: readonly string[];
  readonly loss: Loss;
  /** Number of images. */
  readonly size: number;
  /** `[size, channels, height, width]`, exactly. */
  readonly images: Float32Array;
  /** `[size]`, exactly, where the loss needs them. */
  readonly labels?: Int32Array | undefined;
  /** `[size, classes]`, exactly, where the loss needs them. */
  readonly teacherLogits?: Float32Array | undefined;
  /** Dropout's multipliers by layer. */
  readonly masks: ReadonlyMap<string, DropoutMask>;
}

/** Multipliers of one dropout layer's input. */
export interface DropoutMask {
  readonly shape: Shape;
  /** `[size, ...shape]`. */
  readonly values: Float32Array;
}

/** What a training pass finds. */
export interface Derivatives {
  readonly loss: number;
  /** Gradients by the names of the variables. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Batch statistics by batch-norm layer. */
  readonly statistics: ReadonlyMap<string, BatchStatistics>;
}

/** Loss, gradients and batch statistics of one batch; leaves no tensor behind. */
export async function differentiate(problem: Problem): Promise<Derivatives> {
  // Made inside the differentiated function, whose tensors are freed with it
  // unless they are kept.
  const moments = new KeptMoments();
  let result: { value: tf.Scalar; grads: tf.Tensor[] } | undefined;
  problem.backend.activate();
  try {
    result = tf.tidy(() => evaluate(problem, moments));
    const gradients = new Map<string, Float32Array>();
    for (const [i, name] of problem.variables.entries()) {
      gradients.set(name, await read(result.grads[i]!));
    }
    const statistics = await moments.read();
    const loss = (await read(result.value))[0]!;
    return { loss, gradients, statistics };
  } catch (error) {
    releaseTape();
    throw error;
  } finally {
    tf.dispose(result);
    moments.dispose();
  }
}

/**
 * Frees what a broken pass has left. The library keeps values of the forward
 * pass for the backward pass, and forgets them when it does not come to that.
 */
function releaseTape(): void {
  for (const { saved } of tf.engine().state.activeTape ?? []) {
    tf.dispose(saved);
  }
}

function evaluate(
  problem: Problem,
  moments: KeptMoments,
): { value: tf.Scalar; grads: tf.Tensor[] } {
  const { backend, network, variables, loss, size, labels, teacherLogits } =
    problem;
  const images = tf.tensor4d(problem.images, [size, ...network.input]);
  const parameters = upload(problem.weights, problem.shapes);
  const masks = new Map<string, tf.Tensor4D>();
  for (const [name, { shape, values }] of problem.masks) {
    masks.set(name, tf.tensor4d(values, [size, ...shape]));
  }
  // The arguments are the tensors in `parameters`, by which the library
  // differentiates; there is no need to hand them on.
  function lossOfBatch(): tf.Scalar {
    const logits = forward(network, {
      kernels: backend.kernels,
      images,
      parameters,
      training: {
        masks,
        onMoments: (name, found) => moments.keep(name, found),
      },
    });
    return lossOf(logits, {
      weights: loss,
      labels: labels && tf.tensor1d(labels, "int32"),
      teacherLogits: teacherLogits &&
        tf.tensor2d(teacherLogits, [size, logits.shape[1]]),
    });
  }
  return variables.length === 0
    ? { value: lossOfBatch(), grads: [] }
    : tf.valueAndGrads(lossOfBatch)(
      variables.map((name) => parameters.get(name)!),
    );
}
