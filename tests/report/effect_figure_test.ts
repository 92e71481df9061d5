import assert from "node:assert/strict";
import { type Effect, effectFigure } from "../../lib/report/mod.ts";
import { assertInside, assertWellFormed, texts } from "./_svg.ts";

const EFFECTS: readonly Effect[] = [
  {
    name: "a & <b>",
    against: "whole",
    differences: [-0.3, -0.1],
    mean: -0.2,
    interval: { low: -0.45, high: 0.05 },
    note: "p = 0.5",
  },
  {
    name: "single",
    against: "whole",
    differences: [0.1],
    mean: 0.1,
    note: "p = 1",
  },
];

const draw = (effects: readonly Effect[]) =>
  effectFigure({
    title: "Ablations",
    x: "difference",
    sides: { below: "worse", above: "better" },
    effects,
  });

/** Places of the large dots, by the mean, down the page. */
const means = (svg: string) =>
  [...svg.matchAll(/<circle [^>]*>/g)].map(([tag]) => tag)
    .filter((tag) => /r="4.5"/.test(tag))
    .map((tag) => ({
      x: Number(/cx="([^"]+)"/.exec(tag)![1]),
      y: Number(/cy="([^"]+)"/.exec(tag)![1]),
    }));

Deno.test("effectFigure() is well formed and names everything", () => {
  const svg = draw(EFFECTS);
  assertWellFormed(svg);
  assertInside(svg);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|<style/);
  const found = texts(svg);
  for (
    const text of ["a &amp; &lt;b&gt;", "less whole", "p = 0.5", "single"]
      .concat("← worse", "better →", "difference", "Ablations")
  ) {
    assert.ok(found.includes(text), text);
  }
});

Deno.test("effectFigure() has its rows from top to bottom, better to the right", () => {
  const [first, second] = means(draw(EFFECTS));
  assert.ok(first!.y < second!.y);
  assert.ok(first!.x < second!.x);
});

Deno.test("effectFigure() throws when there is nothing to compare", () => {
  assert.throws(() => draw([]), {
    name: "RangeError",
    message: "Cannot draw effects: their number is 0, expected at least 1",
  });
});
