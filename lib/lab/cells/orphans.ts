import type { StaleFile } from "../../report/mod.ts";

/**
 * Pages and figures in a question's folder that no record gives: typed by hand, or
 * left behind when their record went. Those of a record that was set aside, which
 * bear its digest, are none; nor are hidden files.
 *
 * @param results The results folder.
 * @param question The question.
 * @param files Paths below the results folder of all that records give.
 */
export async function findOrphans(
  results: string,
  question: string,
  files: ReadonlyMap<string, string>,
): Promise<readonly StaleFile[]> {
  const found = new Set(await filesBelow(results, question));
  return [...found].filter((path) =>
    /\.(md|svg)$/.test(path) && !files.has(path) &&
    !isAside(path, found)
  ).sort().map((path) => ({
    path,
    reason: "is of no record; remove it",
  }));
}

/** Whether a file belongs to a record that was set aside. */
function isAside(path: string, found: ReadonlySet<string>): boolean {
  const [, base] = /^(.+\.[0-9a-f]{8})(?:\.md|(?:-[a-z]+)?\.svg)$/.exec(path) ??
    [];
  return base !== undefined && found.has(`${base}.json`);
}

async function filesBelow(
  results: string,
  folder: string,
): Promise<readonly string[]> {
  const paths: string[] = [];
  try {
    for await (
      const { name, isDirectory } of Deno.readDir(`${results}/${folder}`)
    ) {
      if (name.startsWith(".")) continue;
      const path = `${folder}/${name}`;
      if (isDirectory) paths.push(...await filesBelow(results, path));
      else paths.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths;
}
