/**
 * The task as a user runs it, with its permissions.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Demo } from "../../lib/demo/mod.ts";
import { taskArgs } from "../_tasks.ts";
import { PROJECT } from "../experiments/_run.ts";

/** How the task is run. */
export interface TaskOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A page that is served; what a failed test leaves is killed. */
export interface ServedTask extends AsyncDisposable {
  readonly address: string;
  /** What the page is told. */
  readonly demo: Demo;
  /** Ends it as Ctrl-C does; gives what it said on standard error. */
  readonly stop: () => Promise<string>;
}

function spawn({ args, env = {} }: TaskOptions): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...taskArgs("demo"), ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Serves a page. */
export async function serveTask(options: TaskOptions): Promise<ServedTask> {
  const child = spawn(options);
  const said = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const address = /http:\S+/.exec(value)?.[0];
  if (address === undefined) {
    throw new Error(`There is no address in "${value}": ${await said}`);
  }
  let isOver = false;
  return {
    address,
    async [Symbol.asyncDispose]() {
      if (isOver) return;
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
    demo: await (await fetch(`${address}demo.json`)).json(),
    async stop() {
      isOver = true;
      child.kill("SIGINT");
      assert.equal((await child.status).code, 0);
      await reader.cancel();
      return await said;
    },
  };
}

/** What the task says of arguments that it cannot follow, and its exit code. */
export async function refused(
  options: TaskOptions,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const child = spawn(options);
  const stderr = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (value !== undefined) {
    child.kill("SIGKILL");
    await reader.cancel();
    await stderr;
  }
  const { code } = await child.status;
  assert.equal(value, undefined, "it was not refused");
  return { code, stderr: await stderr };
}
