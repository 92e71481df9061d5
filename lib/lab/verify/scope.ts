/**
 * The part of a results folder that one file belongs to.
 *
 * @module
 */

import { ifThere, suggestion, UsageError } from "../../cli/mod.ts";
import { asidePath, recordPath } from "../../report/mod.ts";
import { readProfile } from "../cells/index_file.ts";
import { profilesOf } from "../cells/render.ts";
import type { AnyExperiment } from "../regress/regress.ts";
import { teacherNames } from "../teacher/files.ts";
import { isOfBench, verifyBench } from "./bench_page.ts";
import { verifyCell } from "./cell.ts";
import type { Context } from "./context.ts";
import { attempt } from "./files.ts";
import { verifyIndex, verifyTable } from "./profile.ts";
import { filesBelow } from "./files_below.ts";
import { findStray } from "./strays.ts";
import { verifyTeacher, verifyTeachers } from "./teachers.ts";

/**
 * Verifies what a file is of: a cell, the table of a profile, a teacher, a page.
 *
 * @param context Where, and where flaws go.
 * @param asked The file below the results folder, and all experiments.
 * @returns Texts of the pages on disk where the file is made of them, as the index
 * of all results is.
 * @throws {UsageError} If there is no such file, or it is a folder.
 */
export async function verifyScope(
  context: Context,
  { path, experiments }: {
    readonly path: string;
    readonly experiments: readonly AnyExperiment[];
  },
): Promise<ReadonlyMap<string, string> | undefined> {
  const { results } = context;
  const found = await ifThere(() => Deno.lstat(`${results}/${path}`));
  if (found?.isDirectory) {
    throw new UsageError(
      `--only "${path}": expected a file below "${results}", this is a folder`,
    );
  }
  if (found === undefined) {
    throw new UsageError(
      `--only "${path}": expected a file below "${results}"${
        suggestion(path, await filesBelow(results))
      }`,
    );
  }
  const [folder = "", rest = ""] = path.split(/\/(.*)/s);
  if (path === "README.md") return await pagesOnDisk(results);
  if (folder === "teachers") await verifyTeacherFile(context, rest);
  else if (isOfBench(path)) await verifyBench(context);
  else {
    const experiment = experiments.find(({ report }) =>
      report.question === folder
    );
    if (experiment !== undefined) {
      await verifyQuestionFile(context, { experiment, rest });
    }
  }
  findStray(context, path);
  return undefined;
}

async function verifyTeacherFile(
  context: Context,
  file: string,
): Promise<void> {
  const own = file === "README.md"
    ? []
    : (await teacherNames(context.results)).filter((name) => isOf(file, name));
  if (own.length === 0) await verifyTeachers(context);
  for (const name of own) await verifyTeacher(context, name);
}

async function verifyQuestionFile(
  context: Context,
  { experiment: { report }, rest }: {
    readonly experiment: AnyExperiment;
    readonly rest: string;
  },
): Promise<void> {
  const { results } = context;
  const { question } = report;
  const [profile = "", file = ""] = rest.split(/\/(.*)/s);
  const profiles = await profilesOf(results, question);
  const name = profiles.find((each) =>
    file === "" ? isOf(profile, each) : profile === each
  );
  if (name === undefined) return;
  const place = { results, question, profile: name };
  const entries = await verifyIndex(context, place) ?? [];
  const own = entries.filter((each) => isOf(file, each.name));
  for (const { name: cell } of own) {
    const asked = { question, profile: name, cell, report };
    const path = recordPath({ question, profile: name, cell });
    const [, tag] = /^\.([0-9a-f]{8})[.-]/.exec(file.slice(cell.length)) ?? [];
    const isAside = tag !== undefined &&
      await ifThere(() => Deno.lstat(`${results}/${asidePath(path, tag)}`));
    await verifyCell(context, isAside ? { ...asked, tag } : asked);
  }
  if (own.length > 0) return;
  const whole = await attempt(context, {
    check: "records",
    path: `${question}/${name}`,
    work: () => readProfile(place, report),
  });
  if (whole === undefined) return;
  await verifyTable(context, {
    whole: whole as Parameters<typeof report.profile>[0],
    report,
  });
}

/** Whether a file is one of a name's: "NAME.md", "NAME-keep.svg". */
function isOf(file: string, name: string): boolean {
  return file.startsWith(name) && /^[.-]/.test(file.slice(name.length));
}

async function pagesOnDisk(
  results: string,
): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const path of await filesBelow(results)) {
    if (!path.endsWith(".md") || path === "README.md") continue;
    pages.set(path, await Deno.readTextFile(`${results}/${path}`));
  }
  return pages;
}
