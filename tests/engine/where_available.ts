import { EngineUnavailableError, openEngine } from "../../lib/engine/mod.ts";

/**
 * Registers an engine's tests where it can be opened. Elsewhere one ignored test
 * stands for them, whose name says why: whoever reads the output sees it.
 *
 * @returns Whether it can be opened.
 */
export async function whereAvailable(
  engine: string,
  what: string,
  register: () => void | Promise<void>,
): Promise<boolean> {
  const obstacle = await obstacleOf(engine);
  if (obstacle === undefined) {
    await register();
    return true;
  }
  Deno.test({
    name: `${what} of engine ${engine} is skipped, because ${obstacle.reason}`,
    ignore: true,
    fn() {},
  });
  return false;
}

/** Why an engine cannot be opened here; undefined where it can. */
async function obstacleOf(
  engine: string,
): Promise<EngineUnavailableError | undefined> {
  try {
    await openEngine(engine);
    return undefined;
  } catch (error) {
    // Any other error is a bug, and no reason to skip a test.
    if (error instanceof EngineUnavailableError) return error;
    throw error;
  }
}
