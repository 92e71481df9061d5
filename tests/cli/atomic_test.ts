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

/** Says each time that it has written once more. */
const PROGRAM = `
import { writeFileAtomic } from "${
  import.meta.resolve("../../lib/cli/atomic.ts")
}";
for (let round = 1;; round++) {
  const text = String(round % 10).repeat(300_000);
  await writeFileAtomic(Deno.args[0], text);
  await Deno.stdout.write(new Uint8Array([round]));
}
`;

/** Reads from a child until it has said so many bytes. */
async function hear(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  bytes: number,
): Promise<void> {
  for (let heard = 0; heard < bytes;) {
    const { value, done } = await reader.read();
    assert(!done, "it ended by itself");
    heard += value.length;
  }
}

// Seen to fail: with the file written in its place, with what is left of a failed
// write not removed, and with errors that are passed on as they are, or swallowed (for
// these: the tests above). A kill at each point of a write: tests/kill_points_long_test.ts.
Deno.test("writeFileAtomic() leaves a whole text when killed at any time", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "record.json");
    const program = join(folder, "program.ts");
    await Deno.writeTextFile(program, PROGRAM);
    // Not by the clock: a busy machine would be killed before it wrote at all. Where
    // in the next round the kill hits is chance.
    for (const rounds of [1, 2, 3, 5, 8, 13]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--quiet", program, path],
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      await hear(reader, rounds);
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      const text = await Deno.readTextFile(path);
      assert.equal(text, text[0]!.repeat(300_000));
    }
    // What a killed process left behind is in nobody's way.
    await writeFileAtomic(path, "new\n");
    assert.equal(await Deno.readTextFile(path), "new\n");
  });
});
