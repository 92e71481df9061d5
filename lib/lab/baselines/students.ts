import { UsageError } from "../../cli/mod.ts";
import { countParameters, type Network, networkId } from "../../network/mod.ts";
import type { Student } from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { type BaselineName, type Design, designOf } from "./designs.ts";
import { baselineOptionsOf } from "./options.ts";

/** A baseline's network of one size. */
export interface BaselineStudent {
  /** Compression that was asked for: teacher's parameters / its own. */
  readonly asked: number;
  /** The network. */
  readonly network: Network;
  /** Where its layers are from, where it inherits the teacher's weights. */
  readonly origin?: Student["origin"];
}

/**
 * The networks of a baseline, one for each of `--baseline-sizes`, each as near to it as the
 * design comes; the largest first, none twice.
 *
 * @param name The baseline.
 * @param options The cell's options, and the teacher.
 * @throws {UsageError} If the design does not take the data set's images.
 */
export function baselineStudents(
  name: BaselineName,
  { config, teacher }: {
    readonly config: CompressionConfig;
    readonly teacher: Network;
  },
): readonly BaselineStudent[] {
  const whole = countParameters(teacher);
  const design = designOf(name, { config, teacher });
  const { baselineSizes } = baselineOptionsOf(config);
  try {
    const students = baselineSizes.toSorted((a, b) => a - b).map((asked) => {
      const scale = scaleFor(design, whole / asked);
      return { asked, ...design.at(scale) };
    });
    return [
      ...new Map(students.map((each) => [networkId(each.network), each]))
        .values(),
    ];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `--compare ${name}: expected a design that takes the images of ${config.dataset} (${error.message})`,
      { cause: error },
    );
  }
}

/**
 * The scale at which a design is nearest to a number of parameters, by their ratio.
 *
 * @param design The design.
 * @param wanted Parameters, > 0.
 */
export function scaleFor({ at, most }: Design, wanted: number): number {
  const sizeAt = (scale: number) => countParameters(at(scale).network);
  let [below, above] = [0, most];
  // The first scale that is not too small is above `below` and at most `above`.
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (sizeAt(middle) < wanted) below = middle;
    else above = middle;
  }
  const distance = (scale: number) =>
    Math.abs(Math.log(sizeAt(scale) / wanted));
  return below > 0 && distance(below) < distance(above) ? below : above;
}
