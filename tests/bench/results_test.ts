import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  benchText,
  fillMachines,
  readBench,
  renderBench,
} from "../../bench/report/mod.ts";
import { findStale } from "../../lib/report/mod.ts";
import { BENCH } from "./_bench.ts";

const PROJECT = new URL("../../", import.meta.url);

async function render(
  results: string,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-all", "bench/main.ts"],
      ...["--render", "--results", results],
    ],
    cwd: fileURLToPath(PROJECT),
    stdin: "null",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("renderBench() gives results/bench.md when nobody typed in it", async () => {
  const folder = new URL("results/", PROJECT);
  const text = await Deno.readTextFile(new URL("bench.json", folder));
  const files = new Map([
    ["bench.md", renderBench(readBench(text, "bench.json"))],
  ]);
  assert.deepEqual(await findStale(folder, files), []);
});

Deno.test("fillMachines() gives docs/machines.md when nobody typed in it", async () => {
  const json = new URL("results/bench.json", PROJECT);
  const bench = readBench(await Deno.readTextFile(json), "bench.json");
  assert(bench.queue !== undefined);
  const docs = new URL("docs/", PROJECT);
  const page = await Deno.readTextFile(new URL("machines.md", docs));
  const files = new Map([["machines.md", fillMachines(page, bench)]]);
  assert.deepEqual(await findStale(docs, files), []);
  assert.match(page, /\| +1000 \|/);
});

Deno.test("bench --render writes bench.md from bench.json, and nothing else", async () => {
  const results = await Deno.makeTempDir();
  try {
    const none = await render(results);
    assert.equal(none.code, 2, none.stderr);
    assert.match(none.stderr, /--render: there is no ".*bench\.json"/);

    await Deno.writeTextFile(`${results}/bench.json`, benchText(BENCH));
    const typed = renderBench(BENCH).replace("1.50x", "1.60x");
    await Deno.writeTextFile(`${results}/bench.md`, typed);
    const { code, stderr } = await render(results);
    assert.equal(code, 0, stderr);
    const read = (name: string) => Deno.readTextFile(`${results}/${name}`);
    assert.notEqual(typed, renderBench(BENCH));
    assert.equal(await read("bench.md"), renderBench(BENCH));
    assert.equal(await read("bench.json"), benchText(BENCH));
    const entries = await Array.fromAsync(Deno.readDir(results));
    const names = entries.map(({ name }) => name);
    assert.deepEqual(names.sort(), ["bench.json", "bench.md"]);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
});
