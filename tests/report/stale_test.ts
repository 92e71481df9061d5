import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { findStale } from "../../lib/report/mod.ts";

async function withFolder(
  run: (folder: URL) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await run(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("findStale() finds nothing when every file is as generated", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(new URL("rq1/", folder));
    await Deno.writeTextFile(new URL("rq1/a%20%23.md", folder), "é\n");
    await Deno.writeTextFile(new URL("empty", folder), "");
    const files = new Map([["rq1/a #.md", "é\n"], ["empty", ""]]);
    assert.deepEqual(await findStale(folder, files), []);
    assert.deepEqual(await findStale(folder, new Map()), []);
  });
});

Deno.test("findStale() says what is wrong when a byte differs, is too many or the file is missing", async () => {
  await withFolder(async (folder) => {
    const write = (name: string, text: string | Uint8Array) =>
      Deno.writeFile(
        new URL(name, folder),
        typeof text === "string" ? new TextEncoder().encode(text) : text,
      );
    await write("line", "a\nb: 1\nc\n");
    await write("longer", "a\nb\n");
    await write("shorter", "a");
    await write("crlf", "a\r\n");
    await write("bom", "\ufeffa\n");
    await write("bytes", new Uint8Array([0xff]));
    await write("far", `${"x".repeat(200)}1\n`);
    const files = new Map([
      ["missing", ""],
      ["line", "a\nb: 2\nc\n"],
      ["longer", "a\n"],
      ["shorter", "a\n"],
      ["crlf", "a\n"],
      ["bom", "a\n"],
      ["bytes", "\ufffd"],
      ["far", `${"x".repeat(200)}2\n`],
    ]);
    const x = `…${"x".repeat(20)}`;
    assert.deepEqual(
      (await findStale(folder, files)).map((
        { path, reason },
      ) => [path, reason]),
      [
        ["missing", "is missing"],
        ["line", 'is "b: 1" in line 2, expected "b: 2"'],
        ["longer", 'is "b" in line 2, expected ""'],
        ["shorter", 'is at its end in line 2, expected ""'],
        ["crlf", 'is "a\\r" in line 1, expected "a"'],
        ["bom", 'is "\ufeffa" in line 1, expected "a"'],
        ["bytes", "has 1 bytes, expected 3"],
        ["far", `is "${x}1" in line 1, expected "${x}2"`],
      ],
    );
  });
});

Deno.test("findStale() throws when the folder's address would drop its last part", async () => {
  await assert.rejects(
    findStale(new URL("file:///tmp/results"), new Map()),
    /expected a path that ends in "\/"/,
  );
});

Deno.test("findStale() throws when a file cannot be read", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(new URL("a", folder));
    await assert.rejects(findStale(folder, new Map([["a", ""]])));
  });
});
