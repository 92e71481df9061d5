import { join } from "node:path";
import { ifThere, wallClock, warn, writeFileAtomic } from "../cli/mod.ts";
import { sha256Hex } from "../random/mod.ts";
import type { PieceCache } from "./_blobs.ts";

/** What was not used for so long is deleted when a worker starts: 30 days. */
const LONGEST_MS = 30 * 86_400_000;

/**
 * Pieces of training data on this machine's disk, so that each comes over the
 * network once. Processes may share the folder. Trouble with the disk, of whatever
 * kind, is told of once and done without: what cannot be read is not there.
 *
 * @param folder Where; made when missing.
 */
export async function createPieceCache(folder: string): Promise<PieceCache> {
  let isWritable = true;
  let isTold = false;
  const tell = (error: unknown) => {
    if (isTold) return;
    isTold = true;
    warn(
      `Training data on this machine's disk: ${
        (error as Error).message
      }; it is done without`,
    );
  };
  await deleteOld(folder, tell);
  return {
    async read(digest) {
      const path = join(folder, digest);
      const piece = await ifThere(() => Deno.readFile(path)).catch(tell);
      if (!piece || sha256Hex(piece) !== digest) return undefined;
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
        tell(error);
      }
    },
  };
}

async function deleteOld(
  folder: string,
  tell: (error: unknown) => void,
): Promise<void> {
  const oldest = wallClock.epochMs() - LONGEST_MS;
  const entries = await ifThere(() => Array.fromAsync(Deno.readDir(folder)))
    .catch(tell);
  for (const { name, isFile } of entries ?? []) {
    if (!isFile) continue;
    const path = join(folder, name);
    // Another worker may be at the same.
    await ifThere(async () => {
      const { mtime } = await Deno.stat(path);
      if ((mtime?.getTime() ?? 0) < oldest) await Deno.remove(path);
    }).catch(tell);
  }
}
