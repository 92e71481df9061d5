import assert from "node:assert/strict";
import { scatterFigure, type ScatterPanel } from "../../lib/report/mod.ts";
import { assertInside, assertWellFormed, texts } from "./_svg.ts";

function panel(title: string, count = 6): ScatterPanel {
  return {
    title,
    note: `${count} dots`,
    dots: Array.from({ length: count }, (_, i) => ({
      x: 10 * i + title.length,
      y: 60 + i,
      isMarked: i >= count / 2,
    })),
  };
}

function draw(panels: readonly ScatterPanel[]): string {
  return scatterFigure({
    title: "Proxies & <truth>",
    x: "proxy (%)",
    y: "truth (%)",
    kinds: { marked: "better half", other: "other half" },
    panels,
  });
}

const circles = (svg: string) =>
  [...svg.matchAll(/<circle [^>]*cx="[^"]*"/g)].length;

Deno.test("scatterFigure() is well formed and names everything", () => {
  const svg = draw(["a", "bb", "ccc", "dddd"].map((title) => panel(title)));
  assertWellFormed(svg);
  assertInside(svg);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|<style/);
  const found = texts(svg);
  for (
    const text of ["a", "dddd", "6 dots", "better half", "other half"]
      .concat("proxy (%)", "truth (%)", "Proxies &amp; &lt;truth&gt;")
  ) {
    assert.ok(found.includes(text), text);
  }
  // Three columns, then the next row.
  assert.match(svg, /viewBox="0 0 960 672"/);
  // The legend's two, and every dot.
  assert.equal(circles(svg), 2 + 4 * 6);
  assert.equal(
    svg,
    draw(["a", "bb", "ccc", "dddd"].map((title) => panel(title))),
  );
});

Deno.test("scatterFigure() draws a dot at one height in every panel", () => {
  const dots = [{ x: 0, y: 50, isMarked: true }, {
    x: 1,
    y: 70,
    isMarked: true,
  }];
  const [low, high] = [dots.slice(0, 1), dots];
  const svg = draw([
    { title: "one", note: "", dots: low },
    { title: "two", note: "", dots: high },
  ]);
  const heights = [...svg.matchAll(/<circle [^>]*/g)].map(([circle]) =>
    /cy="([\d.]+)"/.exec(circle)![1]
  ).slice(2);
  assert.equal(heights.length, 3);
  assert.equal(heights[0], heights[1]);
  assert.notEqual(heights[1], heights[2]);
});

Deno.test("scatterFigure() leaves out what is not finite, and takes an empty panel", () => {
  const dots = [
    { x: NaN, y: 1, isMarked: true },
    { x: 1, y: Infinity, isMarked: false },
    { x: 1, y: 1, isMarked: false },
  ];
  const svg = draw([{ title: "a", note: "", dots }, panel("empty", 0)]);
  assertWellFormed(svg);
  assert.doesNotMatch(svg, /NaN|Infinity/);
  assert.equal(circles(svg), 2 + 1);
});

Deno.test("scatterFigure() throws when there is no panel", () => {
  assert.throws(() => draw([]), {
    name: "RangeError",
    message:
      "Cannot draw a scatter: the number of panels is 0, expected at least 1",
  });
});
