import assert from "node:assert/strict";
import {
  iterationAxis,
  linearAxis,
  ratioAxis,
} from "../../lib/report/_axis.ts";
import { rejections, series } from "../../lib/report/_search_data.ts";
import { searchFigure } from "../../lib/report/mod.ts";
import { sampleSearch } from "./_sample.ts";
import { assertInside, assertWellFormed, texts } from "./_svg.ts";

const ROLLOUTS = [
  [{ reward: 0.4, accuracy: 0.8 }, { reward: -1, rejected: true }],
  [{ reward: NaN }, { reward: 0.2, accuracy: 0.9 }],
  [{ reward: -1, rejected: true }],
  [{ reward: 0.6 }],
];

Deno.test("series() leaves out rejected and failed students when taking means", () => {
  const found = series(ROLLOUTS, (rollout) => rollout.accuracy);
  assert.deepEqual(found.students, [{ x: 1, y: 0.8 }, { x: 2, y: 0.9 }]);
  assert.deepEqual(found.means.map(({ y }) => y), [0.8, 0.9, NaN, NaN]);
  // The best by reward keeps its accuracy until a better one comes.
  assert.deepEqual(found.best.map(({ y }) => y), [0.8, 0.8, 0.8, NaN]);
  const reward = series(ROLLOUTS, (rollout) => rollout.reward);
  assert.deepEqual(reward.best.map(({ y }) => y), [0.4, 0.4, 0.4, 0.6]);
});

Deno.test("rejections() gives the rejected part when there are any", () => {
  assert.deepEqual(rejections([...ROLLOUTS, []]), [
    { x: 1, y: 0.5 },
    { x: 3, y: 1 },
  ]);
});

Deno.test("axes end at ticks that hold all values when values vary", () => {
  for (const values of [[0.31, 0.97], [5], [-1, -1], [99.1, 99.13], [0, 1e6]]) {
    const { domain, ticks } = linearAxis(values, {
      least: 0.001,
      otherwise: [0, 1],
    });
    assert.ok(
      domain[0] <= Math.min(...values) && domain[1] >= Math.max(...values),
    );
    assert.deepEqual([ticks[0], ticks.at(-1)], domain);
    assert.ok(ticks.length >= 2 && ticks.length <= 8, ticks.join());
  }
  for (const values of [[1, 130], [1, 1], [1.2, 1.4], [20, 21], [1, 5e4]]) {
    const { domain, ticks } = ratioAxis(values);
    assert.ok(
      domain[0] <= Math.min(...values) && domain[1] >= Math.max(...values),
    );
    assert.ok(ticks.length >= 2 && ticks.length <= 9, ticks.join());
  }
  assert.deepEqual(linearAxis([], { least: 1, otherwise: [0, 100] }).domain, [
    0,
    100,
  ]);
  const { ticks, format } = linearAxis([0, 1], {
    least: 0.1,
    otherwise: [0, 1],
  });
  assert.deepEqual(ticks.map(format), [
    "0.0",
    "0.2",
    "0.4",
    "0.6",
    "0.8",
    "1.0",
  ]);
  assert.deepEqual(iterationAxis(0).domain, [0.5, 1.5]);
  assert.deepEqual(iterationAxis(3).ticks, [1, 2, 3]);
  assert.deepEqual(iterationAxis(100).ticks.slice(0, 3), [1, 10, 20]);
});

Deno.test("searchFigure() is well formed and names everything when a search is whole", () => {
  const svg = searchFigure(sampleSearch());
  assertWellFormed(svg);
  assertInside(svg);
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|<style|clip-path/);
  assert.doesNotMatch(svg, /\d\.\d{3}/);
  const found = texts(svg);
  for (
    const text of [
      'VGG-13 &lt;on&gt; "MNIST" &amp; co: é, 𝛼',
      "Reward",
      "Validation accuracy (%)",
      "Compression (teacher / student parameters)",
      "iteration",
      "trained student",
      "iteration mean",
      "student with the best reward so far",
      "teacher (99.54 %)",
      "Stage 1: layer removal",
      "Stage 2: layer shrinkage",
    ]
  ) {
    assert.ok(found.includes(text), text);
  }
  assert.ok(
    found.some((text) =>
      /12 iterations, 48 students: \d+ rejected, 1 failed/.test(text)
    ),
  );
});

Deno.test("searchFigure() draws one dot a trained student when it is a single run", () => {
  const svg = searchFigure({
    title: "One",
    teacher: { parameters: 100 },
    stage1: { iterations: [[{ reward: 0.5, accuracy: 0.9, parameters: 50 }]] },
  });
  assertWellFormed(svg);
  // Three panels: the student, the mean and the best, and one in the legend.
  assert.equal(svg.match(/<circle /g)?.length, 3 * 3 + 1);
  assert.doesNotMatch(svg, /Stage 2|rejected|teacher \(/);
});

Deno.test("searchFigure() says so when no student was trained", () => {
  for (
    const iterations of [
      [],
      [[]],
      [[{ reward: -1, rejected: true }]],
      [[{ reward: NaN, accuracy: NaN, parameters: NaN }]],
    ]
  ) {
    const svg = searchFigure({
      title: "None",
      teacher: { parameters: 100, accuracy: 0.5 },
      stage1: { iterations },
      stage2: { iterations: [] },
    });
    assertWellFormed(svg);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
    assert.equal(svg.match(/no trained student/g)?.length, 6);
  }
});

Deno.test("searchFigure() draws a long title smaller when it would not fit", () => {
  const title = "a".repeat(150);
  const svg = searchFigure({ ...sampleSearch(), title });
  const size = Number(/font-size="([\d.]+)"[^>]*>a{150}</.exec(svg)?.[1]);
  assert.ok(size > 5 && size * 0.68 * 150 <= 960 - 32, String(size));
});

Deno.test("searchFigure() leaves out characters that XML cannot hold when the title has some", () => {
  const svg = searchFigure({ ...sampleSearch(), title: "a\u0000b\u001bc" });
  assert.ok(texts(svg).includes("abc"));
  assert.match(svg, /<title>abc</);
});
