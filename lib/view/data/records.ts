/**
 * What a results folder's records tell.
 *
 * @module
 */

import { ifThere } from "../../cli/mod.ts";
import {
  type CompressionContent,
  type ContentSchema,
  readCell,
  readIndex,
  type RecordedCell,
  runIdOf,
} from "../../lab/mod.ts";
import { isRecordName, RecordError, recordPath } from "../../report/mod.ts";
import type { KnownRun, KnownStage } from "./known.ts";

/** Reads records; those that did not change meanwhile are remembered. */
export interface RecordReader {
  /** Every cell that an index declares, profiles by name. */
  read(): Promise<readonly KnownRun[]>;
}

/** Folders below the results that are no question's. */
const NO_QUESTIONS = ["teachers"];

/**
 * Reads the records of a results folder.
 *
 * @param results The folder; it may not be there yet.
 */
export function recordReader(results: string): RecordReader {
  const known = new Map<string, { state: string; run: KnownRun }>();
  return {
    async read() {
      const runs: KnownRun[] = [];
      for (const { question, profile } of await profilesIn(results)) {
        const place = { results, question, profile };
        for (const { name, lacking } of await indexOf(place)) {
          const path = recordPath({ question, profile, cell: name });
          const state = `${await stateOf(`${results}/${path}`)} ${lacking}`;
          const before = known.get(path);
          const run = before?.state === state
            ? before.run
            : await readRun(place, { name, lacking, state });
          known.set(path, { state, run });
          runs.push(run);
        }
      }
      return runs;
    },
  };
}

type Place = Parameters<typeof readIndex>[0];

/** An index that is being written or is damaged lists nothing that can be shown. */
async function indexOf(place: Place): Promise<
  readonly { readonly name: string; readonly lacking?: string }[]
> {
  try {
    return await readIndex(place);
  } catch (error) {
    if (error instanceof RecordError) return [];
    throw error;
  }
}

/** Records of all questions are shown; what is a compression's is looked at below. */
const ANY_CONTENT: ContentSchema = { safeParse: () => ({ success: true }) };

async function readRun(
  place: Place,
  { name, lacking, state }: {
    readonly name: string;
    readonly lacking: string | undefined;
    readonly state: string;
  },
): Promise<KnownRun> {
  const { question, profile } = place;
  const about = { question, profile, cell: name, revision: state };
  try {
    const found = await readCell<Partial<CompressionContent>>(place, {
      cell: name,
      schema: ANY_CONTENT,
    });
    if (found !== undefined) return { ...about, ...recorded(question, found) };
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return { ...about, isRecorded: false, stages: [], lacking: error.message };
  }
  return {
    ...about,
    isRecorded: false,
    stages: [],
    ...(lacking === undefined ? {} : { lacking }),
  };
}

/** Every record has an identity; a compression's has a teacher and stages too. */
function recorded(
  question: string,
  { record, environment }: RecordedCell<Partial<CompressionContent>>,
): Pick<
  KnownRun,
  "runId" | "identity" | "isRecorded" | "environment" | "teacher" | "stages"
> {
  const { identity, teacher, referenceAccuracy, stages = [] } =
    record.deterministic;
  const isCourse = teacher !== undefined && referenceAccuracy !== undefined &&
    stages.every(({ records }) => Array.isArray(records));
  return {
    isRecorded: true,
    environment,
    ...(identity === undefined
      ? {}
      : { identity, runId: runIdOf(question, identity) }),
    ...(isCourse
      ? {
        teacher: { network: teacher.network, accuracy: referenceAccuracy },
        stages: stages.map((stage): KnownStage => ({
          kind: stage.kind,
          base: stage.base ?? teacher.network,
          records: stage.records,
          finals: [...stage.rungs ?? [], stage.finals],
          ...(stage.winner === undefined ? {} : { winner: stage.winner }),
        })),
      }
      : { stages: [] }),
  };
}

/** Every profile with an index, by question. */
async function profilesIn(
  results: string,
): Promise<readonly { question: string; profile: string }[]> {
  const found: { question: string; profile: string }[] = [];
  for (const question of await namesIn(results, (each) => each.isDirectory)) {
    if (!isRecordName(question) || NO_QUESTIONS.includes(question)) continue;
    const folder = `${results}/${question}`;
    for (const name of await namesIn(folder, (each) => each.isFile)) {
      const profile = name.replace(/\.json$/, "");
      if (profile === name || !isRecordName(profile)) continue;
      found.push({ question, profile });
    }
  }
  return found;
}

async function namesIn(
  folder: string,
  isWanted: (entry: Deno.DirEntry) => boolean,
): Promise<readonly string[]> {
  const entries = await ifThere(() => Array.fromAsync(Deno.readDir(folder)));
  return (entries ?? []).filter(isWanted).map(({ name }) => name).sort();
}

/** Changes when the file does. */
async function stateOf(path: string): Promise<string> {
  const found = await ifThere(() => Deno.stat(path));
  return `${found?.mtime?.getTime()} ${found?.size} ${found?.ino}`;
}
