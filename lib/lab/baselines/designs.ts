import { shrinkLayers } from "../../compress/mod.ts";
import {
  buildNetwork,
  leaves,
  type Network,
  type NetworkName,
  shapes,
} from "../../network/mod.ts";
import type { Student } from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { isFileNetwork } from "../options/teacher_file.ts";

/** Simple ways to a network of a given size, by the names of their arms. */
export const BASELINE_NAMES = [
  "pruning",
  "width",
  "fitnet4",
  "vggsmall",
  "squeezenet",
] as const;

/** Name of a baseline. */
export type BaselineName = (typeof BASELINE_NAMES)[number];

/** Whether an arm is a baseline. */
export function isBaseline(arm: string): arm is BaselineName {
  return (BASELINE_NAMES as readonly string[]).includes(arm);
}

/** What each baseline is, for people, as a sentence without its end. */
export const BASELINE_NOTES: Readonly<Record<BaselineName, string>> = {
  pruning:
    "one-shot filter pruning (Li et al. 2017): every layer that shrinkage may shrink keeps the same share of its filters, but at least as many as in a search (`--shrink.minChannels`), those with the largest L1 norm, and starts from the teacher's weights",
  width:
    "the teacher's architecture with the same share of every layer's channels, from fresh weights",
  fitnet4:
    "FitNet-4, hand-designed, of the paper's table 3, at the width that gives the size, from fresh weights",
  vggsmall:
    "VGG-small, hand-designed, of the paper's table 3, at the width that gives the size, from fresh weights",
  squeezenet:
    "SqueezeNet 1.1, hand-designed, of the paper's table 3, at the width that gives the size, from fresh weights",
};

/** What a design starts from. */
export interface DesignOptions {
  /** The cell's options: of the teacher, and of what shrinkage may do. */
  readonly config: Pick<CompressionConfig, "network" | "width" | "shrink">;
  /** The teacher. */
  readonly teacher: Network;
}

/** A family of networks of one design. */
export interface Design {
  /** Largest scale, in thousandths. */
  readonly most: number;
  /**
   * The network at a scale: the more, the more parameters.
   *
   * @param thousandths A whole number from 1 to `most`.
   * @returns The network; with its origin where it inherits the teacher's weights.
   */
  at(thousandths: number): Pick<Student, "network"> & Partial<Student>;
}

/** Hand-designed networks have up to so many times their published width. */
const MOST_WIDTH = 8;

/**
 * The networks of a baseline.
 *
 * @param name Which.
 * @param options See {@link DesignOptions}.
 */
export function designOf(
  name: BaselineName,
  { config, teacher }: DesignOptions,
): Design {
  if (name === "pruning") {
    const { minChannels } = config.shrink;
    return {
      most: 999,
      at: (share) => pruned(teacher, { ratio: share / 1000, minChannels }),
    };
  }
  const build = (network: NetworkName, width: number) =>
    buildNetwork(network, {
      input: teacher.input,
      classes: shapes(teacher).output[0],
      width,
    });
  if (name !== "width") {
    return {
      most: 1000 * MOST_WIDTH,
      at: (scale) => ({ network: build(name, scale / 1000) }),
    };
  }
  const { network, width } = config;
  if (isFileNetwork(network)) {
    throw new TypeError(`Cannot narrow "${network}": it is read from a file`);
  }
  return {
    most: 999,
    at: (share) => ({ network: build(network, width * share / 1000) }),
  };
}

/** Every layer that may shrink at one ratio. */
function pruned(
  teacher: Network,
  { ratio, minChannels }: {
    readonly ratio: number;
    readonly minChannels: number;
  },
): Student {
  const ratios = leaves(teacher).map(() => ratio);
  // The least input of a linear layer is a rule of the search alone.
  const outcome = shrinkLayers(teacher, ratios, {
    minChannels,
    minLinearInputs: 1,
  });
  if (outcome.ok) return outcome;
  throw new RangeError(
    `Cannot prune: at ratio ${ratio} ${outcome.rejection.reason}`,
  );
}
