import { openEngine } from "../../lib/engine/mod.ts";

/** Why the engine cannot be opened here, in one line; undefined where it can. */
export async function onednnObstacle(): Promise<string | undefined> {
  try {
    await openEngine("onednn");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
