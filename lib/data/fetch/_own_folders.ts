import { join } from "node:path";
import { listFolder } from "../disk/read.ts";
import type { RegistryEntry } from "../registry.ts";

/** Names of a folder that a message lists. */
const NAMED = 8;

/** Letters and digits of a name: "FashionMNIST" is "fashion-mnist". */
function squeeze(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/**
 * Folders in which a set's raw files may lie, the first one first: what is named
 * like the set in a user's folder, and that folder; of each of them the folder
 * itself, the one that the archive would have made, and raw/ (torchvision keeps
 * MNIST in MNIST/raw).
 */
export async function ownFolders(
  { archive }: RegistryEntry,
  { name, dataDir }: { readonly name: string; readonly dataDir: string },
): Promise<readonly string[]> {
  const children = await listFolder(dataDir) ?? [];
  // A folder of its name first: sets share names of files.
  const bases = [
    ...children.filter((child) => squeeze(child) === squeeze(name))
      .map((child) => join(dataDir, child)),
    dataDir,
  ];
  return bases.flatMap((base) => [
    base,
    ...archive === undefined ? [] : [join(base, archive.folder)],
    join(base, "raw"),
  ]);
}

/** What was looked for in a user's folder, and what is there instead. */
export async function tellNothing(
  { title, files, archive }: RegistryEntry,
  { name, dataDir, folders }: {
    readonly name: string;
    readonly dataDir: string;
    /** What {@link ownFolders} gave. */
    readonly folders: readonly string[];
  },
): Promise<string> {
  const names = Object.keys(files);
  const wanted = [
    ...names.length === 0
      ? []
      : [`${names.join(", ")} (each as it is or as .gz)`],
    ...archive === undefined
      ? []
      : [`${archive.name}, or the folder ${archive.folder} that it unpacks to`],
  ].join("; or ");
  const lines: string[] = [];
  for (const folder of folders.toSorted()) {
    const found = await listFolder(folder);
    if (found !== undefined) lines.push(`  ${folder}: ${shorten(found)}`);
    else if (folder === dataDir) lines.push(`  ${folder}: no such folder`);
  }
  return [
    `Cannot find ${title} in "${dataDir}": expected ${wanted}, in it, its raw/, or a folder in it that is named like the set (${name})`,
    "What is there:",
    ...lines,
    "Put the files there, or name a folder that has them with --data; without it the set is fetched",
  ].join("\n");
}

function shorten(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const rest = names.length - NAMED;
  const shown = names.slice(0, NAMED).join(", ");
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
