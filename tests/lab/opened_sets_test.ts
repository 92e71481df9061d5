import assert from "node:assert/strict";
import { openChosen, type OpenedSets } from "../../lib/lab/mod.ts";

Deno.test("openChosen() has a set in memory once for all who name the same map", async () => {
  const opened: OpenedSets = new Map();
  const options = { dataset: "mnist", size: undefined };
  const [first, second] = await Promise.all([
    openChosen(options, { opened }),
    openChosen({ ...options, skipBroken: false }, { opened }),
  ]);
  assert.equal(first, second);
  assert.equal(await first.loadTrain(), await second.loadTrain());
  const alone = await openChosen(options, {});
  assert.notEqual(alone, first);
  assert.deepEqual(alone.digest, first.digest);
  await assert.rejects(openChosen({ dataset: "mnist", size: 3 }, { opened }));
});
