/**
 * Which of the library's kernels a convolution takes, in either direction: a rule of
 * shapes and instruction set, never of a stopwatch, because the bits depend on it.
 *
 * @module
 */

import type { Conv } from "../../../network/mod.ts";
import { ALGORITHM, TAG, TYPE, type ValueType } from "../constants.ts";
import { type Bytes, describeMemory } from "../descriptors.ts";
import { padded } from "../layout.ts";
import { describeMap, type Place, type PlanContext } from "./layer.ts";

/**
 * From how many channels on, on both sides, Winograd is the faster way, and on
 * maps of which side: its tiles are 4x4 pixels, smaller maps would be mostly padding.
 */
const WINOGRAD: WinogradBounds = { channels: 32, side: 4 };

/**
 * The same beside direct convolutions in bfloat16, twice as fast as those in
 * single precision: only here do a quarter of the products save more than they
 * and the way to single precision and back take.
 */
const WINOGRAD_BESIDE_NARROW: WinogradBounds = { channels: 128, side: 8 };

interface WinogradBounds {
  readonly channels: number;
  readonly side: number;
}

/** Layouts of a convolution's maps, and of the weights that go with them. */
export interface Maps {
  readonly input: Bytes;
  readonly output: Bytes;
  /** In any layout. */
  readonly weights: Bytes;
  /** Only from kernels whose names have this in them; default: all. */
  readonly kernels?: RegExp;
}

/** A primitive's descriptor and the layouts that it was made for. */
export interface Way {
  readonly descriptor: Deno.PointerObject;
  readonly maps: Maps;
}

/**
 * The algorithms to ask for, best first: a rule of the shapes alone, because
 * the bits depend on it. The library has no Winograd kernel for some of these.
 */
export function algorithms(
  layer: Conv,
  place: Place,
  block: number,
): readonly number[] {
  return winogradFits(layer, place, { block, bounds: WINOGRAD })
    ? [ALGORITHM.winograd, ALGORITHM.direct]
    : [ALGORITHM.direct];
}

function winogradFits(
  { kernel, stride, padding, outChannels }: Conv,
  { input: [channels], output: [, height, width] }: Place,
  { block, bounds }: {
    readonly block: number;
    readonly bounds: WinogradBounds;
  },
): boolean {
  return block === 16 && kernel === 3 && stride === 1 && padding <= 1 &&
    Math.min(padded(channels, block), padded(outChannels, block)) >=
      bounds.channels &&
    Math.min(height, width) >= bounds.side;
}

/** The ways of one convolution. */
export interface Ways {
  /** Any layout of its weights' gradient. */
  readonly anyGradient: Bytes;
  /**
   * The first way that the library has a kernel for: the algorithms on blocked
   * maps, then matrix products on plain ones, which serve every shape (maps
   * smaller than the kernel among them); reference loops only where all else
   * fails.
   *
   * @param init Describes the operation by an algorithm and layouts.
   * @param hint The forward primitive's descriptor, for a backward one.
   * @param attributes What the kernel does beside.
   * @throws {Error} If there is none.
   */
  describe(
    init: (algorithm: number, maps: Maps) => Bytes,
    hint: Deno.PointerValue,
    attributes?: Deno.PointerValue,
  ): Way;
}

/**
 * The ways of a convolution.
 *
 * @param context The plan that it is recorded in.
 * @param options The convolution, where it stands, its padded channels, and whether
 * its input is the images themselves.
 * @returns What describes its primitives.
 */
export function waysOf(
  context: PlanContext,
  { layer, place, inputs, outputs, plain }: {
    readonly layer: Conv;
    readonly place: Place;
    readonly inputs: number;
    readonly outputs: number;
    readonly plain: boolean;
  },
): Ways {
  const { recorder, batch } = context;
  const { library } = recorder;
  const { block } = library;
  const shape = [outputs, inputs, layer.kernel, layer.kernel];
  const [inputHeight, inputWidth] = place.input.slice(1);
  const [outputHeight, outputWidth] = place.output.slice(1);
  /** The input where nothing is blocked. */
  const planes = (type: ValueType) =>
    describeMemory(
      library,
      [batch, inputs, inputHeight!, inputWidth!],
      TAG.abcd,
      type,
    );
  const blockedMaps = (type: ValueType): Maps => ({
    input: plain ? planes(type) : describeMap(context, place.input, type),
    output: describeMap(context, place.output, type),
    weights: describeMemory(library, shape, TAG.any, type),
  });
  const blocked = blockedMaps(TYPE.float);
  const narrow: Maps = {
    ...blockedMaps(TYPE.bfloat16),
    // Others take bfloat16 apart and compute in single precision, slowly.
    kernels: /avx512_core_bf16|amx/,
  };
  // Of a map narrower than a stride the library's weight gradient multiplies the
  // padding's zeros by memory that nobody wrote.
  const narrowFits = context.narrow && inputWidth! >= layer.stride &&
    !winogradFits(layer, place, { block, bounds: WINOGRAD_BESIDE_NARROW });
  const unblocked: Maps = {
    ...blocked,
    input: planes(TYPE.float),
    output: describeMemory(
      library,
      [batch, outputs, outputHeight!, outputWidth!],
      TAG.abcd,
    ),
  };
  const ways = [
    ...(narrowFits ? [[ALGORITHM.direct, narrow] as const] : []),
    ...algorithms(layer, place, block).map((algorithm) =>
      [algorithm, blocked] as const
    ),
    [ALGORITHM.direct, unblocked] as const,
  ];

  function describe(
    init: (algorithm: number, maps: Maps) => Bytes,
    hint: Deno.PointerValue,
    attributes: Deno.PointerValue = null,
  ): Way {
    let slow: Way | undefined;
    for (const [algorithm, maps] of ways) {
      const descriptor = recorder.tryDescriptor(
        init(algorithm, maps),
        hint,
        attributes,
      );
      if (descriptor === undefined) continue;
      const name = recorder.implementation(descriptor);
      if (maps.kernels?.test(name) === false) continue;
      if (!recorder.isReference(descriptor)) return { descriptor, maps };
      slow ??= { descriptor, maps };
    }
    if (slow !== undefined) return slow;
    throw new Error(
      `Cannot compile "${place.name}": oneDNN has no convolution of this shape`,
    );
  }

  return { anyGradient: blocked.weights, describe };
}
