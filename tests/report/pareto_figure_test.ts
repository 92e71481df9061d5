import assert from "node:assert/strict";
import {
  paretoFigure,
  type ParetoFigureOptions,
} from "../../lib/report/mod.ts";
import { placeLabels } from "../../lib/report/_label_places.ts";
import { assertInside, assertWellFormed, texts } from "./_svg.ts";

const OPTIONS: ParetoFigureOptions = {
  title: "VGG & <MNIST>",
  teacher: { parameters: 591_162, macs: 9_630_000, accuracy: 0.9947 },
  curves: [{
    name: "pruning",
    style: 0,
    networks: [
      {
        parameters: 10_000,
        macs: 400_000,
        accuracy: 0.98,
        interval: { low: 0.97, high: 0.99 },
      },
      { parameters: 100_000, macs: 4_000_000, accuracy: 0.99 },
    ],
  }],
  students: [
    {
      name: "reinforce",
      when: "stage 1",
      style: 0,
      isHollow: true,
      networks: [{ parameters: 40_000, macs: 2_000_000, accuracy: 0.992 }],
    },
    {
      name: "reinforce",
      when: "stage 1+2",
      style: 0,
      isHollow: false,
      networks: [{ parameters: 20_000, macs: 1_000_000, accuracy: 0.991 }],
    },
  ],
  references: [{
    name: "paper: stage 1 †",
    parameters: 73_000,
    accuracy: 0.9955,
  }],
};

/** Symbols of a figure that are no ticks. */
const marks = (svg: string) =>
  [...svg.matchAll(/<path d="M-?[\d.]+,-?[\d.]+[^"]*" transform="translate/g)]
    .filter(([path]) => !path.includes("M0,0L-4,0")).length;

Deno.test("paretoFigure() is well formed, names everything once a panel, and repeats", () => {
  const svg = paretoFigure(OPTIONS);
  assertWellFormed(svg);
  assertInside(svg);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|<style/);
  const found = texts(svg);
  const count = (text: string) => found.filter((each) => each === text).length;
  // Two panels; a search is named beside its last winners alone.
  assert.equal(count("pruning"), 2);
  assert.equal(count("reinforce"), 2);
  assert.equal(count("teacher (99.47 %)"), 2);
  // Of the paper's network the multiply-accumulates are not known.
  assert.equal(count("paper: stage 1 †"), 1);
  assert.equal(count("parameters"), 1);
  assert.match(svg, /<desc>[^<]*reinforce, stage 1\+2: 99\.10 % with 20K/);
  assert.equal(svg, paretoFigure(OPTIONS));
});

Deno.test("paretoFigure() speaks of the paper only where it has networks", () => {
  const svg = paretoFigure({ ...OPTIONS, references: [] });
  assert(!texts(svg).some((text) => text.includes("paper")));
  // Two panels with the teacher and two winners, and the paper's network in one.
  assert.equal(marks(svg), 6);
  assert.equal(marks(paretoFigure(OPTIONS)), 7);
});

Deno.test("paretoFigure() draws a teacher alone", () => {
  const svg = paretoFigure({
    ...OPTIONS,
    curves: [],
    students: [],
    references: [],
  });
  assertWellFormed(svg);
  assertInside(svg);
});

Deno.test("paretoFigure() knows as many looks as it has", () => {
  const [curve] = OPTIONS.curves;
  assert.throws(
    () => paretoFigure({ ...OPTIONS, curves: [{ ...curve!, style: 5 }] }),
    /^RangeError: Cannot draw "pruning": its style is 5, expected 0 to 4$/,
  );
});

Deno.test("placeLabels() takes another side where the first is covered, and stays inside", () => {
  const label = {
    x: 50,
    y: 50,
    width: 20,
    height: 10,
    sides: ["left", "right"] as const,
  };
  const bounds = { left: 0, top: 0, width: 100, height: 100 };
  const place = (obstacles: readonly (typeof bounds)[], x = 50) =>
    placeLabels([{ ...label, x }], { obstacles, bounds })[0]!;
  assert.deepEqual(place([]), { left: 21, top: 45, width: 20, height: 10 });
  const left = { left: 0, top: 0, width: 45, height: 100 };
  assert.equal(place([left]).left, 59);
  // There is no room for it on the left.
  assert.equal(place([], 10).left, 19);
  // Of two at one place the second gives way.
  const [first, second] = placeLabels([label, label], {
    obstacles: [],
    bounds,
  });
  assert.notDeepEqual(first, second);
});
