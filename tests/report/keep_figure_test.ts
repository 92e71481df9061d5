import assert from "node:assert/strict";
import { resnet, vgg } from "../../lib/network/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import {
  expectedRatio,
  keepFigure,
  layerLabels,
} from "../../lib/report/mod.ts";
import { samplePolicy } from "./_sample.ts";
import { assertWellFormed, texts } from "./_svg.ts";

/** Widths of the cells of each colour, in reading order of the file. */
function cells(
  svg: string,
): readonly (readonly [fill: string, width: number])[] {
  return [...svg.matchAll(/<path ([^>]*crispEdges[^>]*)\/?>/g)].flatMap(
    ([, attributes = ""]) => {
      const fill = /fill="([^"]+)"/.exec(attributes)?.[1];
      const path = /\bd="([^"]+)"/.exec(attributes)?.[1] ?? "";
      return fill === undefined
        ? []
        : [...path.matchAll(/M(\d+),\d+H(\d+)/g)].map(([, from, to]) =>
          [fill, Number(to) - Number(from)] as const
        );
    },
  );
}

Deno.test("keepFigure() shows free layers with labels and last values when given", () => {
  const options = samplePolicy();
  const svg = keepFigure({
    ...options,
    iterations: [[1, 0.5, 0.5], [1, 0.25, 0.999]],
  });
  assertWellFormed(svg);
  const found = texts(svg);
  assert.equal(found.includes("0 conv3 8"), false);
  for (
    const text of [
      "1 batch norm",
      "2 max pool 2",
      "0.25",
      "1.00",
      "0 remove",
      "1 keep",
      "probability of keeping the layer",
      "2 of 3 layers; the policy does not decide about the others",
    ]
  ) {
    assert.ok(found.includes(text), text);
  }
});

Deno.test("keepFigure() colours by value and joins equal cells when drawn", () => {
  const draw = (row: readonly number[]) =>
    cells(keepFigure({
      title: "x",
      kind: "removal",
      labels: ["a"],
      free: [true],
      iterations: row.map((value) => [value]),
    }));
  const [[dark, width] = ["", 0]] = draw([0]);
  assert.equal(dark, "#440154");
  assert.deepEqual(draw([1]), [["#fde725", width]]);
  assert.deepEqual(draw([0, 0, 0, 0]), [[dark, width]]);
  const parts = draw([0, 1, 1, 0]);
  assert.deepEqual(parts.map(([fill]) => fill), [dark, dark, "#fde725"]);
  assert.equal(parts.reduce((sum, [, size]) => sum + size, 0), width);
  // NaN is left white: no cell.
  assert.equal(draw([NaN, 0]).length, 1);
});

Deno.test("keepFigure() gives the bytes it always gave when its rows are layers", () => {
  const options = samplePolicy();
  assert.equal(
    sha256Hex(keepFigure(options)),
    "a5ce7ae13fe6831cc20cc52f3db8e6f70e7822f0aca30498f35d67fdc6ba7b91",
  );
  assert.equal(
    sha256Hex(keepFigure({ ...options, kind: "shrinkage" })),
    "ec2dd9eed18645d166d3bdae251cb981dbbacf7cac5b4fe4e27486bc3c5c4037",
  );
});

Deno.test("keepFigure() speaks of what is left of decisions when the policy is a joint one", () => {
  const options = {
    ...samplePolicy(),
    kind: "joint",
    row: "decision",
  } as const;
  const svg = keepFigure({ ...options, iterations: [[1, 0, 0.375]] });
  assertWellFormed(svg);
  const found = texts(svg);
  for (
    const text of [
      "expected share that is left",
      "decision",
      "2 of 3 decisions; the policy does not decide about the others",
      "0.00",
      "0.38",
    ]
  ) {
    assert.ok(found.includes(text), text);
  }
  assert.match(svg, /that is left by decision and iteration/);
  assert.equal(
    texts(keepFigure(options)).some((text) => /layer/.test(text)),
    false,
  );
  assert.throws(() => keepFigure({ ...options, iterations: [[1, 1.5, 0]] }), {
    message:
      "Cannot draw a policy: decision 1 of iteration 1 is 1.5, expected 0 to 1",
  });
});

Deno.test("keepFigure() is whole when there are no iterations or no free layers", () => {
  const options = samplePolicy();
  const empty = keepFigure({ ...options, iterations: [] });
  const fixed = keepFigure({ ...options, free: [false, false, false] });
  for (const svg of [empty, fixed]) {
    assertWellFormed(svg);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  }
  assert.ok(texts(empty).includes("no iteration yet"));
  assert.ok(texts(fixed).includes("no free layer"));
});

Deno.test("keepFigure() throws when its parts do not fit together", () => {
  const options = samplePolicy();
  const faults = [
    [{ free: [true] }, "the length of free is 1, expected 3, one a label"],
    [
      { iterations: [[1, 1, 1], [1]] },
      "the length of iteration 2 is 1, expected 3, one a label",
    ],
    [
      { iterations: [[1, 1.5, 1]] },
      "layer 1 of iteration 1 is 1.5, expected 0 to 1",
    ],
    [
      { labels: ["a", "b", "a"] },
      'label 2 is "a" again, expected each label once',
    ],
  ] as const;
  for (const [change, message] of faults) {
    assert.throws(() => keepFigure({ ...options, ...change }), {
      name: "RangeError",
      message: `Cannot draw a policy: ${message}`,
    });
  }
});

Deno.test("layerLabels() are unique and readable when networks have shortcuts", () => {
  const plain = layerLabels(
    vgg({ depth: 11, input: [3, 32, 32], classes: 10 }),
  );
  assert.deepEqual(plain.slice(0, 4), [
    "0 conv3 64",
    "1 batch norm",
    "2 ReLU",
    "3 max pool 2",
  ]);
  assert.match(plain.at(-1)!, /^\d+ linear 10$/);
  const labels = layerLabels(
    resnet({ depth: 18, input: [3, 32, 32], classes: 10 }),
  );
  assert.equal(new Set(labels).size, labels.length);
  assert.ok(labels.some((label) => /^\d+ conv1 128 \/2 shortcut$/.test(label)));
  assert.ok(labels.some((label) => /^\d+ conv3 128 \/2$/.test(label)));
});

Deno.test("expectedRatio() is the weighted mean when given a policy", () => {
  const ratios = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  assert.equal(expectedRatio(ratios.map(() => 0.1), ratios), 0.55);
  assert.equal(expectedRatio([0, 1], [0.5, 1]), 1);
  assert.throws(() => expectedRatio([1], [0.5, 1]), RangeError);
});
