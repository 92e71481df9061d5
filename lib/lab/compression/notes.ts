/**
 * Sentences that stand beside a compression's numbers.
 *
 * @module
 */

import { describe } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import {
  formatCount,
  formatHours,
  formatSeconds,
  listed,
  type ResultRecord,
} from "../../report/mod.ts";
import { engineText } from "../../search/mod.ts";
import type { CellEnvironment } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { studentEpochsOf } from "../options/recipes.ts";
import { stageConfigOf } from "../options/search_plan.ts";
import { contentNote } from "../subject/data_options.ts";
import type { CompressionContent } from "./content.ts";
import { stageLabel } from "./titles.ts";

/** Epochs of a student, by stage, where they differ "2 + 6". */
export function studentEpochs(
  { identity: { config }, stages }: CompressionContent,
): string {
  const epochs = stages.map(({ kind }) => studentEpochsOf(config, kind));
  return epochs.every((each) => each === epochs[0])
    ? `${epochs[0]}`
    : epochs.join(" + ");
}

/**
 * Says in one line how a search differs from the paper's procedure, whatever its
 * scale, or "".
 *
 * @param config The run's options.
 * @param kinds Its stages.
 */
export function procedureNote(
  config: CompressionConfig,
  kinds: readonly PolicyKind[],
): string {
  const { space, search, student, final } = config;
  const own = kinds.map((kind) => stageConfigOf(config, kind));
  const policy = search !== "reinforce" ? [] : [
    ...own.some(({ features }) => features !== "paper")
      ? ["other features of layers"]
      : [],
    ...own.some(({ leafLogits }) => leafLogits)
      ? ["a logit of each decision's own"]
      : [],
    ...own.some(({ baseline }) => baseline !== "movingAverage")
      ? ["another baseline"]
      : [],
    ...own.some(({ entropyWeight }) => entropyWeight > 0)
      ? ["an entropy bonus"]
      : [],
  ];
  const parts = [
    ...space === "leaf" ? [] : [`layers are decided on ${space} by ${space}`],
    ...student.start === "fresh"
      ? []
      : ["students start from inherited weights"],
    ...final.halving === undefined
      ? []
      : ["finalists are thinned out before the final training"],
    ...policy.length === 0 ? [] : [`the policy has ${listed(policy)}`],
  ];
  return parts.length === 0
    ? ""
    : ` The procedure is not the paper's: ${listed(parts)}.`;
}

/** What a run cost. */
export function costNote(
  { teacherForwards, studentForwards, stages }: CompressionContent,
  environment: CellEnvironment,
): string {
  const { cpu, cores, workerSeconds, wallSeconds, commands, workers } =
    environment;
  const { asked, remembered } = environment.evaluations;
  const repeated = stages.reduce((sum, { ledger }) => sum + ledger.repeated, 0);
  const earlier = remembered - repeated;
  const saved = studentForwards - teacherForwards;
  return [
    `Cost: ${
      formatHours(workerSeconds)
    } worker-hours (time that training threads were busy, losing finalists and failed students among it); ${
      formatSeconds(wallSeconds)
    } from start to end${commands === 1 ? "" : `, in ${commands} commands`}${
      earlier > 0
        ? ` (${formatCount(earlier)} of ${
          formatCount(asked - repeated)
        } trainings were known from earlier runs)`
        : ""
    }, with ${workers} workers on ${cores} cores (${cpu}).`,
    `The teacher looked at ${
      formatCount(teacherForwards)
    } images, once for all students${
      saved > 0 ? `: ${formatCount(saved)} teacher forwards were saved` : ""
    }.`,
  ].join(" ");
}

/** What the teacher and the winners look like. */
export function networkNotes({ teacher, stages }: CompressionContent): string {
  return [
    ["teacher", teacher] as const,
    ...stages.map(({ kind, winner }, index) =>
      [stageLabel(kind, index), winner] as const
    ),
  ].map(([label, network]) =>
    `- ${label}: ${
      network === undefined
        ? "no student was found"
        : `\`${describe(network.network)}\``
    }`
  ).join("\n");
}

/** Who trained a teacher that the run took as it was, or "". */
export function teacherNote(
  { identity: { teacher } }: {
    readonly identity: Pick<CompressionContent["identity"], "teacher">;
  },
): string {
  if (teacher === undefined) return "";
  if ("file" in teacher) {
    const { name, format, file, preprocessing: { mean, std } } = teacher;
    const list = (values: readonly number[]) =>
      values.map((value) => Number(value.toPrecision(6))).join(", ");
    return `The teacher was trained elsewhere: ${name}, ${format}, SHA-256
${file}; of pixels of 0 to 1 it subtracts ${list(mean)} and divides by ${
      list(std)
    }.
It may well have been trained on the images that validate here, which are training
images of the set: test accuracies are what compares it with its students.

`;
  }
  const { weights, engine: { name, instructionSet } } = teacher;
  return `The teacher was trained before, by ${name} (${instructionSet}): weights
${weights.slice(0, 16)}, see [teachers](../../teachers/README.md).

`;
}

/** Says of a set that its content is not the official one, or "". */
export function dataNote(
  { identity: { data } }: {
    readonly identity: Pick<CompressionContent["identity"], "data">;
  },
): string {
  const note = contentNote(data);
  return note === "" ? "" : `${note}\n\n`;
}

/**
 * How a cell's page ends: what is to be known of data and teacher, and where its
 * numbers come from.
 *
 * @param record The cell's record.
 */
export function recordNote({ cell, digest, deterministic }: ResultRecord<{
  readonly identity: Pick<
    CompressionContent["identity"],
    "teacher" | "engine" | "data"
  >;
}>): string {
  const { engine, data } = deterministic.identity;
  return `${dataNote(deterministic)}${teacherNote(deterministic)}Engine ${
    engineText(engine)
  }; data
${data.name}, train digest ${data.digest.train.slice(0, 16)}; record digest
${digest.slice(0, 16)}. Generated from [${cell}.json](${cell}.json).
`;
}

/**
 * Says that rewards of stages cannot be compared where students of one stage are
 * trained longer than those of another, or "".
 */
export function rewardNote(content: CompressionContent): string {
  const { stages } = content;
  const epochs = studentEpochs(content);
  return stages.length < 2 || !epochs.includes("+")
    ? ""
    : `Students of the stages are trained for ${epochs} epochs: their rewards and
accuracies after the short training cannot be compared between stages.

`;
}

/**
 * How a stage's candidates are thinned out before the final training, "8 students
 * for 4 epochs, 3 for 15, 1 to the end", or "".
 */
export function halvingNote(
  { identity: { config: { final, finalists } } }: CompressionContent,
): string {
  const [first, ...others] = final.halving ?? [];
  if (first === undefined) return "";
  const rungs = [
    `${first.students} students for ${first.epochs} ${
      first.epochs === 1 ? "epoch" : "epochs"
    }`,
    ...others.map(({ students, epochs }) => `${students} for ${epochs}`),
    `${finalists} to the end`,
  ];
  return `A stage's best candidates are trained further, the best of these longer: ${
    rungs.join(", ")
  }.\n\n`;
}

/** Which weights students and final trainings start from where these are inherited, or "". */
export function startNote(
  { identity: { config: { student, final } } }: CompressionContent,
): string {
  if (student.start !== "inherited") return "";
  const statistics = student.observe === 0
    ? ""
    : `, batch norm's statistics estimated anew on ${
      formatCount(student.observe)
    } images`;
  return `Students start from the weights of the network that they were made of${statistics}; final trainings start from ${
    final.start === "inherited" ? "these too" : "fresh ones"
  }.\n\n`;
}
