import assert from "node:assert/strict";

const PROJECT = new URL("../../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", PROJECT));

/** Lines outside of code blocks. */
const PROSE = README.replaceAll(/^```[^]*?^```$/gm, "").split("\n");

Deno.test("README names every task", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", PROJECT)),
  );
  const missing = Object.keys(tasks).filter((task) =>
    !README.includes(` task ${task}`) && !README.includes(`\`${task}\``)
  );
  assert.deepEqual(missing, []);
});

Deno.test("README has each heading once", () => {
  const headings = PROSE.filter((line) => /^#+ /.test(line));
  assert.ok(headings.length > 10);
  assert.deepEqual(headings, [...new Set(headings)]);
});

Deno.test("README has no table that lost its head", () => {
  // Formatted, the rows of such a table run into one another as a paragraph.
  assert.deepEqual(PROSE.filter((line) => /\| \|(?!.*\|$)/.test(line)), []);
  const heads = PROSE.filter((line) => /^\| -/.test(line));
  const starts = PROSE.filter((line, index) =>
    line.startsWith("|") && !PROSE[index - 1]?.startsWith("|")
  );
  assert.equal(starts.length, heads.length);
});
