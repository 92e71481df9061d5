import { floats, halves } from "../arena.ts";
import { TYPE } from "../constants.ts";
import { blockedPlaces, blockedSize } from "./elementwise.ts";
import { type FeatureMap, newMap, type PlanContext, typeOf } from "./layer.ts";

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
  readonly parts: readonly FeatureMap[];
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
  const buffers = [whole, ...parts].map(({ tensor }) => tensor.buffer);
  recorder.host(buffers, (arena) => {
    const [values, ...partValues] = buffers.map(({ offset, bytes }) =>
      // Bits are copied as they are; branches share height, width and type.
      typeOf(context, whole.shape) === TYPE.float
        ? floats(arena, offset, bytes / 4)
        : halves(arena, offset, bytes / 2)
    );
    let start = 0;
    let channels = 0;
    const copies = parts.map(({ shape }, part) => {
      const places = blockedPlaces(shape, block);
      const ofWhole = wholePlaces.subarray(start, start += places.length);
      const size = blockedSize(shape, block);
      const aligned = channels % block === 0 && shape[0] % block === 0;
      channels += shape[0];
      const [to, from] = into === "whole"
        ? [values!, partValues[part]!]
        : [partValues[part]!, values!];
      const [toPlaces, fromPlaces] = into === "whole"
        ? [ofWhole, places]
        : [places, ofWhole];
      const [toSize, fromSize] = into === "whole"
        ? [wholeSize, size]
        : [size, wholeSize];
      return () => {
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
      };
    });
    const written = into === "whole" ? [values!] : partValues;
    return () => {
      // Padding is zero, and the memory may have held something else.
      for (const map of written) map.fill(0);
      for (const run of copies) run();
    };
  });
}
