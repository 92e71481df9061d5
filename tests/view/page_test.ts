import assert from "node:assert/strict";
import type { RunSummary } from "../../lib/view/mod.ts";
import {
  armLines,
  bestSoFar,
  front,
  meanByIteration,
} from "../../lib/view/page/lines.ts";
import { type Point, shownRuns } from "../../lib/view/page/points.ts";
import { toCsv, toJsonLines } from "../../lib/view/page/save.ts";
import { spread } from "../../lib/view/page/spread.ts";
import { ticksOf } from "../../lib/view/page/ticks.ts";
import { openResults } from "../../lib/view/mod.ts";
import { CELL, CONTENT, RESULTS } from "./_folder.ts";

/** A run as the page has it, of the committed records. */
async function shown() {
  const results = openResults(RESULTS, { store: false, questions: ["rq1"] });
  const id = `rq1/smoke/${CELL}`;
  const summary = (await results.summaries()).find((run) => run.id === id)!;
  return shownRuns([{ summary, course: results.course(id)! }]);
}

const proposals = CONTENT.stages.flatMap(({ records }) =>
  records.flatMap((record) => record.proposals)
);

Deno.test("shownRuns() gives every proposal a place along the whole search", async () => {
  const [run] = await shown();
  const { points } = run!;
  assert.equal(points.length, proposals.length);
  const iterations = CONTENT.stages.map(({ records }) => records.length);
  assert.equal(points.at(-1)!.step, iterations[0]! + iterations[1]!);
  const epochs = proposals.reduce((sum, { epochs = 0 }) => sum + epochs, 0);
  assert.equal(points.at(-1)!.epochs, epochs);
  assert.equal(points.filter(({ isWinner }) => isWinner).length, 2);
});

Deno.test("shownRuns() names runs by what tells them apart", () => {
  const course = { id: "", revision: "", stages: [] };
  const label = (...cells: readonly string[]) =>
    shownRuns(cells.map((cell) => {
      const [, subject, arm, seed] = /^(.*)-(\w+)-s(\d)$/.exec(cell)!;
      const summary = {
        question: "rq1",
        profile: "p",
        cell,
        arm,
        seed: Number(seed),
        subject,
      } as unknown as RunSummary;
      return { summary, course };
    })).map((run) => [run.label, run.colour]);
  assert.deepEqual(label("m-v-a-s1", "m-v-b-s1", "m-v-b-s2"), [
    ["a s1", 0],
    ["b s1", 1],
    ["b s2", 1],
  ]);
  assert.deepEqual(label("m-v-a-s1", "c-v-a-s1"), [
    ["m-v a s1", 0],
    ["c-v a s1", 1],
  ]);
});

const point = (rest: Partial<Point>): Point =>
  ({ kind: "new", accuracy: 0.5, step: 1, epochs: 1, ...rest }) as Point;

Deno.test("bestSoFar() follows the reward, whatever the quantity", () => {
  const points = [
    point({ step: 1, reward: 0.5, accuracy: 0.9 }),
    point({ step: 2, reward: 0.9, accuracy: 0.7 }),
    point({ step: 3, reward: 0.7, accuracy: 0.99 }),
    point({ step: 4, reward: 0.99, kind: "over a limit" }),
    point({ step: 5, reward: -1, kind: "rejected", accuracy: null }),
  ];
  const quantity = (each: Point) => each.accuracy ?? undefined;
  assert.deepEqual(bestSoFar(points, { along: "step", quantity }), [
    { x: 1, y: 0.9 },
    { x: 2, y: 0.7 },
    { x: 5, y: 0.7 },
  ]);
});

Deno.test("meanByIteration() leaves out what has no accuracy", () => {
  const points = [
    point({ reward: 0.5 }),
    point({ reward: 0.7 }),
    point({ reward: -1, kind: "failed", accuracy: null }),
  ];
  const [mean] = meanByIteration(points, {
    along: "step",
    quantity: ({ reward }) => reward,
  });
  assert.equal(mean!.y, 0.6);
});

