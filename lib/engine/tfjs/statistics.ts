/** Batch statistics out of a forward pass. */

import * as tf from "@tensorflow/tfjs";
import type { Network } from "../../network/mod.ts";
import type { Weights } from "../engine.ts";
import type { TfjsBackend } from "./backend.ts";
import { forward } from "./forward.ts";
import type { Moments } from "./layers.ts";
import { read, upload } from "./tensors.ts";

/** Batch statistics of one batch-norm layer. */
export interface BatchStatistics {
  /** `[channels]`. */
  readonly mean: Float32Array;
  /** Biased, `[channels]`. */
  readonly variance: Float32Array;
}

/**
 * Moments by batch-norm layer. They are made inside a function whose tensors are
 * freed with it, and live on until they are disposed here.
 */
export class KeptMoments {
  readonly #moments = new Map<string, Moments>();

  /** Takes the moments of a layer. */
  keep(name: string, { mean, variance }: Moments): void {
    this.#moments.set(name, {
      mean: tf.keep(mean),
      variance: tf.keep(variance),
    });
  }

  /** Their numbers. */
  async read(): Promise<Map<string, BatchStatistics>> {
    const statistics = new Map<string, BatchStatistics>();
    for (const [name, { mean, variance }] of this.#moments) {
      statistics.set(name, {
        mean: await read(mean),
        variance: await read(variance),
      });
    }
    return statistics;
  }

  /** Frees the tensors. */
  dispose(): void {
    tf.dispose(
      [...this.#moments.values()].flatMap((m) => [m.mean, m.variance]),
    );
  }
}

/** What batch statistics are taken of. */
export interface StatisticsOptions {
  readonly backend: TfjsBackend;
  readonly network: Network;
  readonly weights: Weights;
  /** Shapes of all weights by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Number of images. */
  readonly size: number;
  /** `[size, channels, height, width]`, exactly. */
  readonly images: Float32Array;
}

/**
 * Batch statistics by batch-norm layer of a pass in training mode without
 * dropout; leaves no tensor behind.
 */
export async function batchStatistics(
  { backend, network, weights, shapes, size, images }: StatisticsOptions,
): Promise<Map<string, BatchStatistics>> {
  const moments = new KeptMoments();
  backend.activate();
  try {
    tf.tidy(() => {
      forward(network, {
        kernels: backend.kernels,
        images: tf.tensor4d(images, [size, ...network.input]),
        parameters: upload(weights, shapes),
        training: {
          masks: new Map(),
          onMoments: (name, found) => moments.keep(name, found),
        },
      });
    });
    return await moments.read();
  } finally {
    moments.dispose();
  }
}
