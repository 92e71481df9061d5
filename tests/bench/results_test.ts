import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  benchPath,
  benchText,
  fillMachines,
  readBenches,
  renderPages,
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

Deno.test("renderPages() gives what is in results when nobody typed in it", async () => {
  const folder = new URL("results/", PROJECT);
  const benches = await readBenches(fileURLToPath(folder).replace(/.$/, ""));
  assert.ok(benches.size > 0);
  assert.deepEqual(await findStale(folder, renderPages(benches)), []);
});

Deno.test("fillMachines() gives docs/machines.md when nobody typed in it", async () => {
  const results = fileURLToPath(new URL("results", PROJECT));
  const benches = [...(await readBenches(results)).values()];
  assert(benches.some(({ queue }) => queue !== undefined));
  const docs = new URL("docs/", PROJECT);
  const page = await Deno.readTextFile(new URL("machines.md", docs));
  const files = new Map([["machines.md", fillMachines(page, benches)]]);
  assert.deepEqual(await findStale(docs, files), []);
  assert.match(page, /\| +1000 \|/);
});

Deno.test("bench --render writes all pages from the measurements, and nothing else", async () => {
  const results = await Deno.makeTempDir();
  try {
    const none = await render(results);
    assert.equal(none.code, 2, none.stderr);
    assert.match(none.stderr, /--render: there are no measurements in/);

    await Deno.mkdir(`${results}/bench`);
    const path = benchPath(BENCH.step!.machine);
    await Deno.writeTextFile(`${results}/${path}`, benchText(BENCH));
    const pages = renderPages(new Map([[path, BENCH]]));
    const page = "bench/amd-26-2-avx512-bf16.md";
    const typed = pages.get(page)!.replace("1.50x", "1.60x");
    assert.notEqual(typed, pages.get(page));
    await Deno.writeTextFile(`${results}/${page}`, typed);
    const { code, stderr } = await render(results);
    assert.equal(code, 0, stderr);
    const read = (name: string) => Deno.readTextFile(`${results}/${name}`);
    assert.deepEqual([...pages.keys()], ["bench.md", page]);
    for (const [name, text] of pages) assert.equal(await read(name), text);
    assert.equal(await read(path), benchText(BENCH));
    const names = async (folder: string) =>
      (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
        .sort();
    assert.deepEqual(await names(results), ["bench", "bench.md"]);
    assert.equal((await names(`${results}/bench`)).length, 2);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
});
