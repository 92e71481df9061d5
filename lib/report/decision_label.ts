import {
  describeLayers,
  type Leaf,
  leaves,
  type Network,
} from "../network/mod.ts";
import { leafLabel } from "./layer_label.ts";

/** What one decision of a policy is about. */
export interface DecisionPlace {
  /** Indices of the leaves it changes, each once; at least one. */
  readonly leaves: readonly number[];
  /** Which of their properties, for example "kernel"; absent for all. */
  readonly variable?: string;
}

/** Layers that are spelt out; more of them make a row's label too wide. */
const MOST_SPELT_OUT = 4;

/**
 * Names of decisions for figures. No two are the same where no two decisions
 * without a variable, or with the same, begin with the same leaf.
 *
 * @example
 * ```ts
 * import { vgg } from "../network/mod.ts";
 * import { decisionLabels } from "./decision_label.ts";
 *
 * const teacher = vgg({ depth: 11, input: [1, 28, 28], classes: 10 });
 * const [unit, kernel] = decisionLabels(teacher, [
 *   { leaves: [0, 1, 2] },
 *   { leaves: [0], variable: "kernel" },
 * ]);
 * if (unit !== "0 c64-bn-r") throw new Error(unit);
 * if (kernel !== "0 conv3 64 kernel") throw new Error(kernel);
 * ```
 *
 * @param network A valid network.
 * @param decisions What each decision is about.
 * @returns One label a decision. A single leaf is named as `layerLabels` does;
 * up to four leaves in a row of one branch by the first one's index and all in
 * short, "3 c16-bn-r"; a whole body, or a whole block with its shortcut or
 * branches, by the block's index as in the names of parameters,
 * "block 2 (5 layers)"; any others by the first, "3 conv3 16 and 4 more". The
 * variable follows: "3 conv3 16 kernel".
 * @throws {RangeError} If the network is not valid, or a decision has no leaf,
 * one twice, or one that the network lacks.
 */
export function decisionLabels(
  network: Network,
  decisions: readonly DecisionPlace[],
): readonly string[] {
  const all = leaves(network);
  return decisions.map((decision, i) => {
    const indices = decision.leaves.toSorted((a, b) => a - b);
    const chosen = indices.map((index) => all[index]);
    if (indices.length === 0 || new Set(indices).size < indices.length) {
      throw new RangeError(
        `Cannot label a decision: the leaves of decision ${i} are [${
          indices.join(", ")
        }], expected at least one, each once`,
      );
    }
    const label = placeLabel(
      chosen.map((leaf, j) => {
        if (leaf !== undefined) return leaf;
        throw new RangeError(
          `Cannot label a decision: a leaf of decision ${i} is ${
            indices[j]
          }, expected an index from 0 to ${all.length - 1}`,
        );
      }),
      all,
    );
    return decision.variable === undefined
      ? label
      : `${label} ${decision.variable}`;
  });
}

/** A label for leaves in order, of which there is at least one. */
function placeLabel(chosen: readonly Leaf[], all: readonly Leaf[]): string {
  const first = chosen[0]!;
  if (chosen.length === 1) return leafLabel(first);
  if (chosen.length <= MOST_SPELT_OUT && areInRow(chosen)) {
    const place = first.residual?.place === "shortcut" ? " shortcut" : "";
    const layers = describeLayers(chosen.map(({ layer }) => layer));
    return `${first.index} ${layers}${place}`;
  }
  const part = wholePart(chosen, all);
  return part === undefined
    ? `${leafLabel(first)} and ${chosen.length - 1} more`
    : `${part} (${chosen.length} layers)`;
}

/** Whether leaves follow each other in one branch, or outside of all blocks. */
function areInRow(chosen: readonly Leaf[]): boolean {
  const [first, ...others] = chosen;
  return others.every((leaf, i) =>
    leaf.index === first!.index + i + 1 && branchOf(leaf) === branchOf(first!)
  );
}

/** The list of layers that a leaf stands in, as text. */
function branchOf({ path }: Leaf): string {
  return path.slice(0, -1).join(".");
}

/** Name of the block, or of the branch of one, that leaves are all of. */
function wholePart(
  chosen: readonly Leaf[],
  all: readonly Leaf[],
): string | undefined {
  const block = chosen[0]!.path[1];
  const place = chosen[0]!.residual?.place;
  const siblings = all.filter(({ path }) => path[1] === block);
  const branch = siblings.filter(({ residual }) => residual?.place === place);
  const isAllOf = (others: readonly Leaf[]) =>
    others.length === chosen.length &&
    others.every((leaf, i) => leaf === chosen[i]);
  if (isAllOf(siblings)) return `block ${block}`;
  if (!isAllOf(branch)) return undefined;
  return `block ${block}${place === "shortcut" ? " shortcut" : ""}`;
}
