import { unusable } from "./unusable.ts";

/**
 * Runs a task while no other process (and no other call in this one) holds the
 * lock on the same file. A process that dies lets go of its lock.
 */
export async function withLock<T>(
  path: string,
  task: () => Promise<T>,
  onWait: () => void,
): Promise<T> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, create: true });
  } catch (error) {
    throw unusable("open the lock", path, error);
  }
  using lock = file;
  if (!await lock.tryLock(true)) {
    onWait();
    await lock.lock(true);
  }
  return await task();
}
