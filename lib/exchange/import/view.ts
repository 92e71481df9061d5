/**
 * How a file's tensor holds a feature map. Files keep maps channels first or
 * last, flattened, squeezed; here a map is always `[channels, height, width]`,
 * and a view says which of these axes each dimension of the tensor runs over.
 *
 * @module
 */

import type { Shape } from "../../network/mod.ts";

/** An axis of a map, by its number in the shape: channels, height, width. */
export type Axis = 0 | 1 | 2;

/**
 * For each dimension behind the batch the axes that it runs over, the slowest
 * first. Axes of size 1 stand nowhere: `[[0], [1], [2]]` is channels first,
 * `[[1, 2, 0]]` is flattened channels last.
 */
export type View = readonly (readonly Axis[])[];

/** A map channels first. */
export function channelsFirst(shape: Shape): View {
  return ([0, 1, 2] as const).map((axis) => shape[axis] === 1 ? [] : [axis]);
}

/** Sizes of the dimensions. */
export function dimensionsOf(view: View, shape: Shape): readonly number[] {
  return view.map((axes) =>
    axes.reduce((product: number, axis) => product * shape[axis], 1)
  );
}

/** Whether two views run over the same axes in the same dimensions. */
export function sameView(one: View, other: View): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The axes in the order in which the values lie. */
export function orderOf(view: View): readonly Axis[] {
  return view.flat();
}

/**
 * The view of the same values under other sizes, or undefined where a dimension
 * would hold a part of an axis.
 */
export function reshaped(
  view: View,
  shape: Shape,
  sizes: readonly number[],
): View | undefined {
  const axes = [...orderOf(view)];
  const result = sizes.map((size) => {
    const group: Axis[] = [];
    let held = 1;
    while (held < size && axes.length > 0) {
      const axis = axes.shift()!;
      held *= shape[axis];
      group.push(axis);
    }
    return held === size ? group : undefined;
  });
  if (axes.length > 0 || result.includes(undefined)) return undefined;
  return result as View;
}

/**
 * The view of a data set's images in a tensor of such sizes, if there is just
 * one: channels first or last, without the channel where there is but one, or
 * flattened where the order is no question.
 *
 * @param sizes Behind the batch.
 */
export function imageView(
  sizes: readonly (number | undefined)[],
  shape: Shape,
): View | undefined {
  const first = [[0], [1], [2]] as const;
  const last = [[1], [2], [0]] as const;
  const fits = (order: readonly (readonly [Axis])[]) =>
    sizes.length === 3 &&
    order.every(([axis], i) =>
      sizes[i] === undefined || sizes[i] === shape[axis]
    );
  const without = (order: View): View =>
    order.map((axes) => axes.filter((axis) => shape[axis] > 1));
  const views = [without(first), without(last)] as const;
  if (fits(first) && fits(last)) {
    return sameView(...views) ? views[0] : undefined;
  }
  if (fits(first)) return without(first);
  if (fits(last)) return without(last);
  if (shape[0] !== 1 || sizes.includes(undefined)) return undefined;
  return reshaped(without(first), shape, sizes as readonly number[]);
}
