import { floats, halves } from "../arena.ts";
import { TYPE } from "../constants.ts";
import { blockedPlaces, blockedSize } from "./elementwise.ts";
import type { PadChannels } from "../../../network/mod.ts";
import {
  type FeatureMap,
  type Forward,
  newMap,
  type Place,
  type PlanContext,
  typeOf,
} from "./layer.ts";

/**
 * A map of the channels of all parts, one part after the other. Channels of a
 * part need not fill whole blocks, so values are copied one by one where they do not.
 */
export function join(
  context: PlanContext,
  parts: readonly FeatureMap[],
): FeatureMap {
  const [, height, width] = parts[0]!.shape;
  const channels = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const whole = newMap(context, [channels, height, width]);
  copy(context, { whole, parts, into: "whole" });
  return whole;
}

/** A part of a whole map that is no map of its own: nothing is copied. */
interface Gap {
  readonly shape: FeatureMap["shape"];
  readonly tensor?: undefined;
}

/** The input with channels of zeros before and after it. */
export function padChannels(
  context: PlanContext,
  { before, after }: PadChannels,
  place: Place,
  input: FeatureMap,
): Forward {
  if (before + after === 0) {
    return { output: input, backward: (gradient) => gradient };
  }
  const [, height, width] = place.input;
  const around = (map: FeatureMap): readonly (FeatureMap | Gap)[] => [
    { shape: [before, height, width] },
    map,
    { shape: [after, height, width] },
  ];
  const whole = newMap(context, place.output);
  copy(context, { whole, parts: around(input), into: "whole" });
  return {
    output: whole,
    backward(gradient, wantsInputGradient) {
      if (!wantsInputGradient) return undefined;
      const part = newMap(context, place.input);
      copy(context, { whole: gradient, parts: around(part), into: "parts" });
      return part;
    },
  };
}

/** The maps of which {@link join} made one of this map's shape. */
export function split(
  context: PlanContext,
  whole: FeatureMap,
  shapes: readonly FeatureMap["shape"][],
): readonly FeatureMap[] {
  const parts = shapes.map((shape) => newMap(context, shape));
  copy(context, { whole, parts, into: "parts" });
  return parts;
}

interface Copy {
  readonly whole: FeatureMap;
  readonly parts: readonly (FeatureMap | Gap)[];
  /** What is written. */
  readonly into: "whole" | "parts";
}

function copy(
  context: PlanContext,
  { whole, parts, into }: Copy,
): void {
  const { recorder, batch } = context;
  const { block } = recorder.library;
  const wholePlaces = blockedPlaces(whole.shape, block);
  const wholeSize = blockedSize(whole.shape, block);
  const buffers = [whole, ...parts].flatMap(({ tensor }) =>
    tensor === undefined ? [] : [tensor.buffer]
  );
  recorder.host(buffers, (arena) => {
    const [values, ...partValues] = buffers.map(({ offset, bytes }) =>
      // Bits are copied as they are; branches share height, width and type.
      typeOf(context, whole.shape) === TYPE.float
        ? floats(arena, offset, bytes / 4)
        : halves(arena, offset, bytes / 2)
    );
    let start = 0;
    let channels = 0;
    let next = 0;
    const copies = parts.flatMap(({ shape, tensor }) => {
      const places = blockedPlaces(shape, block);
      const ofWhole = wholePlaces.subarray(start, start += places.length);
      const size = blockedSize(shape, block);
      const aligned = channels % block === 0 && shape[0] % block === 0;
      channels += shape[0];
      if (tensor === undefined) return [];
      const part = partValues[next++]!;
      const [to, from] = into === "whole" ? [values!, part] : [part, values!];
      const [toPlaces, fromPlaces] = into === "whole"
        ? [ofWhole, places]
        : [places, ofWhole];
      const [toSize, fromSize] = into === "whole"
        ? [wholeSize, size]
        : [size, wholeSize];
      return [() => {
        for (let image = 0; image < batch; image++) {
          const [toStart, fromStart] = [image * toSize, image * fromSize];
          if (aligned) {
            // Whole blocks stand together.
            const first = fromStart + fromPlaces[0]!;
            const run = from.subarray(first, first + fromPlaces.length);
            to.set(run, toStart + toPlaces[0]!);
            continue;
          }
          for (let i = 0; i < toPlaces.length; i++) {
            to[toStart + toPlaces[i]!] = from[fromStart + fromPlaces[i]!]!;
          }
        }
      }];
    });
    const written = into === "whole" ? [values!] : partValues;
    return () => {
      // Padding is zero, and the memory may have held something else.
      for (const map of written) map.fill(0);
      for (const run of copies) run();
    };
  });
}
