import { ifThere } from "../../cli/mod.ts";
import type { Shape } from "../../network/mod.ts";
import { recordPath } from "../../report/mod.ts";
import { type ProfilePlace, readCell, readIndex } from "../cells/index_file.ts";
import type { CompressionContent } from "../compression/content.ts";
import { weightsEnding } from "../compression/winner_weights.ts";
import { exportableSchema, foldersIn } from "./student_source.ts";

/** A recorded compression, and whether its student can be had. */
export interface KnownStudent {
  /** Folder below the results. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
  /** Name of the cell. */
  readonly cell: string;
  /**
   * The last winner whose weights lie beside the record; undefined where there are
   * none.
   */
  readonly student?: {
    /** QUESTION/PROFILE/CELL/STAGE. */
    readonly name: string;
    /** Shape of the images that it takes. */
    readonly input: Shape;
  };
}

/**
 * The recorded cells of a results folder whose files may hold a student: question
 * by question, profile by profile, in the order of their indices.
 *
 * @param results The results folder; it need not be there.
 * @throws {RecordError} If an index, or a record beside weights, is damaged.
 */
export async function knownStudents(
  results: string,
): Promise<readonly KnownStudent[]> {
  const found: KnownStudent[] = [];
  for (const question of await foldersIn(results)) {
    for (const profile of await foldersIn(`${results}/${question}`)) {
      const place = { results, question, profile };
      const files = await filesIn(`${results}/${question}/${profile}`);
      for (const { name: cell } of await readIndex(place)) {
        if (!files.has(`${cell}.json`)) continue;
        const student = await studentOf(place, { cell, files });
        found.push({
          question,
          profile,
          cell,
          ...(student === undefined ? {} : { student }),
        });
      }
    }
  }
  return found;
}

async function studentOf(
  place: ProfilePlace,
  { cell, files }: {
    readonly cell: string;
    readonly files: ReadonlySet<string>;
  },
): Promise<KnownStudent["student"]> {
  const hasSome = [...files].some((name) =>
    name.startsWith(`${cell}.`) && name.endsWith(".safetensors")
  );
  if (!hasSome) return undefined;
  const read = await readCell<Partial<CompressionContent>>(place, {
    cell,
    schema: exportableSchema,
  });
  const { teacher, stages = [] } = read!.record.deterministic;
  const last = stages.findLast(({ kind, winner }) =>
    winner !== undefined && files.has(`${cell}${weightsEnding(kind)}`)
  );
  if (last === undefined) return undefined;
  const { question, profile } = place;
  const base = recordPath({ question, profile, cell }).replace(/\.json$/, "");
  return { name: `${base}/${last.kind}`, input: teacher!.network.input };
}

/** Names of the files in a folder. */
async function filesIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await ifThere(() => Array.fromAsync(Deno.readDir(folder)));
  return new Set((entries ?? []).map(({ name }) => name));
}
