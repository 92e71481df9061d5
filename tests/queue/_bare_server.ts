/**
 * Servers of tests that are as a test wants them: without a password, evicting, on
 * a port that another had.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { freePort, PROGRAM, WITHOUT_SERVER } from "./_server.ts";

/** A test that needs a server; skipped, in words, where there is none. */
export function testWithServer(
  name: string,
  run: () => Promise<void>,
): void {
  const obstacle = WITHOUT_SERVER;
  Deno.test({
    name: obstacle === undefined
      ? name
      : `${name} is skipped, because ${obstacle}`,
    ignore: obstacle !== undefined,
    fn: run,
  });
}

/** What a bare server is started with. */
export interface BareServer {
  /** Flags of the server, after its port. */
  readonly flags?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}

/**
 * Runs a test beside a bare server on loopback that keeps nothing.
 *
 * @param bare What it is started with.
 * @param run The test, with the server's port and process.
 */
export async function withServer(
  { flags = [], port = freePort() }: BareServer,
  run: (port: number, server: Deno.ChildProcess) => Promise<void>,
): Promise<void> {
  const server = new Deno.Command(PROGRAM!, {
    args: [
      ...["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""],
      ...flags,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await listening(port);
    await run(port, server);
  } finally {
    // A stopped process hears nothing else.
    server.kill("SIGKILL");
    await server.status;
  }
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await sleep(20);
    }
  }
  throw new Error(`No server listens on port ${port} after 10 s`);
}
