/** A Redis server of a test's own. */

import { Redis } from "ioredis";
import { runCommand } from "../../lib/cli/mod.ts";
import type { QueueAddress } from "../../lib/queue/mod.ts";
import { connectQueue } from "../../lib/queue/connect.ts";

const PASSWORD = "a password of tests";

/** Name of the server's program, or undefined where there is none. */
export const PROGRAM: string | undefined = await (async () => {
  for (const name of ["valkey-server", "redis-server"]) {
    if (await runCommand(name, ["--version"]) !== undefined) return name;
  }
  return undefined;
})();

/** Why tests with a server cannot be run; undefined where they can. */
export const WITHOUT_SERVER: string | undefined = PROGRAM === undefined
  ? "there is no valkey-server or redis-server"
  : undefined;

/** A server on a free port of the loopback. */
export class TestServer {
  readonly address: QueueAddress;
  /** The process's working folder, and where it keeps what it has. */
  readonly folder: string;
  #process: Deno.ChildProcess | undefined;
  readonly #flags: readonly string[];

  private constructor(
    folder: string,
    { port, flags }: {
      readonly port: number;
      readonly flags: readonly string[];
    },
  ) {
    this.folder = folder;
    this.#flags = flags;
    this.address = {
      host: "127.0.0.1",
      port,
      password: PASSWORD,
      origin: `redis://127.0.0.1:${port}`,
    };
  }

  /** Starts one. */
  static async start(flags: readonly string[] = []): Promise<TestServer> {
    const folder = await Deno.makeTempDir({ prefix: "n2n-queue-" });
    const server = new TestServer(folder, { port: freePort(), flags });
    await server.begin();
    return server;
  }

  /** Starts it, again after {@link kill}; returns once it answers. */
  async begin(): Promise<void> {
    const { port } = this.address;
    // The password is in a file: arguments can be read by everyone.
    const config = `${this.folder}/redis.conf`;
    await Deno.writeTextFile(config, `requirepass "${PASSWORD}"\n`, {
      mode: 0o600,
    });
    this.#process = new Deno.Command(PROGRAM!, {
      args: [
        config,
        ...["--port", `${port}`, "--bind", "127.0.0.1"],
        ...["--dir", this.folder, "--save", "", "--appendonly", "no"],
        ...["--maxmemory-policy", "noeviction", "--loglevel", "warning"],
        ...this.#flags,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let left = 200;; left--) {
      try {
        (await this.connect()).disconnect();
        return;
      } catch (error) {
        if (left === 0) throw error;
        await pause(25);
      }
    }
  }

  /** A connection; the caller ends it. */
  connect(): Promise<Redis> {
    return connectQueue(this.address);
  }

  signal(name: Deno.Signal): void {
    this.#process!.kill(name);
  }

  /** Ends it as a crash would; what it had in memory is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#process!.status;
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process !== undefined) {
      // One that was stopped is not woken by being killed, and need not be.
      await this.kill();
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A port that nobody listens on now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  mostMs = 60_000,
): Promise<void> {
  const end = performance.now() + mostMs;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`Cannot wait any longer for ${holds}`);
    }
    await pause(20);
  }
}
