import { setTimeout as sleep } from "node:timers/promises";
import { ifThere, runCommand, stopwatch, UsageError } from "../../cli/mod.ts";
import type { QueueAddress } from "../address.ts";
import { connectQueue } from "../connect.ts";
import type { ServerPaths } from "./_paths.ts";
import { isServer, readProcess } from "./_process.ts";

/** A large append-only file takes a while to read. */
const PATIENCE_SECONDS = 120;

/** Its process has told its number by then, or never will. */
const BIRTH_SECONDS = 5;

/** How often a server that starts is asked whether it is there. */
const PAUSE_MS = 50;

/** Another program was faster to listen on the port. */
export class PortTaken extends Error {}

/**
 * Starts a server, which detaches itself, and waits until it serves.
 *
 * @param command Its program.
 * @param launch Its files, the configuration among them, and how it is reached.
 * @throws {UsageError} With what the server says, if it does not come up.
 * @throws {PortTaken} If it could not listen.
 */
export async function launch(
  command: string,
  { paths, address }: {
    readonly paths: ServerPaths;
    readonly address: QueueAddress;
  },
): Promise<void> {
  const saidBefore = (await readLog(paths)).length;
  // Nothing secret in the arguments, which everybody may read.
  const result = await runCommand(command, [paths.config]);
  if (result === undefined || result.code !== 0) {
    const said = `${result?.stderr ?? ""}${result?.stdout ?? ""}`.trim();
    throw failure(command, { paths, said });
  }
  const elapsed = stopwatch();
  while (true) {
    try {
      (await connectQueue(address)).disconnect();
      return;
    } catch (error) {
      const said = (await readLog(paths)).slice(saidBefore);
      if (/Address already in use/.test(said)) throw new PortTaken();
      if (elapsed() > BIRTH_SECONDS && !await isRunning(paths)) {
        throw failure(command, { paths, said: lastWords(said) });
      }
      if (elapsed() > PATIENCE_SECONDS) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** The cause is often in the line before the last. */
function lastWords(said: string): string {
  return said.trim().split("\n").slice(-2)
    .map((line) => line.replace(/^.*? [#*] /, "")).join(" ");
}

async function isRunning(paths: ServerPaths): Promise<boolean> {
  const pid = (await readProcess(paths))?.pid;
  return pid !== undefined && await isServer(pid);
}

async function readLog({ log }: ServerPaths): Promise<string> {
  return await ifThere(() => Deno.readTextFile(log)) ?? "";
}

function failure(
  command: string,
  { paths, said }: { readonly paths: ServerPaths; readonly said: string },
): UsageError {
  return new UsageError(
    `Cannot start a queue: ${command} does not come up (${
      said.replaceAll(/\s+/g, " ")
    }), more in "${paths.log}"`,
  );
}
