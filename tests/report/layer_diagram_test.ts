import assert from "node:assert/strict";
import type { Network } from "../../lib/network/mod.ts";
import { layerDiagram } from "../../lib/report/mod.ts";
import { assertWellFormed, texts } from "./_svg.ts";

const conv = (outChannels: number) =>
  ({
    type: "conv",
    outChannels,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  }) as const;

const TEACHER: Network = {
  input: [1, 8, 8],
  blocks: [
    conv(40),
    { type: "batchNorm" },
    { type: "relu" },
    { type: "residual", body: [conv(40), { type: "relu" }], shortcut: [] },
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    { type: "linear", outFeatures: 10, bias: true },
  ],
};

/** Half of the first convolution; without the second one and the pool. */
const STUDENT: Network = {
  input: [1, 8, 8],
  blocks: [
    conv(20),
    { type: "batchNorm" },
    { type: "residual", body: [{ type: "relu" }], shortcut: [] },
    { type: "linear", outFeatures: 10, bias: true },
  ],
};

const draw = (leaves: readonly number[], network = STUDENT) =>
  layerDiagram({
    title: "Layers",
    teacher: TEACHER,
    students: [{ name: "stage 1", network, leaves }],
  });

Deno.test("layerDiagram() has a row a layer with channels or a window, and says what became of it", () => {
  const svg = draw([0, 1, 4, 6]);
  assertWellFormed(svg);
  const found = texts(svg);
  for (const row of ["conv3 40", "max pool 2", "linear 10"]) {
    assert(found.includes(row), row);
  }
  assert(found.includes("20 of 40"));
  // In the rows of the second convolution and the pool, and in the legend.
  assert.equal(found.filter((text) => text === "removed").length, 3);
  assert(found.includes("4 of 7 layers"));
  assert.match(
    svg,
    /<desc>stage 1: removed 2 ReLU, 3 conv3 40, 5 max pool 2; shrunk 0 from 40 to 20\./,
  );
  assert.equal(svg, draw([0, 1, 4, 6]));
});

Deno.test("layerDiagram() fills bars by the share of channels that is left", () => {
  const svg = draw([0, 1, 4, 6]);
  const widths = [
    ...svg.matchAll(/<rect [^>]*width="([\d.]+)" y="(\d+)" x="150"/g),
  ]
    .map(([, width, y]) => [Number(y), Number(width)]);
  // The widest layer's outline is 150 pixels, half of it is left.
  assert.deepEqual(widths.slice(0, 3), [[106, 75], [106, 150], [123, 150]]);
});

Deno.test("layerDiagram() refuses origins that do not fit", () => {
  assert.throws(
    () => draw([0, 1, 4]),
    /^RangeError: Cannot draw layers: "stage 1" has 3 origins, expected 4/,
  );
  assert.throws(
    () => draw([0, 2, 4, 6]),
    /leaf 1 of "stage 1" is of type "batchNorm" and was leaf 2 of the teacher, of type "relu"/,
  );
  assert.throws(
    () => layerDiagram({ title: "", teacher: TEACHER, students: [] }),
    /number of students is 0/,
  );
});
