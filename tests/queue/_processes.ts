/** Workers and producers as processes of their own, that a test can kill. */

import { fileURLToPath } from "node:url";
import { PASSWORD_VARIABLE } from "../../lib/queue/mod.ts";
import type { TestServer } from "./_server.ts";

/** A process of a test. */
export interface TestProcess extends AsyncDisposable {
  /** Sends a signal, unless it has ended. */
  signal(name: Deno.Signal): void;
  readonly isOver: () => boolean;
  /** Waits for its end. */
  ended(): Promise<
    {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  >;
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
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  let isOver = false;
  output.then(() => (isOver = true));
  const self: TestProcess = {
    isOver: () => isOver,
    signal(name) {
      // It may end at any moment, and then hears nothing.
      try {
        child.kill(name);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    },
    async ended() {
      const { code, stdout, stderr } = await output;
      const text = new TextDecoder();
      return {
        code,
        stdout: text.decode(stdout),
        stderr: text.decode(stderr),
      };
    },
    async kill() {
      self.signal("SIGKILL");
      await output;
    },
    [Symbol.asyncDispose]: () => self.kill(),
  };
  return self;
}
