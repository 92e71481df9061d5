import assert from "node:assert/strict";
import { timeParts, type Trace } from "../../bench/trace/spans.ts";

const second = (start: number, end: number) => ({
  start: 1000 * start,
  end: 1000 * end,
});

Deno.test("timeParts() divides the time of all workers without a rest", () => {
  const trace: Trace = {
    totalMs: 20_000,
    workers: [
      [
        { type: "predict", ...second(2, 4) },
        { type: "evaluate", ...second(5, 9) },
        { type: "evaluate", ...second(12, 15) },
      ],
      [
        { type: "evaluate", ...second(5, 8) },
        { type: "evaluate", ...second(12, 16) },
      ],
    ],
    // While somebody works the store holds nobody up: 9 to 10, of 8.5 to 10.
    store: [second(9.5, 10), second(8.5, 9.7), second(13, 14)],
  };
  const parts = timeParts(trace, 2);
  assert.deepEqual(parts, {
    before: 4,
    predictions: 2,
    measurements: 0,
    trainings: 14,
    waiting: 4,
    store: 2,
    between: 6,
    after: 8,
  });
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  assert.equal(total, 2 * 20);
});

Deno.test("timeParts() refuses a search in which nobody worked", () => {
  assert.throws(
    () => timeParts({ totalMs: 1000, workers: [[]], store: [] }, 1),
    /its workers did nothing/,
  );
});
