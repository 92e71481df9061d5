import assert from "node:assert/strict";
import {
  differenceFigure,
  type DifferenceFigureOptions,
  type DifferencePanel,
} from "../../lib/report/mod.ts";
import { assertInside, assertWellFormed, texts } from "./_svg.ts";

const PANEL: DifferencePanel = {
  title: "logit MSE less labels",
  note: "mean +0.50 [0.10, 0.90]",
  dots: [{ x: 1.5, y: -1 }, { x: 8, y: 2 }, { x: 30, y: 0.5 }],
  mean: 0.5,
  interval: { low: 0.1, high: 0.9 },
};

function figure(
  panels: readonly DifferencePanel[],
  more: Partial<DifferenceFigureOptions> = {},
): string {
  return differenceFigure({
    title: "Losses",
    x: "compression",
    y: "difference (points)",
    zero: "labels",
    least: 0.01,
    rows: [{ title: "final, fresh", panels }],
    ...more,
  });
}

/** Where a text stands. */
function placeOf(svg: string, text: string): number {
  const found = new RegExp(`y="([\\d.]+)"[^>]*>${text}<`).exec(svg);
  assert.ok(found !== null, text);
  return Number(found[1]);
}

Deno.test("differenceFigure() draws every pair, and names what it shows", () => {
  const svg = figure([PANEL, { ...PANEL, title: "KL less labels" }]);
  assertWellFormed(svg);
  assertInside(svg);
  assert.equal(svg.match(/<circle /g)?.length, 6);
  for (
    const text of [
      "Losses",
      "final, fresh",
      "KL less labels",
      "difference (points)",
      "labels",
      "mean",
      PANEL.note,
      // Every tick of x has its text.
      ...["1x", "2x", "5x", "10x", "20x", "50x"],
    ]
  ) {
    assert.ok(texts(svg).includes(text), text);
  }
  assert.equal(svg, figure([PANEL, { ...PANEL, title: "KL less labels" }]));
});

Deno.test("differenceFigure() draws no pair that is not finite, nor a mean that there is none of", () => {
  const { mean: _, interval: _interval, ...rest } = PANEL;
  const svg = figure([{ ...rest, dots: [{ x: 2, y: NaN }, { x: 3, y: 1 }] }]);
  assertInside(svg);
  assert.equal(svg.match(/<circle /g)?.length, 1);
  assert.ok(!texts(svg).includes("mean"));
  assertInside(figure([{ ...rest, dots: [] }]));
});

Deno.test("differenceFigure() keeps the names of its lines apart", () => {
  const gap = (mean: number) => {
    const svg = figure([{
      ...PANEL,
      mean,
      interval: { low: mean, high: mean },
    }]);
    return placeOf(svg, "labels") - placeOf(svg, "mean");
  };
  assert.equal(gap(0.001), 12);
  assert.equal(gap(-0.001), -12);
  assert.ok(gap(1) > 12);
});

Deno.test("differenceFigure() throws RangeError without rows or panels", () => {
  assert.throws(() => figure([]), RangeError);
  assert.throws(() => figure([PANEL], { rows: [] }), {
    name: "RangeError",
    message: /there are 0 rows with at most 0 panels/,
  });
});
