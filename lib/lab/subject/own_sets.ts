import { type RunOptions, warn } from "../../cli/mod.ts";
import { isFolderName, isInFolder } from "../../data/mod.ts";

/**
 * From which folder each of some data sets is taken. A folder named by --data need
 * not have all sets of a run: those that it has not are taken from where they
 * come from otherwise, and that is told. A folder that has none of them is every
 * set's, which says what is missing when it is opened.
 *
 * @param names The data sets of a run.
 * @param run Where its data lie.
 * @returns The folder by set; undefined for a set that is not in it.
 * @throws {DataError} If the folder has a part of a set.
 */
export async function ownFolders(
  names: readonly string[],
  { data }: Pick<RunOptions, "data">,
): Promise<ReadonlyMap<string, string | undefined>> {
  const sets = [...new Set(names)];
  const folders = new Map(sets.map((name) => [name, data]));
  if (data === undefined || sets.length < 2) return folders;
  const lacking: string[] = [];
  for (const name of sets) {
    if (isFolderName(name)) continue;
    if (!await isInFolder(name, data)) lacking.push(name);
  }
  if (lacking.length === sets.length) return folders;
  for (const name of lacking) {
    warn(`--data "${data}" has nothing of ${name}: its own source is used`);
    folders.set(name, undefined);
  }
  return folders;
}
