import assert from "node:assert/strict";
import { join } from "node:path";
import { FileError, writeFileAtomic } from "../../lib/cli/mod.ts";
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

/** Runs with a small file system mounted, where the system lets us. */
async function onSmallDisk(run: (folder: string) => Promise<void>) {
  await inTemporaryFolder(async (folder) => {
    const options = ["-t", "tmpfs", "-o", "size=64k", "none", folder];
    if (!await succeeds("mount", options)) return;
    try {
      await run(folder);
    } finally {
      await succeeds("umount", [folder]);
    }
  });
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  try {
    const stdio = { stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(command, { args, ...stdio }).output())
      .success;
  } catch {
    return false;
  }
}

Deno.test("writeFileAtomic() leaves the old file whole when the disk is full", async () => {
  await onSmallDisk(async (folder) => {
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
  });
});

Deno.test("writeFileAtomic() leaves the old file whole when the disk is read-only", async () => {
  await onSmallDisk(async (folder) => {
    const path = join(folder, "record.json");
    await writeFileAtomic(path, "old\n");
    assert(await succeeds("mount", ["-o", "remount,ro", folder]));
    await assert.rejects(
      writeFileAtomic(path, "new\n"),
      /^FileError: Cannot write ".*record\.json" \(EROFS\): /,
    );
    assert.equal(await Deno.readTextFile(path), "old\n");
  });
});

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
