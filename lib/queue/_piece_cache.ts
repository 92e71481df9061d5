import { join } from "node:path";
import { ifThere, wallClock, warn, writeFileAtomic } from "../cli/mod.ts";
import { sha256Hex } from "../random/mod.ts";
import type { PieceCache } from "./_blobs.ts";

/** What was not used for so long is deleted when a worker starts: 30 days. */
const LONGEST_MS = 30 * 86_400_000;

/**
 * Pieces of training data on this machine's disk, so that each comes over the
 * network once. Processes may share the folder. A disk that cannot be written to
 * is told of once, and done without.
 *
 * @param folder Where; made when missing.
 */
export async function createPieceCache(folder: string): Promise<PieceCache> {
  await deleteOld(folder);
  let isWritable = true;
  return {
    async read(digest) {
      const path = join(folder, digest);
      const piece = await ifThere(() => Deno.readFile(path));
      if (piece === undefined || sha256Hex(piece) !== digest) return undefined;
      const now = new Date(wallClock.epochMs());
      // Others may have made the file: then its age is theirs to keep.
      await Deno.utime(path, now, now).catch(() => undefined);
      return piece;
    },
    async write(digest, piece) {
      if (!isWritable) return;
      try {
        await writeFileAtomic(join(folder, digest), piece);
      } catch (error) {
        isWritable = false;
        warn(
          `Training data are not kept on disk: ${(error as Error).message}`,
        );
      }
    },
  };
}

async function deleteOld(folder: string): Promise<void> {
  const oldest = wallClock.epochMs() - LONGEST_MS;
  const entries = await ifThere(() => Array.fromAsync(Deno.readDir(folder)));
  for (const { name, isFile } of entries ?? []) {
    const path = join(folder, name);
    if (!isFile) continue;
    // Another worker may be at the same.
    const info = await ifThere(() => Deno.stat(path));
    if (info === undefined || (info.mtime?.getTime() ?? 0) >= oldest) continue;
    await ifThere(() => Deno.remove(path));
  }
}
