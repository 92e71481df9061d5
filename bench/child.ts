import { lines } from "./lines.ts";

/** A child process did not answer, or answered with an error. */
export class ChildError extends Error {
  /** The class, for messages. */
  override readonly name = "ChildError";
}

/** How a child is started. */
export interface ChildCommand {
  /** Program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Characters of a child's standard error that an error message shows. */
const SHOWN = 400;

/** A process that answers one JSON object a line. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: AsyncGenerator<string, void, void>;
  readonly #complaints: Promise<string>;

  /** Starts the process; an error of starting it comes with the first ask. */
  constructor({ program, args, env = {} }: ChildCommand) {
    this.#process = new Deno.Command(program, {
      args: [...args],
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#answers = lines(this.#process.stdout);
    this.#complaints = new Response(this.#process.stderr).text();
  }

  /**
   * Sends a message and waits for its answer.
   *
   * @param message Plain JSON.
   * @param limitMs The process is killed if it takes longer.
   * @throws {ChildError} If it answers with an error, dies, or takes too long.
   */
  async ask<Answer>(message: unknown, limitMs: number): Promise<Answer> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.kill();
    }, limitMs);
    try {
      const text = `${JSON.stringify(message)}\n`;
      await this.#writer.write(new TextEncoder().encode(text));
      const { value } = await this.#answers.next();
      if (value === undefined) throw new Error("its process ended");
      const answer = JSON.parse(value) as Answer & { readonly error?: string };
      if (answer.error !== undefined) throw new ChildError(answer.error);
      return answer;
    } catch (error) {
      if (error instanceof ChildError) throw error;
      if (isLate) {
        throw new ChildError(
          `no answer within ${Math.round(limitMs / 1000)} s`,
        );
      }
      this.kill();
      const complaint = (await this.#complaints).trim().slice(-SHOWN);
      throw new ChildError(`its process ended: ${complaint}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process at once. */
  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It had ended by itself.
    }
  }

  /** Ends the process and waits for its end. Idempotent. */
  async close(): Promise<void> {
    try {
      await this.#writer.close();
    } catch {
      // It had ended by itself, or was closed before.
    }
    // The end of input ends it; a process that hangs must not hang this one.
    const timer = setTimeout(() => this.kill(), 5000);
    await this.#process.status;
    clearTimeout(timer);
  }
}
