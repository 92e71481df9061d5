/**
 * Sentences on how large an experiment is beside the paper's.
 *
 * @module
 */

import type { PolicyKind } from "../../policy/mod.ts";
import { formatCount, listed } from "../../report/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { studentEpochsOf } from "../options/recipes.ts";
import { stageConfigOf } from "../options/search_plan.ts";
import { isFileNetwork } from "../options/teacher_file.ts";
import type { CompressionContent } from "./content.ts";
import { procedureNote, studentEpochs } from "./notes.ts";

/** Iterations of a stage of the paper's (authors' code). */
const PAPER_ITERATIONS = 100;

/**
 * How a teacher is beside the paper's, as "the teacher is" goes on: "narrower (width
 * 0.25 of the paper's)".
 */
export function teacherScale(
  { network, width }: Pick<CompressionConfig, "network" | "width">,
): string {
  if (isFileNetwork(network)) return "trained elsewhere";
  if (width === 1) return "as wide";
  return `${width < 1 ? "narrower" : "wider"} (width ${width} of the paper's)`;
}

/**
 * What is not the paper's in teacher and final trainings, as "ours is" goes on; empty
 * where nothing is.
 */
export function subjectParts(
  { network, width, images }: Pick<
    CompressionConfig,
    "network" | "width" | "images"
  >,
): readonly string[] {
  const isFile = isFileNetwork(network);
  const size = width < 1 ? "narrower" : "wider";
  return [
    ...isFile
      ? ["a teacher trained elsewhere"]
      : width === 1
      ? []
      : [`a ${size} teacher (width ${width} of the paper's)`],
    // What a file was trained on is not known.
    ...images === 0 ? [] : [
      `${formatCount(images)} images for ${
        isFile ? "" : "the teacher and "
      }final trainings`,
    ],
  ];
}

/**
 * Whether a stage stops before one of the paper's would: by its iterations, or by
 * its budget.
 */
function isShorter(config: CompressionConfig, kind: PolicyKind): boolean {
  const { iterations, rollouts, budget = Infinity } = stageConfigOf(
    config,
    kind,
  );
  const epochs = PAPER_ITERATIONS * rollouts * studentEpochsOf(config, kind);
  return iterations < PAPER_ITERATIONS || budget < epochs;
}

/**
 * Whether nothing is smaller than in the paper: teacher, images, stages.
 *
 * @param config The run's options.
 * @param kinds Its stages.
 */
export function isPaperScale(
  config: CompressionConfig,
  kinds: readonly PolicyKind[],
): boolean {
  return subjectParts(config).length === 0 && config.student.images === 0 &&
    !kinds.some((kind) => isShorter(config, kind));
}

/** Says in one line how a run differs from the paper's protocol. */
export function scaleNote(content: CompressionContent): string {
  const { identity: { config }, stages } = content;
  const { student } = config;
  const kinds = stages.map(({ kind }) => kind);
  const iterations = kinds.map((kind) =>
    stageConfigOf(config, kind).iterations
  );
  const epochs = studentEpochs(content);
  const seen = student.images || config.images;
  const images = seen === 0 ? "all images" : `${formatCount(seen)} images`;
  const length = `${iterations.join(" + ")} iterations, ${
    epochs === "0"
      ? "students scored untrained"
      : `${epochs} ${
        epochs === "1" ? "epoch" : "epochs"
      } on ${images} a student`
  }`;
  const procedure = procedureNote(config, kinds);
  if (isPaperScale(config, kinds)) {
    return `The paper's scale: full width, ${length}.${procedure}`;
  }
  const search = kinds.some((kind) => isShorter(config, kind))
    ? ["a shorter search"]
    : student.images > 0
    ? ["a search on fewer images"]
    : [];
  const parts = listed([...subjectParts(config), ...search]);
  return `**Laptop-scale numbers, not the paper's:** ours is ${parts}${
    search.length > 0 ? ` (${length})` : `; the search has ${length}`
  }.${procedure}`;
}
