/**
 * Which engine a run takes: the one that was named, or the fastest there is.
 *
 * @module
 */

import { notify, UsageError } from "../../cli/mod.ts";
import {
  type Engine,
  engineNames,
  EngineUnavailableError,
  openEngine,
  openFastestEngine,
} from "../../engine/mod.ts";

/** Asks for the fastest engine that is there; no engine has this name. */
const AUTO = "auto";

/** What every experiment's `--engine` takes and its help says of it. */
export const ENGINE_CHOICE: {
  readonly engines: readonly string[];
  readonly engineNote: string;
} = {
  engines: [...engineNames(), AUTO],
  engineNote: `${engineNames()[0]} is the default because it needs nothing ` +
    `installed and gives equal bits on every machine of one vector width; ` +
    `${AUTO} takes the fastest that is there and says which ` +
    `("deno task engines" lists them, and how to get those that are not, ` +
    `for example tfjs-node: "deno task setup:tfjs-node")`,
};

/**
 * Opens the engine that `--engine` asks for. What runs and is recorded is the
 * engine that comes back, under its own name; for "auto" it is told on standard
 * error which one that is, and why each faster one was passed over.
 *
 * @param choice One of {@link ENGINE_CHOICE}'s engines.
 * @throws {UsageError} If it cannot be opened here, with the way to get it.
 */
export async function openChosenEngine(choice: string): Promise<Engine> {
  try {
    if (choice !== AUTO) return await openEngine(choice);
    const { engine, passedOver } = await openFastestEngine();
    for (const { engine: name, reason, remedy } of passedOver) {
      notify(`Engine ${name} passed over: ${reason}; to get it: ${remedy}`);
    }
    const { name, version, instructionSet } = engine;
    notify(`Engine ${name}: ${version}, ${instructionSet}`);
    return engine;
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    throw new UsageError(
      `${error.message}\n--engine ${choice}: expected an engine that is ` +
        `there; "deno task engines" lists them`,
      { cause: error },
    );
  }
}
