import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { benchText, renderBench } from "../../bench/report/mod.ts";
import { renderResults } from "../../experiments/results.ts";
import { findStale } from "../../lib/report/mod.ts";
import { BENCH } from "./_bench.ts";

Deno.test("renderResults() makes bench.md from bench.json, and finds it stale when it was typed in", async () => {
  const path = await Deno.makeTempDir();
  try {
    const folder = pathToFileURL(`${path}/`);
    assert.equal((await renderResults(folder)).size, 0);
    await Deno.writeTextFile(`${path}/bench.json`, benchText(BENCH));
    const files = await renderResults(folder);
    assert.deepEqual([...files], [["bench.md", renderBench(BENCH)]]);
    await Deno.writeTextFile(`${path}/bench.md`, renderBench(BENCH));
    assert.deepEqual(await findStale(folder, files), []);
    const typed = renderBench(BENCH).replace("1.50x", "1.60x");
    await Deno.writeTextFile(`${path}/bench.md`, typed);
    assert.equal((await findStale(folder, files)).length, 1);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});
