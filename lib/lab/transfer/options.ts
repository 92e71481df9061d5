/**
 * Options of the experiment on transfer, beside those of a compression.
 *
 * @module
 */

import { z } from "zod";
import { UsageError } from "../../cli/mod.ts";
import { dataSetNames } from "../../data/mod.ts";
import { NETWORK_NAMES } from "../../network/mod.ts";
import type { Arm } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { checkFaults } from "../options/faults.ts";
import { latencyMistakes } from "../options/limits.ts";
import type { OptionValues } from "../options/values.ts";

const source = z.string().regex(
  new RegExp(`^(${NETWORK_NAMES.join("|")})(@(${dataSetNames().join("|")}))?$`),
  "expected NETWORK, or NETWORK@DATASET for another data set than the target's",
).meta({ title: "NETWORK or NETWORK@DATASET" });

/** Where policies come from, and how often each is carried on. */
export const transferOptions = {
  sources: z.array(source).min(1).default(["resnet18"]).refine(
    (names) => new Set(names).size === names.length,
    { message: "expected each source once" },
  ).describe(
    "Networks whose policies are carried to --network, each an arm: the paper's source first, then those that it is compared with",
  ),
  // Without a default: its arm says it.
  source: source.optional().describe("Set by the arm: that one of --sources"),
  searchSeeds: z.int().min(1).max(10_000).default(8).describe(
    "Searches of each kind, with seeds from --seed on: 7 are the least of which a sign-flip test corrected over two comparisons can decide anything",
  ),
};

/** Values of {@link transferOptions} in a cell. */
export type TransferOptions = Omit<
  OptionValues<typeof transferOptions>,
  "sources" | "source"
>;

/** The options of a cell that are not a compression's. */
export function transferOptionsOf(config: CompressionConfig): TransferOptions {
  const { searchSeeds } = transferOptions;
  return z.object({ searchSeeds }).parse(config);
}

/**
 * An arm for each source: "from-resnet18", "from-resnet18-fashion-mnist".
 *
 * @param sources As given.
 */
export function transferArms(sources: readonly string[]): readonly Arm[] {
  return sources.map((source) => ({
    name: `from-${source.replace("@", "-")}`,
    options: { source },
  }));
}

/**
 * The options under which a cell's source is searched: those of the cell, with
 * another network and, where it is named, another data set. Its teacher is trained
 * as the target's.
 *
 * @param config The cell's options.
 */
export function sourceConfigOf(config: CompressionConfig): CompressionConfig {
  const { source: name } = z.object({ source }).parse(config);
  const [network, dataset = config.dataset] = name.split("@");
  const { size, skipBroken, ...others } = config;
  return {
    ...others,
    network: network as CompressionConfig["network"],
    dataset,
    // A size is said of the target's set.
    ...(dataset !== config.dataset ? {} : {
      ...(size === undefined ? {} : { size }),
      ...(skipBroken === undefined ? {} : { skipBroken }),
    }),
  };
}

/**
 * Checks that the options leave a policy that can be carried over, and searches
 * that can be compared.
 *
 * @throws {UsageError} With all mistakes, one line each.
 */
export function checkTransferOptions(
  config: CompressionConfig,
): void {
  const { search, policy, removal } = config;
  const { leafLogits, budget, recurrence } = removal;
  checkFaults({ ...config, stages: "removal" });
  const { source } = config as CompressionConfig & { readonly source?: string };
  const [from, data = config.dataset] = source?.split("@") ?? [];
  const isItself = from === config.network && data === config.dataset;
  const mistakes = [
    ...(isItself
      ? [
        `--sources ${source}: expected another network, or data set, than the target's own: what was trained on it is no policy carried over`,
      ]
      : []),
    ...(search === "reinforce" ? [] : [
      `--search ${search}: expected reinforce, whose policy is carried over`,
    ]),
    ...(policy.length === 0 ? [] : [
      "--policy: expected none, since the run trains the policies that it carries over",
    ]),
    ...(leafLogits
      ? [
        "--removal.leaf-logits: expected --no-removal.leaf-logits, since logits of single decisions belong to one network",
      ]
      : []),
    ...(recurrence === "autoregressive"
      ? [
        "--removal.recurrence autoregressive: expected one that reads no actions, since the control keeps as many decisions as the policy that is carried over by a bias on all of them",
      ]
      : []),
    ...(budget === undefined ? [] : [
      `--removal.budget ${budget}: expected none, since searches are compared at equal numbers of students proposed`,
    ]),
    ...(config.teacher.source === undefined ? [] : [
      "--teacher: expected none, since the source's teacher is trained as the target's",
    ]),
    ...latencyMistakes(
      config,
      "what a policy has learned of one network's time is not carried to another",
    ),
  ];
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
}
