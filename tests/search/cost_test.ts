import assert from "node:assert/strict";
import { countMacs } from "../../lib/network/mod.ts";
import { predictTrainingSeconds } from "../../lib/search/mod.ts";
import { BASE, POOLED } from "./_search.ts";

Deno.test("predictTrainingSeconds() grows in a line with images, and with the network's work", () => {
  const seconds = [0, 1000, 2000].map((images) =>
    predictTrainingSeconds(BASE, images)
  );
  assert(seconds[0]! > 0 && seconds[1]! > seconds[0]!);
  assert(Math.abs(seconds[2]! - 2 * seconds[1]! + seconds[0]!) < 1e-9);
  const smaller = { ...POOLED, blocks: [...POOLED.blocks.slice(7)] };
  assert(countMacs(smaller) < countMacs(BASE));
  assert(predictTrainingSeconds(smaller, 1000) < seconds[1]!);
});
