import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/data/cache/statistics.ts";

Deno.test("channelStatistics() gives each channel's mean and deviation", () => {
  // Two images of two channels of two pixels.
  const images = Uint8Array.of(0, 255, 51, 51, 0, 255, 51, 51);
  assert.deepEqual(channelStatistics(images, [2, 1, 2]), {
    mean: [0.5, 0.2],
    std: [0.5, 0],
  });
});
