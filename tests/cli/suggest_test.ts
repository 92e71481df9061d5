import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, suggestion } from "../../lib/cli/_suggest.ts";

Deno.test("editDistance() counts edits when words are known pairs", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("flaw", "lawn"), 2);
});

Deno.test("editDistance() is a metric when words are any", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(fc.property(word, word, word, (a, b, c) => {
    assert.equal(editDistance(a, b), editDistance(b, a));
    assert.equal(editDistance(a, b) === 0, a === b);
    assert(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
  }));
});

Deno.test("suggestion() is silent when no word is near", () => {
  assert.equal(suggestion("engine", ["workers", "data"]), "");
  assert.equal(
    suggestion("engin", ["data", "engine"]),
    '; did you mean "engine"?',
  );
});
