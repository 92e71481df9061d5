/**
 * A trained teacher as files: weights, and the record that vouches for them.
 *
 * @module
 */

import { EXIT, notify } from "../../cli/mod.ts";
import type { Network } from "../../network/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import {
  type Column,
  createRecord,
  formatAccuracy,
  formatCount,
  formatShortCount,
  markdownTable,
  readRecord,
  type ResultRecord,
} from "../../report/mod.ts";
import type { EngineIdentity, Evaluation } from "../../search/mod.ts";
import type { Recipe } from "../../training/mod.ts";
import {
  contentNote,
  type DataIdentity,
  type DataOptions,
  dataSlug,
} from "../subject/data_options.ts";

/** All that a teacher depends on beside the engine. */
export interface TeacherIdentity {
  /** The data set, and how its train split was divided. */
  readonly data: DataIdentity & {
    /** Images held out for validation. */
    readonly validation: number;
    /** Training images, stratified; 0 takes all that are left. */
    readonly images: number;
  };
  /** Name of the network, for people. */
  readonly name: string;
  /** The network. */
  readonly network: Network;
  /** How it is trained. */
  readonly recipe: Recipe;
  /** The seed, >= 1. */
  readonly seed: number;
}

/** What is known of a trained teacher. */
export interface TeacherContent {
  /** What it is. */
  readonly identity: TeacherIdentity;
  /** What trained it. */
  readonly engine: EngineIdentity;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Course of the training, with the validation accuracy after each epoch. */
  readonly evaluation: Evaluation;
  /** Accuracy on the test split, in [0, 1]. */
  readonly test: number;
  /** SHA-256 of the file of weights. */
  readonly weights: string;
}

/** The record of a teacher. */
export type TeacherRecord = ResultRecord<TeacherContent>;

/**
 * Name of a teacher's files, for example "cifar10-resnet18-w0.25".
 *
 * @param options What it is of.
 */
export function teacherName(
  { network, width, seed, ...data }: DataOptions & {
    readonly network: string;
    readonly width: number;
    readonly seed: number;
  },
): string {
  const suffix = seed === 1 ? "" : `-seed${seed}`;
  return `${dataSlug(data)}-${network}-w${width}${suffix}`;
}

/** Where a teacher's weights are kept below the results folder. */
export function weightsPath(name: string): string {
  return `teachers/${name}.safetensors`;
}

/** Makes a record. */
export function teacherRecord(
  name: string,
  content: TeacherContent,
): TeacherRecord {
  return createRecord({ question: "teachers", profile: name }, content);
}

/** Reads a record; its form is vouched for by its digest. */
export function readTeacher(text: string, file: string): TeacherRecord {
  return readRecord(text, file) as TeacherRecord;
}

/** Largest difference of test accuracies between engines: a point. */
const TOLERANCE = 0.01;

/**
 * Compares a training with the record of an earlier one, and tells the outcome.
 *
 * @param before The record.
 * @param now The training anew.
 * @returns The exit code: 4 where they differ.
 */
export function compareTeachers(
  { profile, deterministic: before }: TeacherRecord,
  now: TeacherContent,
): number {
  const identical = canonicalJson(before.identity) ===
    canonicalJson(now.identity);
  if (!identical) {
    notify(
      `Cannot compare ${profile}: data, network, recipe or seed are not the record's, expected the same`,
    );
    return EXIT.usage;
  }
  const same = canonicalJson(before.engine) === canonicalJson(now.engine);
  const scores = `test accuracy ${now.test}, recorded ${before.test}`;
  if (same) {
    const equal = before.weights === now.weights && before.test === now.test;
    notify(
      equal
        ? `Equal bits: ${profile}, weights ${now.weights}, ${scores}`
        : `${profile} differs: weights ${now.weights}, expected ${before.weights}; ${scores}`,
    );
    return equal ? EXIT.done : EXIT.regression;
  }
  const near = Math.abs(now.test - before.test) <= TOLERANCE;
  notify(
    `${profile} ${
      near ? "agrees" : "differs"
    }: ${scores} by another engine (${before.engine.name} ${before.engine.instructionSet}), tolerance ${TOLERANCE}`,
  );
  return near ? EXIT.done : EXIT.regression;
}

const COLUMNS: readonly Column[] = [
  { title: "teacher" },
  { title: "test accuracy %", align: "right" },
  { title: "validation accuracy %", align: "right" },
  { title: "parameters", align: "right" },
  { title: "MACs", align: "right" },
  { title: "epochs", align: "right" },
  { title: "engine" },
];

/**
 * The table of all teachers, as results/teachers/README.md.
 *
 * @param records Their records, in the order of the rows.
 */
export function renderTeachers(records: readonly TeacherRecord[]): string {
  const rows = records.map(({ profile, deterministic }) => {
    const { engine, parameters, macs, evaluation, test } = deterministic;
    return [
      profile,
      formatAccuracy(test),
      formatAccuracy(evaluation.accuracy),
      formatCount(parameters),
      formatShortCount(macs),
      formatCount(evaluation.losses.length),
      `${engine.name}, ${engine.instructionSet}`,
    ];
  });
  const notes = records.flatMap(({ profile, deterministic }) => {
    const note = contentNote(deterministic.identity.data);
    return note === "" ? [] : [`\n${profile}: ${note}\n`];
  });
  return `# Teachers

Trained by \`deno task teacher\`, on all training images but those held out for
validation; recipes in experiments/configs/teachers.yaml. Test images were opened
once, for this table. One run each: no spread is given. Widths are shares of the
paper's; each name has a file of weights (safetensors) and a record (JSON).

${markdownTable(COLUMNS, rows)}${notes.join("")}`;
}
