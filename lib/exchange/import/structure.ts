/**
 * From steps to a network: chains of layers, residual blocks, concatenations.
 *
 * @module
 */

import type { Weights } from "../../engine/mod.ts";
import {
  type Block,
  canonical,
  checkNetwork,
  leaves,
  type Network,
  parameterTable,
} from "../../network/mod.ts";
import { unsupported } from "./errors.ts";
import type { Interpretation } from "./interpret.ts";
import { type PlainNode, refuse } from "./plain_graph.ts";
import type { Step, StepArrays } from "./values.ts";

/** A network with its weights. */
export interface Recognised {
  /** As the file has it, layer by layer. */
  readonly network: Network;
  /** Of its canonical form. */
  readonly weights: Weights;
}

type LayerStep = Extract<Step, { type: "layer" }>;

/**
 * The network that steps are.
 *
 * @throws {ImportError} If they branch in another way than residual blocks and
 * concatenations do.
 */
export function structureOf(
  { steps, shapes, output }: Interpretation,
): Recognised {
  const readers = steps.map(() => 0);
  const needed = new Set([output]);
  for (let i = output; i >= 0; i--) {
    if (!needed.has(i)) continue;
    for (const each of steps[i]!.reads) {
      readers[each]!++;
      needed.add(each);
    }
  }

  /** The layers that lead to a step, the last first, and where they come from. */
  function chainTo(step: number): {
    readonly layers: readonly LayerStep[];
    readonly places: readonly number[];
  } {
    const layers: LayerStep[] = [];
    const places = [step];
    for (;;) {
      const found = steps[step]!;
      if (found.type !== "layer") break;
      layers.push(found);
      step = found.reads[0]!;
      places.push(step);
    }
    return { layers, places };
  }

  /** Branches that end in some steps, and the step where they part. */
  function branchesTo(ends: readonly number[], node: PlainNode) {
    const chains = ends.map(chainTo);
    const common = chains[0]!.places.find((place) =>
      chains.every(({ places }) => places.includes(place))
    );
    if (common === undefined) {
      refuse(
        node,
        "joins branches that part in no one place with layers alone between, expected a residual block or a concatenation, none within another",
      );
    }
    const branches = chains.map(({ layers, places }) => {
      const length = places.indexOf(common);
      for (const place of places.slice(0, length)) {
        if (readers[place] !== 1) {
          refuse(node, "joins branches that others read too, expected none");
        }
      }
      return layers.slice(0, length).reverse();
    });
    if (readers[common] !== branches.length) {
      refuse(
        node,
        "joins branches that part where still others do, expected one block after the other",
      );
    }
    return { common, branches };
  }

  const found: {
    readonly block: Block;
    readonly layers: readonly LayerStep[];
  }[] = [];
  let step = output;
  while (step !== 0) {
    const current = steps[step]!;
    if (current.type === "add") {
      refuse(
        current.node,
        "adds without a Relu behind it, expected one, as residual blocks here end so",
      );
    }
    if (current.type === "concat") {
      const { common, branches } = branchesTo(current.reads, current.node);
      found.push({
        block: {
          type: "concat",
          branches: branches.map((each) => each.map(({ layer }) => layer)),
        },
        layers: branches.flat(),
      });
      step = common;
      continue;
    }
    if (current.type !== "layer") break;
    const before = steps[current.reads[0]!]!;
    if (current.layer.type === "relu" && before.type === "add") {
      if (readers[current.reads[0]!] !== 1) {
        refuse(
          before.node,
          "adds what others read before the Relu, expected none",
        );
      }
      const { common, branches } = branchesTo(before.reads, before.node);
      const [body, shortcut] = ordered(branches, before.node);
      found.push({
        block: {
          type: "residual",
          body: body.map(({ layer }) => layer),
          shortcut: shortcut.map(({ layer }) => layer),
        },
        layers: [...body, ...shortcut],
      });
      step = common;
      continue;
    }
    found.push({ block: current.layer, layers: [current] });
    step = current.reads[0]!;
    if (readers[step] !== 1) {
      refuse(
        current.node,
        "reads what others read too, expected branches that join again",
      );
    }
  }
  found.reverse();
  const network: Network = {
    input: shapes[0]!,
    blocks: found.map(({ block }) => block),
  };
  const arrays = found.flatMap(({ layers }) =>
    layers.map((each) => each.arrays)
  );
  return { network, weights: weightsOf(network, arrays) };
}

/**
 * Body and shortcut: the shortcut is the branch of fewer convolutions, else of
 * smaller ones, else of fewer layers.
 */
function ordered(
  branches: readonly (readonly LayerStep[])[],
  node: PlainNode,
): readonly [readonly LayerStep[], readonly LayerStep[]] {
  const [one = [], other = []] = branches;
  const weigh = (layers: readonly LayerStep[]) => {
    const kernels = layers.flatMap(({ layer }) =>
      layer.type === "conv" ? [layer.kernel] : []
    );
    return [kernels.length, Math.max(0, ...kernels), layers.length] as const;
  };
  const [a, b] = [weigh(one), weigh(other)];
  const first = a.findIndex((value, i) => value !== b[i]);
  const isSwapped = first >= 0 && a[first]! < b[first]!;
  const [body, shortcut] = isSwapped ? [other, one] : [one, other];
  if (body.length > 0) return [body, shortcut];
  // A map added to itself: an empty body would add nothing.
  const identity: LayerStep = {
    type: "layer",
    reads: [],
    layer: { type: "avgPool", kernel: 1, stride: 1 },
    arrays: {},
    node,
  };
  return [[identity], shortcut];
}

/** Arrays of the layers, in order, under the names of the canonical form. */
function weightsOf(
  network: Network,
  arrays: readonly StepArrays[],
): Weights {
  try {
    checkNetwork(network);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    unsupported(error.message);
  }
  const all = leaves(network);
  const values = new Map<string, Float32Array>(
    all.flatMap(({ path }, i) =>
      Object.entries(arrays[i]!).map(([role, data]) =>
        [`${path.join(".")}.${role}`, data] as const
      )
    ),
  );
  // Both forms have the same layers with parameters, in the same order.
  const own = parameterTable(network);
  const weights: Record<string, Float32Array> = {};
  for (
    const [i, { name, size }] of parameterTable(canonical(network)).entries()
  ) {
    const data = values.get(own[i]!.name)!;
    if (data.length !== size || !data.every(Number.isFinite)) {
      unsupported(
        `the ${own[i]!.role} of ${
          own[i]!.name
        } has ${data.length} numbers or some without end, expected ${size}`,
      );
    }
    weights[name] = data;
  }
  return weights;
}
