import assert from "node:assert/strict";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { codeDigests, noteRunCode, PROJECT } from "../../lib/lab/mod.ts";
import { withoutComments } from "../../lib/lab/session/code.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";
import { heard } from "./_heard.ts";

const FILES = {
  "engine/checks.ts": "shared",
  "engine/onnx/program.ts": "onnx",
  "engine/tfjs/node/load.ts": "tfjs",
  "training/train.ts": "/** Trains. */\nexport const a = 1; // one\n",
  "data/serve/batch.ts": "",
  "search/evaluate.ts": "",
  "reward/reward.ts": "",
  "report/table.ts": "",
};

Deno.test("codeDigests() tell code that can matter from what cannot", async () => {
  await inTemporaryFolder(async (folder) => {
    const root = pathToFileURL(`${folder}/`);
    const write = async (path: string, text: string) => {
      const whole = `${folder}/lib/${path}`;
      await Deno.mkdir(dirname(whole), { recursive: true });
      await Deno.writeTextFile(whole, text);
    };
    for (const [path, text] of Object.entries(FILES)) await write(path, text);
    const before = await codeDigests("onnx-cpu", root);
    assert.match(before.training, /^[0-9a-f]{12}$/);
    const changed = async (path: keyof typeof FILES, text: string) => {
      await write(path, text);
      const after = await codeDigests("onnx-cpu", root);
      await write(path, FILES[path]);
      return (["training", "search"] as const)
        .filter((part) => after[part] !== before[part]);
    };
    assert.deepEqual(await changed("engine/checks.ts", "x"), ["training"]);
    assert.deepEqual(await changed("engine/onnx/program.ts", "x"), [
      "training",
    ]);
    assert.deepEqual(await changed("engine/tfjs/node/load.ts", "x"), []);
    assert.deepEqual(await changed("data/serve/batch.ts", "x"), ["training"]);
    assert.deepEqual(await changed("search/evaluate.ts", "x"), [
      "training",
      "search",
    ]);
    assert.deepEqual(await changed("reward/reward.ts", "x"), ["search"]);
    assert.deepEqual(await changed("report/table.ts", "x"), []);
    const train = "training/train.ts";
    const source = "export const a = 1; // one\n";
    assert.deepEqual(
      await changed(train, `/**\n * Other\n */\n\n// words\n${source}`),
      [],
    );
    assert.deepEqual(await changed(train, source.replace("1", "2")), [
      "training",
    ]);
    const tfjs = await codeDigests("tfjs-node", root);
    assert.notEqual(tfjs.training, before.training);
    assert.equal(tfjs.search, before.search);
  });
  // Of this project, too.
  const [one, other] = [
    await codeDigests("onnx-cpu", PROJECT),
    await codeDigests("tfjs", PROJECT),
  ];
  assert.equal(one.search, other.search);
  assert.notEqual(one.training, other.training);
});

Deno.test("withoutComments() leaves out lines that are comments, and nothing else", () => {
  const text = [
    "// a",
    "/* b */",
    "let x = `",
    "* no comment",
    "`; // c",
    "  /**",
    "   * d",
    "   */",
    "/* e */ x++;",
    "",
    "x = 1 / 2; /* f",
    "g */",
  ].join("\n");
  assert.equal(
    withoutComments(text),
    "let x = `\n* no comment\n`; // c\n/* e */ x++;\nx = 1 / 2; /* f\ng */",
  );
});

Deno.test("noteRunCode() tells when a search goes on under other code, and notes which", async () => {
  const store = memoryStore();
  const note = async (search: string, hasBegun = true) => {
    let noted: ReturnType<typeof noteRunCode> | undefined;
    const said = await heard(() => {
      const code = { training: "t", search };
      noted = noteRunCode(store, "run", { code, name: "cell", hasBegun });
      return Promise.resolve();
    });
    return [noted!.earlier, said] as const;
  };
  assert.deepEqual(await note("a", false), [[], ""]);
  // Nothing was searched yet.
  assert.deepEqual(await note("b", false), [[], ""]);
  assert.deepEqual(await note("b"), [[], ""]);
  assert.deepEqual(await note("c"), [
    ["b"],
    "cell: goes on from a search by other code (b; now c): its result may be that of neither; --fresh searches anew\n",
  ]);
  assert.deepEqual((await note("d"))[0], ["b", "c"]);
  assert.deepEqual((await note("b"))[0], ["c", "d"]);
});
