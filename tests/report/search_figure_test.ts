import assert from "node:assert/strict";
import {
  iterationAxis,
  linearAxis,
  ratioAxis,
} from "../../lib/report/_axis.ts";
import { rejections, series } from "../../lib/report/search_figure/_series.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { searchFigure } from "../../lib/report/mod.ts";
import { sampleSearch, sampleStage } from "./_sample.ts";
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

Deno.test("searchFigure() gives the bytes it always gave when a search has one or two stages", () => {
  // Committed figures must not change with the program that draws them.
  const search = sampleSearch();
  assert.equal(
    sha256Hex(searchFigure(search)),
    "65c94aeee1327d0748fb97317c5180844717ebc098390c1a250fd99337ad8073",
  );
  assert.equal(
    sha256Hex(searchFigure({ ...search, stages: search.stages.slice(0, 1) })),
    "b76fff9a097417d1b494a2e6700181ced72a0ad1388bfef3d80c4fa48f887578",
  );
});

Deno.test("searchFigure() gives each stage a column of its own when there are three", () => {
  const titles = ["Stage 1: one", "Stage 2: two", "Stage 3: joint"];
  const svg = searchFigure({
    ...sampleSearch(),
    stages: titles.map((title, i) =>
      sampleStage(title, { iterations: 4 + i, seed: 1 + i })
    ),
  });
  assertWellFormed(svg);
  assertInside(svg);
  assert.match(svg, /viewBox="0 0 1440 764"/);
  const places = titles.map((title) =>
    Number(new RegExp(`<text [^>]*\\bx="(\\d+)"[^>]*>${title}<`).exec(svg)?.[1])
  );
  assert.deepEqual(places, [16, 496, 976]);
  for (const [i, title] of titles.entries()) {
    assert.ok(svg.includes(`${title}: ${4 + i} iterations, `), title);
  }
  const panels = [...svg.matchAll(/transform="translate\((\d+),(\d+)\)"/g)]
    .map(([, x, y]) => `${x} ${y}`);
  assert.equal(
    panels.filter((at) => /^(0|480|960) (116|326|536)$/.test(at)).length,
    9,
  );
});

Deno.test("searchFigure() draws a stage's long title smaller when it would not fit", () => {
  const title = "b".repeat(90);
  const stages = [title, "two"].map((title) => ({ title, iterations: [] }));
  const svg = searchFigure({ ...sampleSearch(), stages });
  const size = Number(/font-size="([\d.]+)"[^>]*>b{90}</.exec(svg)?.[1]);
  assert.ok(size > 5 && size * 0.68 * 90 <= 480 - 32, String(size));
});

Deno.test("searchFigure() throws when there is no stage", () => {
  assert.throws(() => searchFigure({ ...sampleSearch(), stages: [] }), {
    name: "RangeError",
    message:
      "Cannot draw a search: the number of stages is 0, expected at least 1",
  });
});

Deno.test("searchFigure() draws one dot a trained student when it is a single run", () => {
  const svg = searchFigure({
    title: "One",
    teacher: { parameters: 100 },
    stages: [{
      title: "Stage 1: layer removal",
      iterations: [[{ reward: 0.5, accuracy: 0.9, parameters: 50 }]],
    }],
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
      stages: [{ title: "One", iterations }, { title: "Two", iterations: [] }],
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
