import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import type { ChildOptions, ChildResult } from "./_child.ts";

/** A child that has started and waits for the word. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  /**
   * @param options What the child does.
   * @param mostKilobytes The longest file that the system lets it write.
   */
  constructor(options: ChildOptions, mostKilobytes?: number) {
    const args = [
      ...[Deno.execPath(), "run", "--quiet", "--allow-all", "--no-check"],
      fileURLToPath(new URL("_child.ts", import.meta.url)),
      JSON.stringify(options),
    ];
    // Without the trap, the system kills who writes more.
    const limited = `trap "" XFSZ; ulimit -f ${mostKilobytes}; exec "$@"`;
    const [command, ...rest] = mostKilobytes === undefined
      ? args
      : ["bash", "-c", limited, "bash", ...args];
    this.#process = new Deno.Command(command!, {
      args: rest,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Waits until it has said that it is ready. */
  async ready(): Promise<void> {
    assert.equal((await this.#lines.read()).value, "ready\n");
  }

  /** Lets it go on, and waits for its end. */
  async run(): Promise<{ signal: string | null; result?: ChildResult }> {
    const stdin = this.#process.stdin.getWriter();
    await stdin.write(Uint8Array.of(10));
    await stdin.close();
    let output = "";
    for (;;) {
      const { done, value } = await this.#lines.read();
      if (done) break;
      output += value;
    }
    const { signal } = await this.#process.status;
    return output === "" ? { signal } : { signal, result: JSON.parse(output) };
  }

  /** Kills it at once, wherever it is. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }
}
