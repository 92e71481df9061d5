/**
 * What the comparison with baselines says of the claim.
 *
 * @module
 */

import {
  formatInterval,
  formatPoints,
  LEVEL,
  pairsNeeded,
  statedP,
  type VerdictSection,
} from "../../report/mod.ts";
import { type BaselineComparison, type ComparedAnalysis } from "./compare.ts";

const CLAIM =
  "The paper (section 4): on MNIST, SVHN and CIFAR-10 students with about a tenth of the parameters and less at about the teacher's accuracy (table 1), more accurate than larger pruned networks (table 2, as remembered) and than hand-designed ones of about their size (table 3). Tested here: at the same number of parameters and the same final training, the search's last winner is more accurate on test images than each simple method.";

const TEST =
  `two-sided signed-rank test over pairs, Holm over the baselines, level ${LEVEL}`;

/**
 * The opening of the profile's page.
 *
 * @param analysis What was found.
 */
export function comparedVerdict(
  analysis: ComparedAnalysis,
): VerdictSection {
  const { arm, baselines, fruitless } = analysis;
  const numbers = [
    ...baselines.map(numberOf),
    ...(fruitless === 0 ? [] : [
      `${
        counted(fruitless, "search", "searches")
      } (${arm}) without a winner of the last stage: no pair`,
    ]),
  ];
  const of = (better: BaselineComparison["better"]) =>
    baselines.filter((each) => each.better === better).map(({ name }) => name);
  const [lost, open, few] = [of("baseline"), of("open"), of("few")];
  const won = of("search");
  if (lost.length + open.length > 0) {
    const reasons = [
      ...(lost.length === 0
        ? []
        : [`a simple method wins (${lost.join(", ")})`]),
      ...(open.length === 0
        ? []
        : [`no difference is shown beside ${open.join(", ")}`]),
      ...(few.length === 0
        ? []
        : [`there are too few pairs beside ${few.join(", ")}`]),
      ...(won.length === 0
        ? []
        : [`it is the more accurate one beside ${won.join(", ")}`]),
    ].join("; ");
    return {
      claim: CLAIM,
      verdict: "not supported",
      because: `For the search (${arm}): ${reasons} (${TEST}).`,
      numbers,
      wouldChange:
        "A longer search, teachers of full width, or more pairs, with which a smaller difference is shown.",
    };
  }
  if (few.length > 0 || baselines.length === 0) {
    return {
      claim: CLAIM,
      verdict: "not decidable at this scale",
      because: whyOpen(analysis),
      numbers,
      wouldChange: baselines.length === 0
        ? "Baselines beside the searches (`--compare pruning,width`), over several subjects and search seeds (`--seeds`)."
        : `More search seeds (\`--seeds\`) or subjects: ${
          pairsNeeded(baselines.length)
        } pairs a baseline or more, as the smallest p of n pairs is 2^(1 - n) before Holm's correction over ${
          counted(baselines.length, "baseline")
        }.`,
    };
  }
  return {
    claim: CLAIM,
    verdict: "supported",
    because:
      `The search (${arm}) is the more accurate one beside every baseline (${TEST}).`,
    numbers,
    wouldChange:
      "A baseline that is tuned as the search is (a ratio for each layer, longer trainings from fresh weights), another training recipe, or teachers of full width.",
  };
}

function whyOpen({ arm, baselines }: ComparedAnalysis): string {
  if (arm === undefined) return "There is no search yet.";
  if (baselines.length === 0) return "No baseline has been run yet.";
  const counts = baselines.map(({ pairs }) => pairs.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `There ${most === 1 ? "is" : "are"} ${
    least === most ? `${most}` : `${least} to ${most}`
  } ${
    most === 1 ? "pair" : "pairs"
  } of a winner (${arm}) and a baseline of its size, at least ${
    pairsNeeded(baselines.length)
  } are needed to tell the search from ${
    counted(baselines.length, "baseline")
  }.`;
}

function numberOf(
  { name, pairs, outside, lacking, difference, won, adjusted }:
    BaselineComparison,
): string {
  const beyond = [
    ...(outside === 0
      ? []
      : [`; ${counted(outside, "winner")} outside of its sizes`]),
    ...(lacking === 0
      ? []
      : [`; of ${counted(lacking, "winner")} it was not run beside`]),
  ].join("");
  const { mean, interval } = difference;
  if (mean === undefined) return `search minus ${name}: no pair${beyond}`;
  const spread = interval === undefined
    ? ""
    : ` ${formatInterval(interval, formatPoints)}`;
  return `search minus ${name}: ${
    formatPoints(mean)
  }${spread} points of test accuracy, ${
    counted(pairs.length, "pair")
  }, better in ${won}${
    adjusted === undefined ? "" : `, ${statedP(adjusted)} (Holm)`
  }${beyond}`;
}

function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
