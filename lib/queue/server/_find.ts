import { type CommandRunner, runCommand, UsageError } from "../../cli/mod.ts";

/** A server's program. */
export interface ServerProgram {
  /** How it is called. */
  readonly command: string;
  /** What it is, for people: "Redis" or "Valkey". */
  readonly title: string;
  /** Its version, "7.0.15". */
  readonly version: string;
}

/** Valkey first: its licence is free everywhere. */
const PROGRAMS = [
  { command: "valkey-server", title: "Valkey" },
  { command: "redis-server", title: "Redis" },
];

/**
 * Finds a server's program on the PATH.
 *
 * @param run Runs a program; a test brings its own.
 * @throws {UsageError} With the ways to get one, if there is none.
 */
export async function findServer(
  run: CommandRunner = runCommand,
): Promise<ServerProgram> {
  for (const { command, title } of PROGRAMS) {
    const result = await run(command, ["--version"]);
    const version = /\bv=(\S+)/.exec(result?.stdout ?? "")?.[1];
    if (result?.code === 0 && version !== undefined) {
      return { command, title, version };
    }
  }
  throw new UsageError(
    "Cannot start a queue: there is no valkey-server and no redis-server on the " +
      "PATH, expected one of them: apt install redis-server (Debian, Ubuntu), " +
      "conda install -c conda-forge redis-server (no root needed), or brew " +
      "install valkey (macOS)",
  );
}
