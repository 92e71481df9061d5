import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  fromWhereUserStands,
  optionKinds,
  parseOptions,
  UsageError,
} from "../../lib/cli/mod.ts";
import * as z from "zod";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

// Seen to fail: with the path given back as it is, and with a foreign INIT_CWD heeded.
Deno.test("fromWhereUserStands() starts relative paths where the task was called", () => {
  const from = (path: string, cwd: string, standing: string | undefined) =>
    fromWhereUserStands(path, { cwd, standing });
  assert.equal(from("mine", PROJECT, "/home/ada"), "/home/ada/mine");
  assert.equal(from("../mine", PROJECT, "/home/ada"), "/home/mine");
  assert.equal(
    from("folder:pets 100%", PROJECT, "/home/ada"),
    "folder:/home/ada/pets 100%",
  );
  for (const path of ["/data", "folder:/data"]) {
    assert.equal(from(path, PROJECT, "/home/ada"), path);
  }
  for (
    const [cwd, standing] of [
      [PROJECT, undefined],
      [PROJECT, PROJECT.slice(0, -1)],
      [PROJECT, "somewhere"],
      ["/elsewhere", "/home/ada"],
    ] as const
  ) assert.equal(from("mine", cwd, standing), "mine");
});

Deno.test("optionKinds.path refuses what only a shell understands, and NUL", () => {
  const command = {
    name: "deno task x",
    summary: "",
    examples: [],
    schema: z.strictObject({
      results: optionKinds.path.default("results"),
      data: optionKinds.path.optional(),
    }),
  };
  for (const path of ["~", "~/x", "folder:~/x", "~\\x"]) {
    assert.throws(
      () => parseOptions(command, [`--data=${path}`]),
      (error) =>
        error instanceof UsageError &&
        error.message.includes('expected a path without "~"'),
      path,
    );
  }
  assert.throws(
    () => parseOptions(command, ["--results", "a\0b"]),
    /expected a path without NUL/,
  );
  assert.deepEqual(parseOptions(command, ["--data", "~x/y~"]), {
    results: "results",
    data: "~x/y~",
  });
});
