/**
 * Networks whose weights are in a results folder, with what is recorded of them.
 *
 * @module
 */

import { ifThere } from "../../cli/mod.ts";
import type { Preprocessing } from "../../exchange/mod.ts";
import { canonical } from "../../network/mod.ts";
import { recordPath } from "../../report/mod.ts";
import type { EngineIdentity } from "../../search/mod.ts";
import { decodeTensors } from "../../training/mod.ts";
import { readProfile } from "../cells/index_file.ts";
import { profilesOf } from "../cells/render.ts";
import type { CompressionContent } from "../compression/content.ts";
import { weightsEnding } from "../compression/winner_weights.ts";
import { finalRecipe } from "../options/recipes.ts";
import type { AnyExperiment } from "../regress/regress.ts";
import type { DataIdentity } from "../subject/data_options.ts";
import { recordedTeachers } from "../teacher/files.ts";
import { teacherPath, weightsPath } from "../teacher/record.ts";
import type { TrainedNetwork } from "../teacher/test_accuracy.ts";

/** A network that can be tested. */
export interface Scored extends TrainedNetwork {
  /** File of its weights, below the results folder. */
  readonly path: string;
  /** File of its record, likewise. */
  readonly record: string;
  /** The data that it was trained on. */
  readonly data: Pick<DataIdentity, "name" | "digest">;
  /** What trained and tested it. */
  readonly engine: EngineIdentity;
  /** Its test accuracy as recorded, in [0, 1]. */
  readonly test: number;
  /** Whether these are the very weights that were tested. */
  readonly isExact: boolean;
  /** How its images are prepared, where that is not the data set's own way. */
  readonly preprocessing?: Preprocessing;
}

/** The teachers. */
export async function scoredTeachers(
  results: string,
): Promise<readonly Scored[]> {
  const found: Scored[] = [];
  for (const { profile, deterministic } of await recordedTeachers(results)) {
    const { identity, engine, test } = deterministic;
    const path = weightsPath(profile);
    const weights = await ifThere(() => Deno.readFile(`${results}/${path}`));
    if (weights === undefined) continue;
    found.push({
      path,
      record: teacherPath(profile),
      network: canonical(identity.network),
      recipe: identity.recipe,
      weights,
      data: identity.data,
      engine,
      test,
      isExact: true,
    });
  }
  return found;
}

/** The students of compressions, as far as their weights are there. */
export async function scoredStudents(
  results: string,
  experiments: readonly AnyExperiment[],
): Promise<readonly Scored[]> {
  const found: Scored[] = [];
  for (const { report } of experiments) {
    const { question } = report;
    for (const profile of await profilesOf(results, question)) {
      const place = { results, question, profile };
      const { cells } = await readProfile<Partial<CompressionContent>>(
        place,
        report as never,
      );
      for (const { record: { cell, deterministic } } of cells) {
        const path = recordPath({ question, profile, cell: cell! });
        found.push(...await studentsOf(results, { path, deterministic }));
      }
    }
  }
  return found;
}

async function studentsOf(
  results: string,
  { path: record, deterministic: { identity, stages = [] } }: {
    readonly path: string;
    readonly deterministic: Partial<CompressionContent>;
  },
): Promise<readonly Scored[]> {
  const found: Scored[] = [];
  for (const { kind, winner } of stages) {
    if (winner === undefined) continue;
    const path = record.replace(/\.json$/, weightsEnding(kind));
    const weights = await ifThere(() => Deno.readFile(`${results}/${path}`));
    if (weights === undefined) continue;
    const { config, data, engine, teacher } = identity!;
    const network = canonical(winner.network);
    const isImported = teacher !== undefined && "file" in teacher;
    found.push({
      path,
      record,
      network,
      recipe: finalRecipe(config),
      weights,
      data,
      engine,
      test: winner.test,
      isExact: isSingle(weights),
      ...(isImported ? { preprocessing: teacher.preprocessing } : {}),
    });
  }
  return found;
}

/** Whether weights are kept as they were trained, not in 16-bit floats. */
function isSingle(weights: Uint8Array): boolean {
  const { tensors } = decodeTensors(weights);
  const numbers = Object.values(tensors).reduce(
    (sum, { data }) => sum + data.length,
    0,
  );
  return weights.length > 4 * numbers;
}
