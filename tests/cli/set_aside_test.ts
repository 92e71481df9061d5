import assert from "node:assert/strict";
import { join } from "node:path";
import { FileError, setAside } from "../../lib/cli/mod.ts";
import { inTemporaryFolder } from "./_temporary.ts";

Deno.test("setAside() takes the first free name and overwrites nothing", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "file");
    for (const n of [1, 2, 3]) {
      await Deno.writeTextFile(path, `text ${n}`);
      assert.equal(await setAside(path), `${path}.corrupt-${n}`);
      await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    }
    for (const n of [1, 2, 3]) {
      const text = await Deno.readTextFile(`${path}.corrupt-${n}`);
      assert.equal(text, `text ${n}`);
    }
  });
});

Deno.test("setAside() throws FileError when there is no such file", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "missing");
    await assert.rejects(setAside(path), (error) => {
      assert(error instanceof FileError);
      assert(error.message.startsWith(`Cannot set aside "${path}" (ENOENT)`));
      return true;
    });
  });
});
