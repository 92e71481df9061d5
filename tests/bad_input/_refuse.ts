/**
 * Inputs that nobody should get away with: a table of them, each with the exit code
 * and the words that it must end in. They run in one process that may write in one
 * folder only, so that nothing can be written outside of it unseen.
 *
 * @module
 */

import assert from "node:assert/strict";
import { filesBelow } from "../_elsewhere.ts";

/** One bad input. */
export interface BadInput {
  /** What is wrong with it. */
  readonly name: string;
  /** Files that it consists of, by their path in the folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Uses it as a command does. */
  readonly use: (folder: string) => unknown;
  /** The process's exit code that the error asks for. */
  readonly code: number;
  /** What the message says. */
  readonly message: RegExp;
}

/**
 * Registers the test that each input of a table ends with its code, in one message
 * without a stack, and leaves nothing but itself.
 */
export function refuseAll(
  title: string,
  inputs: readonly BadInput[],
  { leaves = /^$/ }: { readonly leaves?: RegExp } = {},
): void {
  const names = inputs.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)], "two inputs of one name");
  const root = Deno.makeTempDirSync({ prefix: "n2n-bad-" });
  Deno.test({
    name: `${title}: ${inputs.length} bad inputs are refused in words`,
    permissions: {
      read: true,
      write: [root],
      env: true,
      ffi: true,
      sys: true,
      net: false,
      run: false,
      import: false,
    },
    async fn() {
      const failures: string[] = [];
      for (const [index, input] of inputs.entries()) {
        try {
          await refuse(input, `${root}/${index}`, leaves);
        } catch (error) {
          failures.push(`${input.name}: ${error}`);
        }
      }
      await Deno.remove(root, { recursive: true });
      assert.equal(failures.length, 0, failures.join("\n"));
    },
  });
}

async function refuse(
  { files = {}, use, code, message }: BadInput,
  folder: string,
  leaves: RegExp,
): Promise<void> {
  await Deno.mkdir(folder);
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path}/..`, { recursive: true });
    await Deno.writeFile(
      `${folder}/${path}`,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
  const before = filesBelow(folder);
  let error: unknown;
  try {
    await use(folder);
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof Error, "it was taken");
  assert("exitCode" in error, `it is a bug to the program: ${error.stack}`);
  assert.equal(error.exitCode, code, error.message);
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /\n +at /);
  assert(error.message.split("\n").length < 30, "the message fills a screen");
  const left = filesBelow(folder)
    .filter((path) => !before.includes(path))
    .map((path) => path.slice(folder.length + 1))
    .filter((path) => !leaves.test(path));
  assert.deepEqual(left, [], "it left something");
}
