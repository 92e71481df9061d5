/**
 * The three passes of a 3x3 convolution of stride 1 as the engine records them,
 * with the algorithm of our choice: reorders of weights and of their gradient
 * included, because a step pays them too.
 *
 * @module
 */

import { capacity, floats, Scratch } from "../../lib/engine/onednn/arena.ts";
import {
  ALGORITHM,
  ARGUMENT,
  PROPAGATION,
  QUERY,
  TAG,
} from "../../lib/engine/onednn/constants.ts";
import {
  describeMemory,
  describeOperation,
  dimensions,
} from "../../lib/engine/onednn/descriptors.ts";
import type { Library } from "../../lib/engine/onednn/library.ts";
import { Recorder } from "../../lib/engine/onednn/recorder.ts";
import type { GridShape, Way } from "./shape.ts";

/** The passes of one convolution. */
export interface Passes {
  /** Runs forward, backward-data and backward-weights once. */
  run(): void;
  /** Passes with a kernel of the algorithm. */
  readonly kernels: number;
  /** Frees everything. */
  dispose(): void;
}

/** Prepares the passes for a batch of maps. */
export function recordPasses(
  library: Library,
  { channels, side }: GridShape,
  { batchSize, way }: { readonly batchSize: number; readonly way: Way },
): Passes {
  const { symbols, block } = library;
  const recorder = new Recorder(library);
  const [mapTag, weightTag] = block === 16
    ? [TAG.nChw16c, TAG.OIhw16i16o]
    : [TAG.nChw8c, TAG.OIhw8i8o];
  const map = describeMemory(
    library,
    [batchSize, channels, side, side],
    mapTag,
  );
  const kernelShape = [channels, channels, 3, 3];
  const any = describeMemory(library, kernelShape, TAG.any);
  const master = describeMemory(library, kernelShape, weightTag);
  const ones = dimensions([1, 1]);
  let kernels = 0;

  function describe(
    init: (out: Uint8Array<ArrayBuffer>, algorithm: number) => number,
    hint: Deno.PointerValue,
  ): Deno.PointerObject {
    const operation = (algorithm: number) =>
      describeOperation((out) => init(out, algorithm), "describe a pass");
    const wanted = recorder.tryDescriptor(operation(ALGORITHM[way]), hint);
    if (wanted !== undefined) {
      kernels++;
      return wanted;
    }
    return recorder.descriptor(operation(ALGORITHM.direct), hint);
  }

  const [x, y, dx, dy] = [0, 1, 2, 3].map(() => recorder.tensor(map));
  const weights = recorder.tensor(master);
  const gradient = recorder.tensor(master);
  const forward = describe(
    (out, algorithm) =>
      symbols.dnnl_convolution_forward_desc_init(
        ...[
          out,
          PROPAGATION.forwardTraining,
          algorithm,
          map,
          any,
          null,
          map,
        ] as const,
        ...[ones, ones, ones] as const,
      ),
    null,
  );
  const data = describe(
    (out, algorithm) =>
      symbols.dnnl_convolution_backward_data_desc_init(
        ...[out, algorithm, map, any, map, ones, ones, ones] as const,
      ),
    forward,
  );
  const filter = describe(
    (out, algorithm) =>
      symbols.dnnl_convolution_backward_weights_desc_init(
        ...[out, algorithm, map, any, null, map, ones, ones, ones] as const,
      ),
    forward,
  );

  recorder.primitive(forward, [
    [ARGUMENT.source, x!],
    [
      ARGUMENT.weights,
      recorder.as(weights, recorder.query(forward, QUERY.weights)),
    ],
    [ARGUMENT.destination, y!],
  ]);
  recorder.primitive(data, [
    [ARGUMENT.diffDestination, dy!],
    [
      ARGUMENT.weights,
      recorder.as(weights, recorder.query(data, QUERY.weights)),
    ],
    [ARGUMENT.diffSource, dx!],
  ]);
  const wanted = recorder.query(filter, QUERY.diffWeights);
  const computed = recorder.sameLayout(gradient, wanted)
    ? gradient
    : recorder.tensor(wanted);
  recorder.primitive(filter, [
    [ARGUMENT.source, x!],
    [ARGUMENT.diffDestination, dy!],
    [ARGUMENT.diffWeights, computed],
  ]);
  if (computed !== gradient) recorder.reorder(computed, gradient);

  const scratch = new Scratch();
  const { arena, run, dispose } = recorder.finish(scratch);
  // Zeros would keep the processor cooler than numbers do.
  const values = floats(arena, 0, capacity(arena) / 4);
  for (let i = 0; i < values.length; i++) values[i] = (i % 23) / 16 - 0.6;
  return {
    run,
    kernels,
    dispose() {
      dispose();
      scratch.dispose();
    },
  };
}
