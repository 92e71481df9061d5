import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { EXPERIMENTS } from "../experiments/all.ts";
import { renderReadme, renderResults } from "../experiments/results.ts";
import { findOrphans } from "../lib/lab/mod.ts";
import { findStale } from "../lib/report/mod.ts";

const PROJECT = new URL("../", import.meta.url);
const RESULTS = new URL("results/", PROJECT);

/** Whether results/ is as committed; undefined without git or a repository. */
async function resultsAreCommitted(): Promise<boolean | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["status", "--porcelain", "--", "results"],
      cwd: PROJECT,
      stderr: "null",
    }).output();
    return success ? stdout.length === 0 : undefined;
  } catch {
    return undefined;
  }
}

Deno.test("renderResults() gives the files on disk when nobody typed in them", async () => {
  const files = await renderResults(RESULTS);
  assert.ok(files.has("rq1/laptop.md"), "the laptop table of RQ1 is there");
  assert.ok(files.get("README.md")?.includes("[laptop](rq1/laptop.md)"));
  assert.deepEqual(await findStale(RESULTS, files), []);
  for (const { report: { question } } of EXPERIMENTS) {
    const orphans = await findOrphans(fileURLToPath(RESULTS), question, files);
    assert.deepEqual(orphans, []);
  }
});

Deno.test({
  name: "renderReadme() gives README.md when its tables are the committed ones",
  // Whoever ran an experiment has other results than README.md, rightly.
  ignore: await resultsAreCommitted() !== true,
  async fn() {
    const readme = await Deno.readTextFile(new URL("README.md", PROJECT));
    const files = await renderResults(RESULTS);
    assert.match(readme, /\]\(results\/rq1\/laptop\/mnist-vgg13-\S+\.md\)/);
    assert.equal(renderReadme(readme, files), readme);
  },
});

Deno.test("renderReadme() replaces what stands between the markers, and only that", () => {
  const files = new Map([[
    "rq1/laptop.md",
    "# T\n![a](laptop/x.svg) [b](laptop.json) [c](laptopx)\n",
  ]]);
  assert.equal(
    renderReadme(
      "a\n<!-- results: rq1 -->\nold\n<!-- /results -->\nb\n",
      files,
    ),
    "a\n<!-- results: rq1 -->\n\n### T\n![a](results/rq1/laptop/x.svg) [b](results/rq1/laptop.json) [c](laptopx)\n\n<!-- /results -->\nb\n",
  );
});

Deno.test("renderReadme() has a line a question where README.md shows the verdicts", () => {
  const shown = renderReadme(
    "a\n<!-- verdicts -->\nold\n<!-- /verdicts -->\nb\n",
    new Map([["rq1/laptop.md", "# T\n"]]),
  );
  assert.match(shown, /^a\n<!-- verdicts -->\n\n\| question /);
  assert.match(shown, /\n\| \[rq1\]\(results\/rq1\/laptop\.md\) /);
  assert.match(shown, /\n\n<!-- \/verdicts -->\nb\n$/);
});
