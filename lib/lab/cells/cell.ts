import type { CompressionConfig } from "../options/compression.ts";
import { recordSlug } from "../../report/mod.ts";
import { fileNetworkName, isFileNetwork } from "../options/teacher_file.ts";
import { dataSlug } from "../subject/data_options.ts";

/**
 * One data set, network, arm and seed of an experiment: the unit that is run,
 * resumed, stored, forecast and reported.
 */
export interface Cell<Config extends CompressionConfig = CompressionConfig> {
  /** Name of its files, for example "mnist-vgg13-w0.25-reinforce-s1". */
  readonly name: string;
  /** What is compared: the name of an arm of the experiment. */
  readonly arm: string;
  /** Seed of the search, >= 1. */
  readonly seed: number;
  /** All of its options, each with its value. */
  readonly config: Config;
  /**
   * Whether its data set was asked for by name: then it is an error that it is
   * not to be had.
   */
  readonly isNamed: boolean;
}

/** What a cell's name is made of. */
export interface CellParts {
  /** Its subject. */
  readonly config: Pick<
    CompressionConfig,
    "dataset" | "size" | "network" | "width"
  >;
  /** Name of its arm. */
  readonly arm: string;
  /** Seed of its search. */
  readonly seed: number;
}

/** Name of a cell. */
export function cellName({ config, arm, seed }: CellParts): string {
  const { dataset, size, network, width } = config;
  const set = dataSlug({ dataset, size });
  const subject = isFileNetwork(network)
    ? fileNetworkName(network).toLowerCase()
    : `${network}-w${width}`;
  return recordSlug(`${set}-${subject}-${arm}-s${seed}`);
}

/**
 * Whether a cell's name matches a pattern: several by commas, `*` for anything,
 * each anywhere in the name.
 *
 * @param name The cell's name.
 * @param pattern As of --cells.
 */
export function matchesCell(name: string, pattern: string): boolean {
  return pattern.split(",").map((each) => each.trim()).filter(Boolean).some(
    (each) =>
      new RegExp(each.split("*").map(RegExp.escape).join(".*")).test(name),
  );
}
