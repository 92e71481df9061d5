import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import {
  fromWhereUserStands,
  optionKinds,
  parseOptions,
  UsageError,
} from "../../lib/cli/mod.ts";
import * as z from "zod";
import { inTemporaryFolder } from "./_temporary.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

// Seen to fail: with the path given back as it is, and with a foreign INIT_CWD heeded.
Deno.test("fromWhereUserStands() starts relative paths where the task was called", () =>
  inTemporaryFolder((ada) => {
    const from = (path: string, cwd: string, place: string | undefined) =>
      fromWhereUserStands(path, { cwd, standing: () => place });
    assert.equal(from("mine", PROJECT, ada), `${ada}/mine`);
    assert.equal(from("../mine", PROJECT, ada), `${dirname(ada)}/mine`);
    assert.equal(
      from("folder:pets 100%", PROJECT, ada),
      `folder:${ada}/pets 100%`,
    );
    for (const path of ["/data", "folder:/data"]) {
      assert.equal(from(path, PROJECT, ada), path);
    }
    for (
      const [cwd, place] of [
        [PROJECT, undefined],
        [PROJECT, PROJECT.slice(0, -1)],
        [PROJECT, "somewhere"],
        ["/elsewhere", ada],
      ] as const
    ) assert.equal(from("mine", cwd, place), "mine");
    return Promise.resolve();
  }));

// Seen to fail: without the look at what is there, and with it taken for any path.
Deno.test("fromWhereUserStands() starts nowhere where INIT_CWD is no folder, and needs none for a whole path", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    for (const place of [`${folder}/gone`, `${folder}/file`]) {
      const from = (path: string) =>
        fromWhereUserStands(path, { cwd: PROJECT, standing: () => place });
      assert.throws(() => from("mine"), {
        name: "UsageError",
        message:
          `INIT_CWD "${place}": expected the folder from which "mine" starts; unset it, or write the whole path`,
      });
      assert.equal(from("/mine"), "/mine");
      assert.equal(from("folder:/mine"), "folder:/mine");
    }
  }));

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
