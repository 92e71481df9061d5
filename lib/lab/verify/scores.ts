/**
 * Weights tested on test images once more.
 *
 * @module
 */

import { createProgress } from "../../cli/mod.ts";
import {
  DataError,
  dataSetFacts,
  type DataSetHandle,
  dataSetNames,
  renormalised,
} from "../../data/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import { formatAccuracy } from "../../report/mod.ts";
import { engineIdentity } from "../../search/mod.ts";
import type { AnyExperiment } from "../regress/regress.ts";
import { openChosenEngine } from "../session/engine_choice.ts";
import { checkDataFolders, openData } from "../subject/open_data.ts";
import { measureOnTest } from "../teacher/test_accuracy.ts";
import type { Context } from "./context.ts";
import { type Scored, scoredStudents, scoredTeachers } from "./scored.ts";

/**
 * Largest difference of two test accuracies of the same weights where they are kept
 * in 16-bit floats, or another engine or processor computed one: 0.2 points.
 */
const TOLERANCE = 0.002;

/** What {@link scoreWeights} needs. */
export interface ScoreOptions {
  /** What computes, as of `--engine`. */
  readonly engine: string;
  /** Folder with data set files already there. */
  readonly data?: string | undefined;
  /** All experiments. */
  readonly experiments: readonly AnyExperiment[];
  /** A file below the results folder: only what it is of is tested. */
  readonly only?: string | undefined;
}

/**
 * The check that weights score what is recorded of them. What cannot be had here is
 * skipped, with the reason.
 *
 * @param options See {@link ScoreOptions}.
 */
export function scoreWeights(
  { engine: choice, data, experiments, only }: ScoreOptions,
): (context: Context) => Promise<void> {
  return async (context) => {
    const { results, tally } = context;
    const own = data === undefined ? {} : { data };
    checkDataFolders(own);
    // A file that is damaged has been told of.
    const damaged = new Set(
      tally.flaws.filter(({ kind }) => kind === "damaged")
        .map(({ path }) => path),
    );
    const all = [
      ...await scoredTeachers(results),
      ...await scoredStudents(results, experiments),
    ].filter(({ path, record }) =>
      !damaged.has(path) && !damaged.has(record) &&
      (only === undefined || isOf(only, { path, record }))
    );
    if (all.length === 0) {
      if (only !== undefined) {
        tally.note("scores", `no weights that are here belong to "${only}"`);
      }
      return;
    }
    const engine = await openChosenEngine(choice);
    const open = opener(own);
    const progress = createProgress({
      label: "scores",
      total: all.length,
      unit: "networks",
    });
    for (const scored of all) {
      const dataSet = await open(scored);
      if (typeof dataSet === "string") {
        const { name } = scored.data;
        tally.note("scores", `networks of ${name} skipped, because ${dataSet}`);
        progress.skip();
        continue;
      }
      const found = await measureOnTest({ engine, dataSet }, scored);
      compare(context, { scored, found, engine });
      progress.advance(1, scored.path);
    }
    progress.finish();
  };
}

/**
 * Whether a file belongs to what has these weights: it is of the same cell or
 * teacher, or the table of the cell's profile.
 */
function isOf(
  file: string,
  { path, record }: Pick<Scored, "path" | "record">,
): boolean {
  if (file.endsWith(".safetensors")) return file === path;
  const owner = record.replace(/\.json$/, "");
  if (file.startsWith(owner) && /^[.-]/.test(file.slice(owner.length))) {
    return true;
  }
  return record.startsWith(`${file.replace(/\.(md|json)$/, "")}/`);
}

/** Opens data sets, each once; a reason instead where one is not to be had. */
function opener(own: { readonly data?: string }) {
  const opened = new Map<string, Promise<DataSetHandle | string>>();
  return async (
    { data: { name, digest }, network, preprocessing }: Scored,
  ): Promise<DataSetHandle | string> => {
    if (!dataSetNames().includes(name)) {
      return `"${name}" is a user's own, whose place no record holds`;
    }
    const { isResizable } = dataSetFacts(name);
    const size = isResizable ? network.input[1] : undefined;
    const key = `${name} ${size}`;
    const known = opened.get(key) ??
      openData(name, { ...own, size }).catch((error) => {
        if (error instanceof DataError) return firstLine(error);
        throw error;
      });
    opened.set(key, known);
    const dataSet = await known;
    if (typeof dataSet === "string") return dataSet;
    if (dataSet.digest.test !== digest.test) {
      return `its test images are others than the ${name} that is here`;
    }
    return preprocessing === undefined
      ? dataSet
      : renormalised(dataSet, preprocessing);
  };
}

/** What could not be had; below it stands what was tried. */
function firstLine({ message }: Error): string {
  return message.split("\n")[0]!.replace(/:$/, "");
}

function compare(
  { tally }: Context,
  { scored, found, engine }: {
    readonly scored: Scored;
    readonly found: number;
    readonly engine: Engine;
  },
): void {
  const { path, test, isExact } = scored;
  tally.count("scores");
  const isSame = isExact &&
    canonicalJson(engineIdentity(engine)) === canonicalJson(scored.engine);
  const bound = isSame ? 0 : TOLERANCE;
  if (Math.abs(found - test) <= bound + 1e-12) return;
  tally.find({
    check: "scores",
    path,
    kind: "different",
    message: `"${path}" scores ${
      formatAccuracy(found)
    } % of the test images, recorded ${formatAccuracy(test)} %, expected ${
      isSame ? "the same" : `at most ${100 * TOLERANCE} points between`
    }`,
  });
}
