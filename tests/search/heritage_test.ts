import assert from "node:assert/strict";
import { removeLayers, shrinkLayers } from "../../lib/compress/mod.ts";
import { type Inheritance, startsFrom } from "../../lib/search/mod.ts";
import { POOLED, SHRINK } from "./_search.ts";

/** An inheritance that keeps what it is told to make known. */
function inheritance(changes: Partial<Inheritance> = {}) {
  const registered: Uint8Array[] = [];
  const given: Inheritance = {
    importance: "foldedL1",
    observe: 500,
    finals: true,
    teacher: new Uint8Array(),
    register(weights) {
      registered.push(weights);
      return `weights ${registered.length}`;
    },
    ...changes,
  };
  return { given, registered };
}

const weights = Uint8Array.of(1, 2, 3);

Deno.test("startsFrom() makes the weights known once, and has every student start from them by its layers", () => {
  const { given, registered } = inheritance();
  const start = startsFrom(given, { base: POOLED, weights });
  assert.deepEqual(registered, [weights]);
  // Layers with parameters: conv, batch norm, conv, batch norm, conv, linear.
  const removed = removeLayers(
    POOLED,
    POOLED.blocks.map((_, leaf) => leaf !== 1 && leaf !== 7),
  );
  const shrunk = shrinkLayers(POOLED, POOLED.blocks.map(() => 0.5), SHRINK);
  assert(removed.ok && shrunk.ok);
  const common = {
    base: POOLED,
    weights: "weights 1",
    importance: "foldedL1",
    observe: 500,
  };
  assert.deepEqual(start(removed), { ...common, layers: [0, 2, 3, 5] });
  assert.deepEqual(start(shrunk), { ...common, layers: [0, 1, 2, 3, 4, 5] });
  assert.equal(registered.length, 1);
});

Deno.test("startsFrom() says nothing of statistics that are kept", () => {
  const { given } = inheritance({ observe: 0 });
  const start = startsFrom(given, { base: POOLED, weights });
  const shrunk = shrinkLayers(POOLED, POOLED.blocks.map(() => 0.5), SHRINK);
  assert(shrunk.ok);
  assert.equal("observe" in start(shrunk), false);
});
