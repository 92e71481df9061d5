/**
 * Flat vectors in a graph: inputs that are split into named values, and named
 * values that are joined.
 *
 * @module
 */

import type { FlatLayout } from "./flat.ts";
import type { Graph } from "./graph.ts";

/** Names of a piece's input and output. */
export interface PieceNames {
  readonly input: string;
  readonly output: string;
}

/** Splits a flat vector into its entries, each in its own shape. */
function splitFlat(
  graph: Graph,
  { entries }: FlatLayout,
  flat: string,
): readonly (readonly [string, string])[] {
  const parts = entries.length === 1 ? [flat] : graph.nodes(
    "Split",
    [
      flat,
      graph.integers(entries.map(({ size }) => size)),
    ],
    entries.length,
    { attributes: { axis: 0 } },
  );
  return entries.map(({ name, shape }, index) => [
    name,
    shape.length === 1
      ? parts[index]!
      : graph.node("Reshape", [parts[index]!, graph.integers(shape)]),
  ]);
}

/** Concatenates values into a flat vector in a layout's order. */
export function joinFlat(
  graph: Graph,
  { entries }: FlatLayout,
  values: ReadonlyMap<string, string>,
): string {
  const parts = entries.map(({ name }) =>
    graph.node("Reshape", [values.get(name)!, graph.integers([-1])])
  );
  return parts.length === 1
    ? parts[0]!
    : graph.node("Concat", parts, { attributes: { axis: 0 } });
}

/** Inputs of the parameters, one a piece, and the parameters' values by name. */
export interface ParameterInputs {
  readonly flat: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

/** Declares the parameters as inputs. */
export function parameterInputs(
  graph: Graph,
  pieces: readonly FlatLayout[],
): ParameterInputs {
  const flat = pieces.map(({ size }, index) =>
    graph.input(`parameters${index}`, "float32", [size])
  );
  const values = new Map(
    pieces.flatMap((piece, index) => splitFlat(graph, piece, flat[index]!)),
  );
  return { flat, values };
}

/** What the running statistics become. */
export interface RunningUpdate {
  readonly layout: FlatLayout;
  /** The batch's statistics by name. */
  readonly statistics: ReadonlyMap<string, string>;
  /** Scalars: the share of the batch, and that of what was there. */
  readonly momentum: string;
  readonly kept: string;
}

/** Adds new = kept old + momentum (statistic of the batch), as an output. */
export function runningUpdate(
  graph: Graph,
  { layout, statistics, momentum, kept }: RunningUpdate,
): PieceNames {
  const input = graph.input("running", "float32", [layout.size]);
  const updated = graph.node("Add", [
    graph.node("Mul", [input, kept]),
    graph.node("Mul", [joinFlat(graph, layout, statistics), momentum]),
  ]);
  return { input, output: graph.output(updated, [layout.size]) };
}
