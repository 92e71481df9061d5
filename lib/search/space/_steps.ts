import {
  removalMask,
  shrinkMask,
  type ShrinkVariable,
  shrinkVariables,
} from "../../compress/mod.ts";
import { leaves } from "../../network/mod.ts";
import { layerFeatures, type Sequence } from "../../policy/mod.ts";
import { groupLeaves } from "./_groups.ts";
import type { Decision, SpaceOptions } from "./action_space.ts";

/** One decision with its row of the sequence. */
interface Step {
  readonly decision: Decision;
  /** The leaf whose features a policy reads. */
  readonly leaf: number;
  readonly isFree: boolean;
}

/** Which leaves can be removed, and which can shrink, by actions of a kind. */
export interface Freedom {
  /** One entry a leaf; none in shrinkage. */
  readonly removable: readonly boolean[];
  /** One entry a leaf; none in removal. */
  readonly shrinkable: readonly boolean[];
}

/** What is free in a space. */
export function freedomOf({ kind, base, shrink }: SpaceOptions): Freedom {
  const removable = removalMask(base);
  const shrinkable = shrinkMask(base, shrink);
  const none = removable.map(() => false);
  return {
    removable: kind === "shrinkage" ? none : removable,
    shrinkable: kind === "removal" ? none : shrinkable,
  };
}

/** The decisions of a space, and what a policy reads of them. */
export function stepsOf(options: SpaceOptions, freedom: Freedom): {
  readonly decisions: readonly Decision[];
  readonly sequence: Sequence;
} {
  const { base, features } = options;
  const rows = layerFeatures(base, features);
  const steps = isBySize(options)
    ? sizeSteps(options)
    : groupSteps(options, freedom);
  return {
    decisions: steps.map(({ decision }) => decision),
    sequence: {
      features: steps.map(({ decision, leaf }) =>
        isBySize(options)
          ? withVariable(rows[leaf]!, decision.variable)
          : rows[leaf]!
      ),
      mask: steps.map(({ isFree }) => isFree),
    },
  };
}

/** Whether each size of a leaf is a decision of its own, as in the authors' code. */
function isBySize({ kind, grain, shrink }: SpaceOptions): boolean {
  return kind === "shrinkage" && grain === "leaf" && shrink.shrink === "all";
}

function sizeSteps({ base, shrink }: SpaceOptions): readonly Step[] {
  return shrinkVariables(base, shrink).flatMap((variables, leaf): Step[] =>
    variables.length === 0
      ? [{ decision: { leaves: [leaf] }, leaf, isFree: false }]
      : variables.map((variable) => ({
        decision: { leaves: [leaf], variable },
        leaf,
        isFree: true,
      }))
  );
}

function groupSteps(
  { base, grain }: SpaceOptions,
  { removable, shrinkable }: Freedom,
): readonly Step[] {
  return groupLeaves(leaves(base), grain).flatMap((group): Step[] => {
    const first = group[0]!;
    const free = group.filter((leaf) => removable[leaf] || shrinkable[leaf]);
    if (free.length > 0) {
      return [{ decision: { leaves: free }, leaf: first, isFree: true }];
    }
    // The paper's policies read fixed layers too.
    return grain === "leaf"
      ? [{ decision: { leaves: group }, leaf: first, isFree: false }]
      : [];
  });
}

/** In the order in which a leaf's sizes are decided on. */
const VARIABLES: readonly ShrinkVariable[] = [
  "kernel",
  "stride",
  "padding",
  "channels",
];

/** As large as the entries of a type: three times 1, see `layerFeatures`. */
const VARIABLE_VALUE = 3;

/**
 * A row with the size that is decided on, one-hot: without it the rows of one
 * layer would be equal, and a policy could tell them apart by their place only.
 */
function withVariable(
  row: Float32Array,
  variable: ShrinkVariable | undefined,
): Float32Array {
  return Float32Array.from([
    ...row,
    ...VARIABLES.map((other) => other === variable ? VARIABLE_VALUE : 0),
  ]);
}
