import { z } from "zod";
import { ifThere, suggestion, UsageError } from "../../cli/mod.ts";
import { DataError } from "../../data/mod.ts";
import { canonical, networkId, parameterTable } from "../../network/mod.ts";
import { isRecordName, recordPath } from "../../report/mod.ts";
import { decodeTensors, decodeWeights } from "../../training/mod.ts";
import { runIdOf } from "../cells/identity.ts";
import { readCell, readIndex } from "../cells/index_file.ts";
import { rerunCommand } from "../cells/rerun.ts";
import type { CompressionContent } from "../compression/content.ts";
import { compressionFields } from "../compression/schema.ts";
import { belongingOf, weightsEnding } from "../compression/winner_weights.ts";
import type { ContentSchema } from "../records/check_content.ts";
import type { ExportSource } from "./source.ts";

/** A compression, or what has no stages. */
export const exportableSchema: ContentSchema = z.union([
  z.looseObject({ stages: z.undefined().optional() }),
  z.looseObject(compressionFields),
]);

/** Questions of many cells, which keep the weights of the last stage alone. */
const LEAN: ReadonlySet<string> = new Set(["rq2", "rq4"]);

/** A part of a student's name, and what it may be. */
interface Part {
  readonly what: string;
  readonly given: string;
  readonly known: readonly string[];
}

/**
 * The winner of a stage of a recorded compression.
 *
 * @param results The results folder.
 * @param name QUESTION/PROFILE/CELL/STAGE.
 * @throws {UsageError} If there is no such record, or no winner in it.
 * @throws {RecordError} If the record is damaged.
 * @throws {DataError} If its weights are missing or another record's.
 */
export async function studentSource(
  results: string,
  name: string,
): Promise<ExportSource> {
  const parts = name.split("/");
  const [question = "", profile = "", cell = "", stage = ""] = parts;
  if (parts.length !== 4 || parts.includes("")) {
    throw new UsageError(
      `--student "${name}": expected QUESTION/PROFILE/CELL/STAGE, for example rq1/smoke/CELL/shrinkage`,
    );
  }
  const check = ({ what, given, known }: Part) => {
    if (known.includes(given)) return;
    throw new UsageError(
      `--student "${name}": ${what} is "${given}", expected ${
        known.length === 0 ? "one that is recorded" : known.join(", ")
      }${suggestion(given, known)}`,
    );
  };
  const questions = await foldersIn(results);
  check({ what: "the question", given: question, known: questions });
  const profiles = await foldersIn(`${results}/${question}`);
  check({ what: "the profile", given: profile, known: profiles });
  const place = { results, question, profile };
  const cells = (await readIndex(place)).map((entry) => entry.name);
  check({ what: "the cell", given: cell, known: cells });
  const found = await readCell<Partial<CompressionContent>>(place, {
    cell,
    schema: exportableSchema,
  });
  if (found === undefined) {
    throw new UsageError(
      `--student "${name}": the cell was not run yet, expected one with a record`,
    );
  }
  const { identity, stages = [], teacher } = found.record.deterministic;
  const won = stages.filter(({ winner }) => winner !== undefined);
  const kinds = won.map(({ kind }) => kind);
  check({ what: "the stage", given: stage, known: kinds });
  const { kind, winner } = won.find((each) => each.kind === stage)!;
  const network = canonical(winner!.network);
  const base = recordPath({ question, profile, cell }).replace(/\.json$/, "");
  const path = `${results}/${base}${weightsEnding(kind)}`;
  const bytes = await ifThere(() => Deno.readFile(path));
  const remedy = `run the command that made the record again (${
    rerunCommand({ question, profile, cell }, identity!, { results })
  }): what is in its run store is not trained again`;
  if (bytes === undefined) {
    const last = kinds.at(-1)!;
    throw new DataError(
      `Cannot take the student ${name}: there is no "${path}", ` +
        (kind !== last && LEAN.has(question)
          ? `as ${question} keeps the weights of the last stage alone; expected ${question}/${profile}/${cell}/${last}`
          : `as records of before have none; ${remedy}`),
    );
  }
  const { metadata, tensors } = decodeTensors(bytes);
  const wanted = belongingOf(identity!, networkId(network));
  const belongs = metadata.identity === wanted.identity &&
    metadata.networkId === wanted.networkId &&
    parameterTable(network).every((each) => Object.hasOwn(tensors, each.name));
  if (!belongs) {
    throw new DataError(
      `Cannot take the student ${name}: "${path}" belongs to another record; ${remedy}`,
    );
  }
  return {
    name: `${question}-${profile}-${cell}-${kind}`,
    source: `${question}/${profile}/${cell}, stage ${kind}, record digest ${
      found.record.digest.slice(0, 16)
    }`,
    network,
    weights: decodeWeights(bytes),
    data: identity!.data,
    ...(identity!.teacher !== undefined && "file" in identity!.teacher
      ? { preprocessing: identity!.teacher.preprocessing }
      : {}),
    test: winner!.test,
    teacher: {
      network: canonical(teacher!.network),
      test: teacher!.test,
      runId: runIdOf(question, identity!),
      ...(identity!.teacher === undefined
        ? {}
        : { weights: identity!.teacher.weights }),
    },
  };
}

/** Names of the folders in a folder, sorted, but for hidden ones and teachers. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await ifThere(() => Array.fromAsync(Deno.readDir(folder)));
  return (entries ?? [])
    .filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."))
    .map(({ name }) => name)
    // Other folders hold no records.
    .filter((name) => name !== "teachers" && isRecordName(name))
    .sort();
}
