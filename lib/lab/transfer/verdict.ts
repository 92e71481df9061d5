import {
  formatInterval,
  formatNumber,
  formatP,
  LEVEL,
  pairsNeeded,
  statedP,
  type Verdict,
} from "../../report/mod.ts";
import { analyseTransfer, type Difference } from "./analyse.ts";
import type { TransferContent } from "./content.ts";
import { ARM_TITLES } from "./names.ts";

/** What the test that decides makes of one source and target. */
export interface TransferVerdict {
  /** Of the claim that policies transfer. */
  readonly verdict: Verdict;
  /** Why, in a sentence. */
  readonly because: string;
  /** One a comparison. */
  readonly numbers: readonly string[];
}

/**
 * Decides for one source and target, by the rule of the experiment: the policy
 * carried over must propose better students than both policies from scratch.
 *
 * @param content The record's content.
 */
export function transferVerdict(content: TransferContent): TransferVerdict {
  const { seeds } = content;
  const { arms, first } = analyseTransfer(content);
  const compared = arms.flatMap(({ name, less }) =>
    less === undefined ? [] : [{ name, less }]
  );
  const numbers = compared.map(({ name, less }) =>
    `pre-trained less ${ARM_TITLES[name]}: ${differenceText(less)}`
  );
  const fewest = pairsNeeded(compared.length);
  if (seeds.length < fewest) {
    return {
      verdict: "not decidable at this scale",
      because: `There ${seeds.length === 1 ? "is" : "are"} ${seeds.length} ${
        seeds.length === 1 ? "pair" : "pairs"
      } of search seeds; with fewer than ${fewest}, ${compared.length} corrected sign-flip tests cannot reach p < ${LEVEL}.`,
      numbers,
    };
  }
  const failed = compared.filter(({ less }) => !isAhead(less));
  return failed.length === 0
    ? {
      verdict: "supported",
      because:
        `Over the first ${first} iterations the pre-trained policies propose better students than both kinds from scratch (sign-flip tests over ${seeds.length} search seeds, p < ${LEVEL} after Holm's correction).`,
      numbers,
    }
    : {
      verdict: "not supported",
      because:
        `Over the first ${first} iterations the pre-trained policies are not shown to propose better students than ${
          failed.map(({ name }) => `"${ARM_TITLES[name]}"`).join(" and ")
        } (sign-flip tests over ${seeds.length} search seeds, corrected by Holm's method).`,
      numbers,
    };
}

/** Whether a difference is above 0 by the test. */
function isAhead({ mean, adjusted }: Difference): boolean {
  return mean! > 0 && adjusted < LEVEL;
}

/** "+0.123 [0.100, 0.146] of mean reward, n = 8, g = 2.1, p = 0.008 (Holm: 0.016)". */
export function differenceText(
  { mean, interval, n, effect, signFlip, adjusted }: Difference,
): string {
  return [
    `${signed(mean)}${
      interval === undefined ? "" : ` ${formatInterval(interval, signed)}`
    } of mean reward`,
    `n = ${n}`,
    ...(effect === undefined ? [] : [`g = ${formatNumber(effect, 2)}`]),
    `${statedP(signFlip)} (Holm: ${formatP(adjusted)})`,
  ].join(", ");
}

/** Three decimals with a sign. */
export function signed(value: number | undefined): string {
  const text = formatNumber(value);
  return value !== undefined && value > 0 && /[1-9]/.test(text)
    ? `+${text}`
    : text;
}

/** What would have to be otherwise for another verdict. */
export const WOULD_CHANGE =
  "More search seeds, other data sets and teachers of the paper's width; and students trained longer, if that changes which of them are good.";
