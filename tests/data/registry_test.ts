import assert from "node:assert/strict";
import { loadRegistry, parseRegistry } from "../../lib/data/registry.ts";
import { makeFixture } from "./_fixture.ts";

/** JSON is YAML. */
function textWith(changes: Record<string, unknown>): string {
  const { entry } = makeFixture({ train: 1, test: 1 });
  return JSON.stringify({ fixture: { ...entry, ...changes } });
}

Deno.test("loadRegistry() gives MNIST's raw digests", () => {
  const { mnist } = loadRegistry();
  // Published by many; these start the lists of several loaders.
  assert.equal(
    mnist!.files["train-images-idx3-ubyte"]!.gzipMd5,
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
  );
  assert.equal(Object.keys(mnist!.files).length, 4);
});

Deno.test("loadRegistry() lists only npm sources that deno.json imports", () => {
  const config = JSON.parse(
    Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
  );
  for (const entry of Object.values(loadRegistry())) {
    for (const source of entry.sources) {
      if (!("npm" in source)) continue;
      const name = source.npm.slice(0, source.npm.lastIndexOf("@"));
      assert.equal(config.imports[name], `npm:${source.npm}`);
    }
  }
});

Deno.test("parseRegistry() reads an entry whose count and digest are not known", () => {
  const { entry } = makeFixture({ train: 1, test: 1 });
  const { files } = entry.splits.train;
  const parsed = parseRegistry(
    textWith({ splits: { train: { files }, test: { files } } }),
  );
  assert.equal(parsed["fixture"]!.splits.train.digest, undefined);
});

Deno.test("parseRegistry() lists every fault", () => {
  const cases: readonly [Record<string, unknown>, RegExp][] = [
    [{ format: "toString" }, /fixture\.format: expected one of idx/],
    [{ mean: [0.1, 0.2] }, /fixture\.mean: expected 1 values/],
    [{ std: [0] }, /fixture\.std\.0: /],
    [{ shape: [1, 28] }, /fixture\.shape: /],
    [{ colour: "grey" }, /fixture: .*colour/],
    [
      { files: { "train-images": { bytes: 1 } } },
      /files\.train-images\.sha256: expected 64 hex digits, as no archive/,
    ],
    [
      { archive: { name: "a.tar", md5: "0", folder: "a", maxBytes: 1 } },
      /fixture\.archive\.md5: expected 32 hex digits/,
    ],
    [{ sources: [{ folder: "here", path: "a" }] }, /fixture\.sources\.0/],
    [{ files: {} }, /splits\.train\.files: "train-images" is not among/],
    [{ sources: [{ url: "ftp://a.test/" }] }, /fixture\.sources\.0/],
    [{ title: "", licence: "" }, /fixture\.title: .*fixture\.licence: /],
  ];
  for (const [changes, message] of cases) {
    assert.throws(() => parseRegistry(textWith(changes)), {
      name: "SyntaxError",
      message,
    });
  }
  assert.throws(() => parseRegistry("a: 1\na: 2\n"), {
    name: "SyntaxError",
    message: /registry: Map keys must be unique at line 2, column 1/,
  });
});
