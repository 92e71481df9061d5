import assert from "node:assert/strict";
import { busyAmount, throughputOf } from "../../bench/search/throughput.ts";

Deno.test("busyAmount() counts all when one worker trains one after another", () => {
  const spans = [{ start: 0, end: 2 }, { start: 2, end: 3 }, {
    start: 3,
    end: 7,
  }];
  assert.deepEqual(busyAmount(spans, 1), { students: 3, seconds: 7 });
});

Deno.test("busyAmount() stops when the first of two workers finds nothing left", () => {
  // Worker A trains 0-4 and 4-6, worker B 0-1 and 1-9: at 6 A has nothing left,
  // and B has done five eighths of its second.
  const spans = [
    { start: 0, end: 4 },
    { start: 0, end: 1 },
    { start: 1, end: 9 },
    { start: 4, end: 6 },
  ];
  assert.deepEqual(busyAmount(spans, 2), { students: 3.625, seconds: 6 });
});

Deno.test("busyAmount() has two equal students at twice one's speed", () => {
  const spans = [{ start: 0, end: 5 }, { start: 0, end: 5 }];
  assert.deepEqual(busyAmount(spans, 2), { students: 2, seconds: 5 });
});

Deno.test("busyAmount() ends with the first student when there are too few", () => {
  const spans = [{ start: 0, end: 2 }, { start: 0, end: 4 }];
  assert.deepEqual(busyAmount(spans, 3), { students: 1.5, seconds: 2 });
});

Deno.test("throughputOf() adds iterations, with and without the wait at their end", () => {
  const iterations = [
    [{ start: 0, end: 1 }, { start: 0, end: 2 }],
    [{ start: 0, end: 2 }],
  ];
  assert.deepEqual(throughputOf(iterations, 2), {
    // One and a half students in one second, then one in two.
    busy: 3600 * 2.5 / 3,
    iterations: 3600 * 3 / 4,
  });
});
