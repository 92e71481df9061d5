import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/data/cache/statistics.ts";

Deno.test("channelStatistics() gives each channel's mean and deviation", () => {
  // Two images of three channels of two pixels.
  const images = Uint8Array.of(
    ...[0, 255, 51, 102, 0, 0],
    ...[0, 255, 51, 102, 0, 0],
  );
  const { mean, std } = channelStatistics(images, [3, 1, 2]);
  assert.deepEqual(mean.map((each) => each.toFixed(6)), [
    ...["0.500000", "0.300000", "0.000000"],
  ]);
  // All pixels can be divided by that of a channel in which nothing varies.
  assert.deepEqual(std.map((each) => each.toFixed(6)), [
    ...["0.500000", "0.100000", "1.000000"],
  ]);
});
