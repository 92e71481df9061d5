import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { PAGE_ROOMS, pageAssets } from "../../lib/pages/mod.ts";
import { bundlePage } from "../../lib/pages/bundle.ts";

/** What a page may ask of a browser, gzipped. */
const MOST_BYTES = { view: 200_000, demo: 20_000 };

/** What makes a page another one each time: chance and the clock. */
const HIDDEN =
  /Math\.random|getRandomValues|randomUUID|Date\.now|new Date(?!\()|new Date\(\)/;

for (const room of PAGE_ROOMS) {
  // Seen to fail: with a word changed in the heading of either page.
  Deno.test({
    name: `bundlePage() gives the committed bundle of ${room}, which is small`,
    // The bundler is a process of its own, whose pipes close a little later.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const held = await pageAssets(room);
      const { script, style } = await bundlePage(room);
      const remedy = "the page changed: run deno task page";
      assert(script === held.script, remedy);
      assert(style === held.style, remedy);
      assert(gzipSync(script).length < MOST_BYTES[room]);
      assert.doesNotMatch(script, HIDDEN);
      assert.doesNotMatch(script + style, /https?:\/\/(?!www\.w3\.org)/);
    },
  });
}

Deno.test("the page of searches looks equal for equal records, the demo times its networks", async () => {
  const [view, demo] = [await pageAssets("view"), await pageAssets("demo")];
  assert.doesNotMatch(view.script, /performance\.now/);
  assert.equal(demo.script.match(/performance\.now/g)?.length, 1);
});
