/**
 * The proof that a network from a file was understood: its logits beside those that
 * the library for the format computes, and its accuracy.
 *
 * @module
 */

import { notify, UsageError } from "../../cli/mod.ts";
import { type DataSetHandle, fillBatch, imageSize } from "../../data/mod.ts";
import type { Predictor } from "../../engine/mod.ts";
import { IMPORT_READERS, type Preprocessing } from "../../exchange/mod.ts";
import { networkId } from "../../network/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import { formatAccuracy, formatCount } from "../../report/mod.ts";
import {
  engineIdentity,
  type TeacherOptions,
  teacherRequest,
  type TrainedTeacher,
} from "../../search/mod.ts";
import { measureAccuracy, type TrainingData } from "../../training/mod.ts";
import { compareLogits, LOGIT_TOLERANCE } from "../exports/compare_logits.ts";
import type { Session } from "../session/session.ts";
import type { ImportedTeacher } from "../subject/imported.ts";

/** Images of which logits are compared. */
const COMPARED = 256;

/** Standard errors above chance that a teacher must be at least. */
const ABOVE_CHANCE = 4;

/** What was found, as the store keeps it. */
interface Proof {
  /** Largest difference of a logit; null where nothing else runs the format. */
  readonly difference: number | null;
  /** Largest logit, by its absolute value. */
  readonly largest: number;
  /** Accuracy on all validation images, in [0, 1]. */
  readonly accuracy: number;
}

/**
 * Compares a file's network with the file, on validation images, before anything
 * else is done with it, and measures its accuracy on all of them. Both are told,
 * and kept in the store.
 *
 * @param session What computes.
 * @param options The teacher, and what its images are.
 * @returns The teacher as one that was trained before.
 * @throws {UsageError} If its logits are others than the file's, or it knows no
 * more than chance.
 */
export async function provenTeacher(
  session: Pick<Session, "engine" | "store">,
  { imported, ...options }: Omit<TeacherOptions, "engine"> & {
    readonly imported: ImportedTeacher;
  },
): Promise<TrainedTeacher> {
  const { engine, store } = session;
  const { network, dataSet } = options;
  const { identity, stated, weights } = imported;
  const { data } = await teacherRequest({ ...options, engine });
  const key = `imported/${
    sha256Hex(canonicalJson({
      identity: { ...identity, name: "" },
      stated,
      data: data.id,
      engine: engineIdentity(engine),
    }))
  }`;
  const known = store.getEvaluation(key);
  const proof = known === undefined
    ? await prove(session, { ...options, imported, data })
    : JSON.parse(known) as Proof;
  if (known === undefined) store.putEvaluation(key, JSON.stringify(proof));
  tell(imported, proof, data.validation.length);
  checkDifference(imported, proof);
  checkChance(imported, proof, { data, dataSet });
  return {
    evaluation: {
      networkId: networkId(network),
      accuracy: proof.accuracy,
      losses: [],
      steps: 0,
    },
    weights,
  };
}

async function prove(
  { engine }: Pick<Session, "engine">,
  { imported, network, recipe, dataSet, data }:
    & Omit<TeacherOptions, "engine">
    & {
      readonly imported: ImportedTeacher;
      readonly data: TrainingData;
    },
): Promise<Proof> {
  const { loss, optimiser, batchSize } = recipe;
  const program = await engine.compile(network, { loss, optimiser, batchSize });
  try {
    program.load(imported.network.weights);
    const { mean, std } = dataSet;
    const count = Math.min(COMPARED, data.validation.length);
    const own = await program.predict(
      imagesOf(data, { mean, std }, count),
      count,
    );
    const original = await imported.network.openOriginal?.();
    const difference = original === undefined ? null : await differenceOf(
      original,
      { images: imagesOf(data, imported.stated, count), own, count },
    );
    const { accuracy } = await measureAccuracy(program, {
      split: data.images,
      indices: data.validation,
      mean,
      std,
    });
    return {
      difference,
      largest: own.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      accuracy,
    };
  } finally {
    await program.dispose();
  }
}

async function differenceOf(
  original: Predictor,
  { images, own, count }: {
    readonly images: Float32Array;
    readonly own: Float32Array;
    readonly count: number;
  },
): Promise<number> {
  try {
    const logits = await original.predict(images, count);
    const { largest } = compareLogits(logits, own, count);
    // What JSON has no word for.
    return Number.isFinite(largest) ? largest : Number.MAX_VALUE;
  } finally {
    await original.dispose();
  }
}

/** The first validation images, prepared. */
function imagesOf(
  { images: split, validation }: TrainingData,
  { mean, std }: Preprocessing,
  count: number,
): Float32Array {
  const images = new Float32Array(count * imageSize(split.shape));
  fillBatch({
    split,
    indices: validation,
    from: 0,
    size: count,
    images,
    labels: new Int32Array(count),
    mean,
    std,
    seed: 1,
    epoch: 0,
  });
  return images;
}

function tell(
  { identity: { name, format, file } }: ImportedTeacher,
  { difference, accuracy }: Proof,
  count: number,
): void {
  const compared = difference === null
    ? "no other program runs it"
    : `largest difference of a logit from ${IMPORT_READERS[format]} ${
      difference.toExponential(1)
    } on ${formatCount(Math.min(COMPARED, count))} images`;
  notify(
    `Teacher: ${name} (${format}, ${
      file.slice(0, 16)
    }): ${compared}; right on ${formatAccuracy(accuracy)} % of ${
      formatCount(count)
    } validation images`,
  );
}

/** Logits of hundreds have fewer digits behind the point in single precision. */
function checkDifference(
  { identity: { name, format } }: ImportedTeacher,
  { difference, largest }: Proof,
): void {
  const most = LOGIT_TOLERANCE * Math.max(1, largest);
  if (difference === null || difference <= most) return;
  throw new UsageError(
    `--teacher: the logits of ${name} differ by ${difference} from ${
      IMPORT_READERS[format]
    }'s, expected at most ${most}; it was not understood, and is not used`,
  );
}

function checkChance(
  { identity: { name } }: ImportedTeacher,
  { accuracy }: Proof,
  { data, dataSet }: {
    readonly data: TrainingData;
    readonly dataSet: DataSetHandle;
  },
): void {
  const { validation, images: { labels } } = data;
  const counts = dataSet.classes.map(() => 0);
  for (const row of validation) counts[labels[row]!]!++;
  const chance = Math.max(...counts) / validation.length;
  const error = Math.sqrt(chance * (1 - chance) / validation.length);
  const least = chance + ABOVE_CHANCE * error;
  if (accuracy > least) return;
  throw new UsageError(
    `--teacher: ${name} is right on ${
      formatAccuracy(accuracy)
    } % of the validation images, expected more than ${
      formatAccuracy(least)
    } %, which is chance; either it is not trained, or its images want another preparation (--teacher.pixels, --teacher.mean, --teacher.std)`,
  );
}
