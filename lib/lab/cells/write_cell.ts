/**
 * From what came of a cell to its files.
 *
 * @module
 */

import { describeEnvironment, warn, writeFileAtomic } from "../../cli/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import {
  asidePath,
  createRecord,
  environmentPath,
  environmentText,
  readRecord,
  recordPath,
  recordText,
  type ResultRecord,
} from "../../report/mod.ts";
import { setRecordAside } from "../records/set_aside.ts";
import type {
  CellEnvironment,
  CellResult,
  RecordedCell,
  Report,
} from "./experiment.ts";
import type { Identity } from "./identity.ts";
import { type ProfilePlace, readProfile } from "./index_file.ts";

/** What {@link writeCell} did. */
export interface WrittenCell<Content> extends RecordedCell<Content> {
  /** Paths of the files, the record first. */
  readonly files: readonly string[];
  /** How the record compares with an earlier one of the same identity. */
  readonly compared: "new" | "equal" | "different";
}

/**
 * Writes a cell's record, its environment, its page and figures. A record of
 * another identity under the same name is set aside with its files; one of the
 * same identity and other results is so too, and told as a regression.
 *
 * @param place Where.
 * @param written Name, result, environment and report of the cell.
 */
export async function writeCell<
  Content extends { readonly identity: Identity<unknown> },
>(
  { results, question, profile }: ProfilePlace,
  { cell, result, environment, report }: {
    readonly cell: string;
    readonly result: CellResult<Content>;
    readonly environment: Omit<CellEnvironment, "cpu" | "cores" | "details">;
    readonly report: Report<Content>;
  },
): Promise<WrittenCell<Content>> {
  const { content, details } = result;
  const artefacts: ReadonlyMap<string, Uint8Array> = result.artefacts ??
    new Map();
  const name = { question, profile, cell };
  const record = createRecord(name, content);
  const described = {
    ...await describeEnvironment(),
    ...environment,
    ...(details === undefined ? {} : { details }),
    ...(artefacts.size === 0 ? {} : {
      artefacts: Object.fromEntries(
        [...artefacts].map(([end, bytes]) => [end, sha256Hex(bytes)]),
      ),
    }),
  } as unknown as CellEnvironment;
  const path = recordPath(name);
  const compared = await makeRoom(results, record);
  const pages = await report.cell({ record, environment: described });
  const base = path.replace(/\.json$/, "");
  const files = new Map<string, string | Uint8Array>([
    ...pages,
    ...[...artefacts].map(([end, bytes]) => [`${base}${end}`, bytes] as const),
    [environmentPath(name), environmentText(record, described)],
    // Last: a record vouches for what lies beside it.
    [path, recordText(record)],
  ]);
  for (const [file, content] of files) {
    await writeFileAtomic(`${results}/${file}`, content);
  }
  return {
    record,
    environment: described,
    files: [path, ...[...files.keys()].filter((file) => file !== path)]
      .map((file) => `${results}/${file}`),
    compared,
  };
}

/**
 * Copies a cell's record with its files from another results folder. An earlier
 * one of the same name is set aside, as {@link writeCell} does it.
 *
 * @param place Where to.
 * @param options The other results folder, and the cell.
 */
export async function adoptCell(
  { results, question, profile }: ProfilePlace,
  { from, cell }: { readonly from: string; readonly cell: string },
): Promise<void> {
  const path = recordPath({ question, profile, cell });
  const record = readRecord(await Deno.readTextFile(`${from}/${path}`), path);
  await makeRoom(
    results,
    record as ResultRecord<{ readonly identity: unknown }>,
  );
  const [first, ...others] = await filesOf(from, path);
  // Last: a record vouches for what lies beside it.
  for (const file of [...others, first!]) {
    await writeFileAtomic(
      `${results}${file.slice(from.length)}`,
      await Deno.readFile(file),
    );
  }
}

/** Sets an earlier record aside where it is not the same. */
async function makeRoom(
  results: string,
  record: ResultRecord<{ readonly identity: unknown }>,
): Promise<"new" | "equal" | "different"> {
  const path = recordPath(record);
  let before: ResultRecord;
  try {
    before = readRecord(await Deno.readTextFile(`${results}/${path}`), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "new";
    throw error;
  }
  if (before.digest === record.digest) return "equal";
  await setRecordAside(
    await filesOf(results, path),
    before.digest.slice(0, 8),
  );
  // Whatever it is: it is kept as it is.
  const { identity } = (before.deterministic ?? {}) as {
    readonly identity?: unknown;
  };
  const isSame = canonicalJson(identity ?? null) ===
    canonicalJson(record.deterministic.identity);
  const aside = `${results}/${asidePath(path, before.digest)}`;
  warn(
    isSame
      ? `${path} differs from the record of the same options, data and engine: digest ${record.digest}, expected ${before.digest}; the earlier one is kept as ${aside}`
      : `A record of other options, data or engine had this name: it is kept as ${aside}`,
  );
  return isSame ? "different" : "new";
}

/**
 * A cell's files, the record first, then all that bear its name.
 *
 * @param results The results folder.
 * @param path The record's, below it.
 * @returns Their paths.
 */
export async function filesOf(
  results: string,
  path: string,
): Promise<readonly string[]> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const base = path.slice(folder.length + 1).replace(/\.json$/, "");
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${results}/${folder}`)) {
    // Those of a record that was set aside before have a digest behind the name.
    const rest = name.startsWith(base) ? name.slice(base.length) : "";
    const isOwn =
      /^(\.md|\.environment\.json|\.[a-z]+\.(policy|safetensors)|(-[a-z]+)?\.svg)$/
        .test(rest);
    if (isOwn) names.push(name);
  }
  return [path, ...names.sort().map((name) => `${folder}/${name}`)]
    .map((file) => `${results}/${file}`);
}

/**
 * Writes the table over all cells of a profile that have a record, and the figures
 * that it shows.
 *
 * @param place Where.
 * @param report How.
 * @returns The table, and its path.
 */
export async function writeProfile<Content>(
  place: ProfilePlace,
  report: Report<Content>,
): Promise<{ readonly text: string; readonly path: string }> {
  const results = await readProfile<Content>(place, report);
  for (const [file, svg] of await report.figures?.(results) ?? []) {
    await writeFileAtomic(`${place.results}/${file}`, svg);
  }
  const text = await report.profile(results);
  const path = `${place.results}/${place.question}/${place.profile}.md`;
  await writeFileAtomic(path, text);
  return { text, path };
}
