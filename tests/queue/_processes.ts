/** Workers and producers as processes of their own, that a test can kill. */

import { fileURLToPath } from "node:url";
import { PASSWORD_VARIABLE } from "../../lib/queue/mod.ts";
import type { TestServer } from "./_server.ts";

/** A process of a test. */
export interface TestProcess extends AsyncDisposable {
  signal(name: Deno.Signal): void;
  /** Waits for its end. */
  ended(): Promise<{ readonly code: number; readonly stderr: string }>;
  /** Ends it as the system would for want of memory. */
  kill(): Promise<void>;
}

/** Starts a worker with one thread. */
export function startWorker(server: TestServer): TestProcess {
  return startScript("tests/queue/_worker.ts", server, [
    server.address.origin,
    `${server.folder}/cache`,
  ]);
}

/** Starts a script of the project. */
export function startScript(
  script: string,
  { address }: Pick<TestServer, "address">,
  args: readonly string[],
): TestProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", script, ...args],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { [PASSWORD_VARIABLE]: address.password ?? "", NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  let isOver = false;
  output.then(() => (isOver = true));
  const self: TestProcess = {
    signal: (name) => child.kill(name),
    async ended() {
      const { code, stderr } = await output;
      return { code, stderr: new TextDecoder().decode(stderr) };
    },
    async kill() {
      if (!isOver) child.kill("SIGKILL");
      await output;
    },
    [Symbol.asyncDispose]: () => self.kill(),
  };
  return self;
}
