/**
 * Tests on a disk that is small and can be full, where the system lets one be
 * mounted; elsewhere they are listed as skipped, with the reason.
 *
 * @module
 */

/** Runs a program; whether it succeeded, or why not. */
async function tryCommand(
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command(command, {
      args: [...args],
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim() ||
      `${command} failed`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${command}`;
    throw error;
  }
}

const mountArgs = (size: string, folder: string) => [
  ...["-t", "tmpfs", "-o", `size=${size}`, "none", folder],
];

/** Why nothing can be mounted here; undefined where it can. */
async function findObstacle(): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const obstacle = await tryCommand("mount", mountArgs("64k", folder));
    if (obstacle === undefined) await tryCommand("umount", [folder]);
    return obstacle;
  } finally {
    await Deno.remove(folder);
  }
}

const obstacle = await findObstacle();

/** Registers a test in a folder that is a disk of its own, of a size as "64k". */
export function testOnSmallDisk(
  name: string,
  size: string,
  run: (folder: string) => Promise<void> | void,
): void {
  Deno.test({
    name: obstacle === undefined
      ? name
      : `${name}: skipped, because no disk can be mounted (${
        obstacle.split("\n", 1)[0]
      })`,
    ignore: obstacle !== undefined,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const trouble = await tryCommand("mount", mountArgs(size, folder));
        if (trouble !== undefined) throw new Error(trouble);
        try {
          await run(folder);
        } finally {
          await tryCommand("umount", [folder]);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Makes the disk one that cannot be written to. */
export async function makeReadOnly(folder: string): Promise<void> {
  const trouble = await tryCommand("mount", ["-o", "remount,ro", folder]);
  if (trouble !== undefined) throw new Error(trouble);
}

/** Makes the disk a larger one, with what is on it. */
export async function enlarge(folder: string, size: string): Promise<void> {
  const options = ["-o", `remount,size=${size}`, folder];
  const trouble = await tryCommand("mount", options);
  if (trouble !== undefined) throw new Error(trouble);
}
