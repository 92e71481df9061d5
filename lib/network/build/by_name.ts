import type { Network } from "../network.ts";
import type { BuildOptions } from "./_options.ts";
import { lenet5 } from "./lenet.ts";
import { resnet } from "./resnet.ts";
import { squeezenet } from "./squeezenet.ts";
import { fitnet4, vggSmall } from "./students.ts";
import { vgg } from "./vgg.ts";

/**
 * Name that a command line gives a network; "-imagenet" has the stem for large
 * images.
 */
export type NetworkName =
  | `vgg${11 | 13 | 16 | 19}`
  | `resnet${18 | 34 | 50}`
  | `resnet${18 | 34 | 50}-imagenet`
  | "lenet5"
  | "squeezenet"
  | "fitnet4"
  | "vggsmall";

const BUILDERS: Readonly<
  Record<NetworkName, (options: BuildOptions) => Network>
> = {
  vgg11: (options) => vgg({ depth: 11, ...options }),
  vgg13: (options) => vgg({ depth: 13, ...options }),
  vgg16: (options) => vgg({ depth: 16, ...options }),
  vgg19: (options) => vgg({ depth: 19, ...options }),
  resnet18: (options) => resnet({ depth: 18, ...options }),
  resnet34: (options) => resnet({ depth: 34, ...options }),
  resnet50: (options) => resnet({ depth: 50, ...options }),
  "resnet18-imagenet": (options) =>
    resnet({ depth: 18, stem: "imagenet", ...options }),
  "resnet34-imagenet": (options) =>
    resnet({ depth: 34, stem: "imagenet", ...options }),
  "resnet50-imagenet": (options) =>
    resnet({ depth: 50, stem: "imagenet", ...options }),
  lenet5,
  squeezenet,
  fitnet4,
  vggsmall: vggSmall,
};

/** All of them. */
export const NETWORK_NAMES: readonly NetworkName[] = Object.keys(
  BUILDERS,
) as NetworkName[];

/**
 * Builds a network by its name.
 *
 * @param name One of {@link NETWORK_NAMES}.
 * @param options Input, classes, width.
 * @returns A frozen network.
 * @throws {RangeError} If there is no such name, an option is out of range, or
 * the network does not fit the input.
 */
export function buildNetwork(
  name: NetworkName,
  options: BuildOptions,
): Network {
  // Own names only: "toString" is none.
  if (!NETWORK_NAMES.includes(name)) {
    throw new RangeError(
      `Cannot build a network: name is "${name}", expected one of ${
        NETWORK_NAMES.join(", ")
      }`,
    );
  }
  return BUILDERS[name](options);
}