Deno.test("front() keeps what no other beats in both", () => {
  const of = (size: number, accuracy: number) =>
    point({ parameters: size, accuracy });
  const all = [of(9, 0.9), of(1, 0.2), of(5, 0.9), of(3, 0.1), of(2, 0.4)];
  assert.deepEqual(
    front(all, {
      size: ({ parameters }) => parameters ?? undefined,
      quality: ({ accuracy }) => accuracy ?? undefined,
    }).map(({ parameters }) => parameters),
    [1, 2, 5],
  );
});

Deno.test("toCsv() and toJsonLines() write every proposal with its numbers", async () => {
  const runs = await shown();
  const { points } = runs[0]!;
  const [head, ...lines] = toCsv(points, runs).trimEnd().split("\r\n");
  const at = (name: string) => head!.split(",").indexOf(name);
  // No name, number or word of these has a comma; reasons stand behind them.
  assert.deepEqual(
    lines.map((line) => Number(line.split(",")[at("reward")])),
    proposals.map(({ reward }) => reward),
  );
  const objects = toJsonLines(points, runs).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    objects.map(({ reason }) => reason),
    proposals.map(({ rejection }) => rejection?.reason ?? null),
  );
  const quoted = toCsv([point({ run: 0, id: 'a "b", c', reward: 1 })], runs);
  assert.match(quoted, /"a ""b"", c"/);
});

Deno.test("spread() parts labels within the frame and keeps their order", () => {
  const labels = [0, 0.1, 5, 9.99, 10].map((y) => ({
    text: `${y}`,
    y,
    colour: "",
  }));
  const placed = spread(labels, {
    domain: [0, 10],
    scale: "linear",
    height: 100,
    gap: 12,
  });
  const heights = placed.map(({ y }) => 10 * y);
  for (let i = 1; i < heights.length; i++) {
    assert(heights[i]! - heights[i - 1]! > 11.99);
  }
  assert(heights.every((height) => height >= 0 && height <= 100));
  assert.deepEqual(placed.map(({ text }) => text), [
    "0",
    "0.1",
    "5",
    "9.99",
    "10",
  ]);
});

Deno.test("ticksOf() gives a few round numbers inside the domain", () => {
  assert.deepEqual(
    ticksOf([-0.05, 1.05], "linear"),
    [0, 0.2, 0.4, 0.6, 0.8, 1]
      .map((tick) => Math.round(tick / 0.2) * 0.2),
  );
  assert.deepEqual(ticksOf([0.9, 3000], "log"), [1, 10, 100, 1000]);
  assert.deepEqual(ticksOf([0.9, 30], "log"), [1, 2, 5, 10, 20]);
});

Deno.test("armLines() averages seeds where all have begun, on the scale it is drawn on", () => {
  const page = { document: { body: { dataset: { quantiles: "[12.5]" } } } };
  Object.assign(globalThis, page);
  try {
    const run = (
      seed: number,
      values: readonly (readonly [number, number])[],
    ) => ({
      index: seed,
      summary: { question: "q", profile: "p", cell: `c-s${seed}`, arm: "a" },
      course: { stages: [] },
      label: `a s${seed}`,
      colour: 3,
      points: values.map(([step, reward]) => point({ step, reward })),
    } as unknown as Parameters<typeof armLines>[0][number]);
    const runs = [run(1, [[1, 1], [9, 9]]), run(2, [[3, 4], [7, 4.5]])];
    const options = {
      along: "step",
      quantity: ({ reward }: Point) => reward,
      scale: "log",
    } as const;
    const [arm, ...others] = armLines(runs, options);
    assert.deepEqual(others, []);
    assert.deepEqual([arm!.label, arm!.colour, arm!.seeds], ["a", 3, 2]);
    const { x, y, low, high } = arm!.places[0]!;
    const end = arm!.places.at(-1)!;
    assert.deepEqual([x, end.x], [3, 7]);
    assert.equal(y.toFixed(9), "2.000000000");
    assert.equal(end.y.toFixed(9), Math.sqrt(4.5).toFixed(9));
    // Two logarithms that are log 4 apart have the standard error log 4 / 2.
    const half = 12.5 * Math.log(4) / 2;
    assert.equal(Math.log(high / y).toFixed(9), half.toFixed(9));
    assert.equal(Math.log(y / low).toFixed(9), half.toFixed(9));
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
});
