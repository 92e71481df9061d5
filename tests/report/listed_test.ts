import assert from "node:assert/strict";
import { listed } from "../../lib/report/mod.ts";

Deno.test("listed() puts commas between words, and a word before the last", () => {
  assert.equal(listed([]), "");
  assert.equal(listed(["a"]), "a");
  assert.equal(listed(["a", "b"]), "a and b");
  assert.equal(listed(["a", "b", "c"], "or"), "a, b or c");
});
