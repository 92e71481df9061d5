import os from "node:os";
import { ifThere, runCommand, writeFileAtomic } from "../../cli/mod.ts";
import type { ServerPaths } from "./_paths.ts";

/** The process that serves a folder, as far as its files tell. */
export interface ServerProcess {
  /** Name of the machine that it was started on: a folder may be shared. */
  readonly machine: string;
  /** Whether that is this machine. */
  readonly isHere: boolean;
  /** Its number; undefined when it ended in peace. */
  readonly pid?: number;
}

/** Notes, before a server is started, which machine it will run on. */
export async function claimFolder({ machine }: ServerPaths): Promise<void> {
  await writeFileAtomic(machine, `${os.hostname()}\n`);
}

/** The process that served a folder last, or undefined where there was none. */
export async function readProcess(
  paths: ServerPaths,
): Promise<ServerProcess | undefined> {
  const machine = (await read(paths.machine))?.trim();
  if (machine === undefined) return undefined;
  const pid = Number(await read(paths.pid));
  const isHere = machine === os.hostname();
  return pid > 0 ? { machine, isHere, pid } : { machine, isHere };
}

async function read(path: string): Promise<string | undefined> {
  return await ifThere(() => Deno.readTextFile(path));
}

/** Whether a process of this machine is a server: numbers are used again. */
export async function isServer(pid: number): Promise<boolean> {
  const result = await runCommand("ps", ["-o", "args=", "-p", `${pid}`]);
  // One that ended and was not collected by its parent is told in this way.
  return /^(?!.*<defunct>).*\b(redis|valkey)-server\b/
    .test(result?.stdout ?? "");
}
