import assert from "node:assert/strict";
import { join } from "node:path";
import { FileError, writeFileAtomic } from "../../lib/cli/mod.ts";
import { makeReadOnly, testOnSmallDisk } from "../_small_disk.ts";
import { inTemporaryFolder } from "./_temporary.ts";

function list(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

Deno.test("writeFileAtomic() replaces the file and leaves nothing else", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "a", "b", "record.json");
    await writeFileAtomic(path, "old\n");
    await writeFileAtomic(path, "neu é\n".repeat(100_000));
    assert.equal(await Deno.readTextFile(path), "neu é\n".repeat(100_000));
    assert.deepEqual(list(join(folder, "a", "b")), ["record.json"]);
  });
});

Deno.test("writeFileAtomic() writes bytes as they are", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "library.so");
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 256);
    await writeFileAtomic(path, bytes);
    assert.deepEqual(await Deno.readFile(path), bytes);
  });
});

Deno.test({
  name: "writeFileAtomic() gives a secret file its permissions",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const path = join(folder, "secret");
      // Readable for all before: the rename brings the new file's permissions.
      await Deno.writeTextFile(path, "old", { mode: 0o644 });
      await writeFileAtomic(path, "new", { mode: 0o600 });
      const { mode } = await Deno.stat(path);
      assert.equal(mode! & 0o777, 0o600);
    }),
});

Deno.test("writeFileAtomic() keeps one whole text when two write at once", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "record.json");
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(50_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    assert(texts.includes(await Deno.readTextFile(path)));
    assert.deepEqual(list(folder), ["record.json"]);
  });
});

Deno.test("writeFileAtomic() throws FileError when the folder is a file", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    await assert.rejects(
      writeFileAtomic(join(folder, "file", "record.json"), "text"),
      FileError,
    );
  });
});

testOnSmallDisk(
  "writeFileAtomic() leaves the old file whole when the disk is full",
  "64k",
  async (folder) => {
    const path = join(folder, "record.json");
    await writeFileAtomic(path, "old\n");
    await assert.rejects(
      writeFileAtomic(path, "x".repeat(200_000)),
      (error) => {
        assert(error instanceof FileError);
        assert(error.message.startsWith(`Cannot write "${path}" (ENOSPC): `));
        return true;
      },
    );
    assert.equal(await Deno.readTextFile(path), "old\n");
    assert.deepEqual(list(folder), ["record.json"]);
  },
);

testOnSmallDisk(
  "writeFileAtomic() leaves the old file whole when the disk is read-only",
  "64k",
  async (folder) => {
    const path = join(folder, "record.json");
    await writeFileAtomic(path, "old\n");
    await makeReadOnly(folder);
    await assert.rejects(
      writeFileAtomic(path, "new\n"),
      /^FileError: Cannot write ".*record\.json" \(EROFS\): /,
    );
    assert.equal(await Deno.readTextFile(path), "old\n");
  },
);

const PROGRAM = `
import { writeFileAtomic } from "${
  import.meta.resolve("../../lib/cli/atomic.ts")
}";
await Deno.stdout.write(new Uint8Array([1]));
for (let round = 0;; round++) {
  const text = String(round % 10).repeat(300_000);
  await writeFileAtomic(Deno.args[0], text);
}
`;

Deno.test("writeFileAtomic() leaves a whole text when killed at any time", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "record.json");
    await writeFileAtomic(path, "0".repeat(300_000));
    const program = join(folder, "program.ts");
    await Deno.writeTextFile(program, PROGRAM);
    let changed = 0;
    for (const delayMs of [1, 7, 13, 23, 40, 61]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--quiet", program, path],
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      const text = await Deno.readTextFile(path);
      assert.equal(text, text[0]!.repeat(300_000));
      if (text[0] !== "0") changed++;
    }
    assert(changed > 0, "nothing was written before the kills");
    // What a killed process left behind is in nobody's way.
    await writeFileAtomic(path, "new\n");
    assert.equal(await Deno.readTextFile(path), "new\n");
  });
});
