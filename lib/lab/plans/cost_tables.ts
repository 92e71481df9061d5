/**
 * What searches spent, and how that grows with depth.
 *
 * @module
 */

import { leaves } from "../../network/mod.ts";
import {
  type Column,
  formatCount,
  formatNumber,
  formatShortCount,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import type { CompressionContent } from "../compression/content.ts";
import {
  byPlan,
  contentOf,
  type PlanOutcome,
  type PlanSubject,
} from "./content.ts";
import { planTitle } from "./titles.ts";

const right = (title: string): Column => ({ title, align: "right" });

const sum = (values: readonly number[]) =>
  values.reduce((all, each) => all + each, 0);

const mean = (values: readonly number[]) => sum(values) / values.length;

/** Images of all epochs of a record's rungs and final trainings. */
function finalImages({ stages, studentForwards }: CompressionContent): number {
  return studentForwards -
    sum(stages.map(({ ledger }) => ledger.studentImages));
}

/** Seconds of training threads without those of the teacher. */
function searchSeconds({ cell: { environment } }: PlanOutcome): number {
  return environment.workerSeconds - (environment.details?.teacher ?? 0);
}

/**
 * What a search of each plan spent, as means over seeds.
 *
 * @param subjects At least one.
 */
export function spentTable(subjects: readonly PlanSubject[]): string {
  return markdownTable(
    [
      { title: "subject" },
      { title: "plan" },
      ...[
        "proposed",
        "rejected",
        "from memory",
        "trained",
        "student-epochs",
        "student-images",
        "images of rungs and finals",
        "worker-seconds",
      ].map(right),
    ],
    subjects.flatMap((subject) =>
      byPlan(subject).map(([plan, own]) => {
        const ledgers = own.map((outcome) =>
          contentOf(outcome).stages.map(({ ledger }) => ledger)
        );
        type Counted = (typeof ledgers)[number][number];
        const total = (value: (ledger: Counted) => number) =>
          mean(ledgers.map((each) => sum(each.map(value))));
        return [
          subject.title,
          planTitle(plan),
          formatNumber(total(({ proposed }) => proposed), 1),
          formatNumber(total(({ rejected }) => rejected), 1),
          formatNumber(total(({ repeated }) => repeated), 1),
          formatNumber(total(({ trained }) => trained), 1),
          formatNumber(total(({ studentEpochs }) => studentEpochs), 1),
          formatShortCount(total(({ studentImages }) => studentImages)),
          formatShortCount(mean(own.map(contentOf).map(finalImages))),
          formatCount(Math.round(mean(own.map(searchSeconds)))),
        ];
      })
    ),
  );
}

/**
 * What a search costs by network: means over plans and seeds.
 *
 * @param subjects At least one.
 */
export function depthTable(subjects: readonly PlanSubject[]): string {
  return markdownTable(
    [
      { title: "subject" },
      ...[
        "convolutions",
        "parameters",
        "MACs",
        "searches",
        "student-epochs",
        "worker-seconds a search",
        "a thousand images",
        "teacher's training",
      ].map(right),
    ],
    subjects.map(({ title, outcomes }) => {
      const contents = outcomes.map(contentOf);
      const { teacher } = contents[0]!;
      const convolutions = leaves(teacher.network).filter(({ layer }) =>
        layer.type === "conv"
      );
      const seconds = sum(outcomes.map(searchSeconds));
      const images = sum(contents.map((each) => each.studentForwards));
      const epochs = contents.map(({ stages }) =>
        sum(stages.map(({ ledger }) => ledger.studentEpochs))
      );
      const taught = outcomes.map(({ cell }) =>
        cell.environment.details?.teacher ?? 0
      );
      return [
        title,
        `${convolutions.length}`,
        formatCount(teacher.parameters),
        formatShortCount(teacher.macs),
        `${outcomes.length}`,
        formatNumber(mean(epochs), 1),
        formatCount(Math.round(seconds / outcomes.length)),
        formatNumber(1000 * seconds / images, 2),
        Math.max(...taught) === 0
          ? MISSING
          : formatCount(Math.round(Math.max(...taught))),
      ];
    }),
  );
}
