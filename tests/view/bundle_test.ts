import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { pageAssets } from "../../lib/view/mod.ts";
import { bundlePage } from "../../lib/view/bundle.ts";

/** What a page may ask of a browser, gzipped. */
const MOST_BYTES = 200_000;

Deno.test({
  name: "bundlePage() gives the committed bundle, which is small",
  // The bundler is a process of its own, whose pipes close a little later.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const held = await pageAssets();
    const { script, style } = await bundlePage();
    const remedy = "the page changed: run deno task page";
    assert(script === held.script, remedy);
    assert(style === held.style, remedy);
    assert(gzipSync(script).length < MOST_BYTES);
    // Equal records look equal: nothing is drawn by chance or by the clock.
    assert.doesNotMatch(
      script,
      /Math\.random|getRandomValues|randomUUID|performance\.now|Date\.now|new Date(?!\()|new Date\(\)/,
    );
    assert.doesNotMatch(script + style, /https?:\/\/(?!www\.w3\.org)/);
  },
});
