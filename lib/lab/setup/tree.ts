import { dirname, join } from "node:path";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** What lies in a folder: SHA-256 of each file, or a link's target after "-> ". */
export type Tree = Readonly<Record<string, string>>;

/**
 * Reads what lies in a folder, however deep. Links are not followed.
 *
 * @returns By path from the folder, in the order of paths.
 */
export async function readTree(folder: string): Promise<Tree> {
  const entries: [string, string][] = [];
  for (const { path, isSymlink } of await list(folder, "")) {
    const whole = join(folder, path);
    entries.push([
      path,
      isSymlink
        ? `-> ${await Deno.readLink(whole)}`
        : (await fingerprintOf(whole)).sha256,
    ]);
  }
  return Object.fromEntries(entries);
}

/** One digest of a tree. */
export function treeDigest(tree: Tree): string {
  return sha256Hex(canonicalJson(tree));
}

/**
 * Copies some of a folder's files.
 *
 * @param wanted Told each path from the folder.
 */
export async function copyTree(
  { from, to, wanted = () => true }: {
    readonly from: string;
    readonly to: string;
    readonly wanted?: (path: string) => boolean;
  },
): Promise<void> {
  for (const { path } of await list(from, "")) {
    if (!wanted(path)) continue;
    const target = join(to, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(join(from, path), target);
  }
}

async function list(
  folder: string,
  below: string,
): Promise<readonly { readonly path: string; readonly isSymlink: boolean }[]> {
  const found: { path: string; isSymlink: boolean }[] = [];
  for await (
    const { name, isDirectory, isSymlink } of Deno.readDir(join(folder, below))
  ) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) found.push(...await list(folder, path));
    else found.push({ path, isSymlink });
  }
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}
