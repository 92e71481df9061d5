/** README.md and the pages that it leads to. */

import assert from "node:assert/strict";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = new URL("../../", import.meta.url);

const read = (path: string) => Deno.readTextFile(new URL(path, PROJECT));

/** A page, whose lines outside of code blocks are looked at. */
interface Page {
  readonly path: string;
  readonly prose: readonly string[];
}

async function pageAt(path: string): Promise<Page> {
  const text = await read(path);
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "").split("\n");
  return { path, prose };
}

const PATHS = ["README.md", "bench/README.md", "datasets/README.md"];
for (const { name } of Deno.readDirSync(new URL("docs/", PROJECT))) {
  if (name.endsWith(".md")) PATHS.push(`docs/${name}`);
}
const PAGES = await Promise.all(PATHS.toSorted().map(pageAt));

const headingsOf = ({ prose }: Page) =>
  prose.filter((line) => /^#+ /.test(line));

/** What a link within a page names a heading by, on GitHub. */
function anchorOf(heading: string): string {
  return heading.replace(/^#+ /, "").toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** Where a page's links lead, but those to other hosts. */
function linksOf({ prose }: Page): readonly string[] {
  const text = prose.join("\n").replaceAll(/`[^`]*`/g, "");
  return Array.from(
    text.matchAll(/\]\(([^)\s]+)\)/g),
    ([, target]) => target!,
  ).filter((target) => !/^[a-z]+:/.test(target));
}

Deno.test("README is read in a few minutes", async () => {
  const lines = (await read("README.md")).trimEnd().split("\n").length;
  assert.ok(lines < 250, `README.md has ${lines} lines`);
});

// Seen to fail: with the row of a task taken out.
Deno.test("README or docs/commands.md names every task", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  const text = await read("README.md") + await read("docs/commands.md");
  const missing = Object.keys(tasks).filter((task) =>
    !new RegExp(` task ${task}(?![\\w:-])`).test(text) &&
    !text.includes(`\`${task}\``)
  );
  assert.deepEqual(missing, []);
});

// Seen to fail: with a page that README does not name.
Deno.test("README leads to every page of docs/", () => {
  const readme = PAGES.find(({ path }) => path === "README.md")!;
  const links = linksOf(readme).map((target) => target.split("#")[0]);
  assert.deepEqual(
    PATHS.filter((path) => path !== "README.md" && !links.includes(path))
      // Named by the page on engines.
      .filter((path) => path !== "bench/README.md"),
    [],
  );
});

// Seen to fail: with a file, a folder and a heading misspelt.
Deno.test("every link of README and docs/ leads to a file, and to a heading of it", async () => {
  let count = 0;
  for (const page of PAGES) {
    for (const target of linksOf(page)) {
      const [file = "", anchor] = target.split("#");
      const path = file === ""
        ? page.path
        : posix.join(posix.dirname(page.path), decodeURI(file));
      const place = `${page.path} leads to ${target}`;
      assert.ok(!path.startsWith(".."), `${place}, out of the project`);
      const found = await Deno.stat(fileURLToPath(new URL(path, PROJECT)))
        .catch(() => undefined);
      assert.ok(found !== undefined, `${place}, which is not there`);
      if (anchor !== undefined) {
        const anchors = headingsOf(await pageAt(path)).map(anchorOf);
        assert.ok(anchors.includes(anchor), `${place}: no such heading`);
      }
      count++;
    }
  }
  assert.ok(count > 80, `only ${count} links were found`);
});

Deno.test("every page has each heading once", () => {
  assert.ok(PAGES.length > 12);
  for (const page of PAGES) {
    const headings = headingsOf(page);
    assert.ok(headings.length > 0, page.path);
    assert.deepEqual(headings, [...new Set(headings)], page.path);
  }
});

Deno.test("no page has a table that lost its head", () => {
  for (const { path, prose } of PAGES) {
    // Formatted, the rows of such a table run into one another as a paragraph.
    assert.deepEqual(
      prose.filter((line) => /\| \|(?!.*\|$)/.test(line)),
      [],
      path,
    );
    const heads = prose.filter((line) => /^\| -/.test(line));
    const starts = prose.filter((line, index) =>
      line.startsWith("|") && !prose[index - 1]?.startsWith("|")
    );
    assert.equal(starts.length, heads.length, path);
  }
});
