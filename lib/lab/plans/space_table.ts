import { leaves } from "../../network/mod.ts";
import {
  type Column,
  formatNumber,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import {
  contentOf,
  ofPlan,
  type PlanOutcome,
  type PlanSubject,
} from "./content.ts";
import { KINDS, spaceBits } from "./spaces.ts";

const right = (title: string): Column => ({ title, align: "right" });

const mean = (values: readonly number[]) =>
  values.reduce((all, each) => all + each, 0) / values.length;

/** Bits that the second stage of a plan has left, as a mean over seeds. */
function secondStageBits(own: readonly PlanOutcome[]): string {
  const bits = own.flatMap((outcome) =>
    contentOf(outcome).stages[1]?.bits ?? []
  );
  return bits.length === 0 ? MISSING : formatNumber(mean(bits), 1);
}

/**
 * How large the spaces are, in bits: of the teacher, and what a first stage leaves
 * for the second.
 *
 * @param subjects At least one.
 */
export function spaceTable(subjects: readonly PlanSubject[]): string {
  return markdownTable(
    [
      { title: "subject" },
      right("layers"),
      ...KINDS.map((kind) => right(`${kind}, a layer each`)),
      ...KINDS.map((kind) => right(`${kind}, as searched`)),
      right("shrinkage after removal"),
      right("removal after shrinkage"),
    ],
    subjects.map(({ title, outcomes }) => {
      const { identity: { config }, teacher: { network } } = contentOf(
        outcomes[0]!,
      );
      const { shrink } = config;
      const grains = ["leaf", config.space] as const;
      return [
        title,
        `${leaves(network).length}`,
        ...grains.flatMap((grain) => {
          const bits = spaceBits(network, { grain, shrink });
          return KINDS.map((kind) => formatNumber(bits[kind], 1));
        }),
        secondStageBits(ofPlan(outcomes, "removal,shrinkage")),
        secondStageBits(ofPlan(outcomes, "shrinkage,removal")),
      ];
    }),
  );
}
