import assert from "node:assert/strict";
import { sideBySide } from "../../lib/lab/cells/side_by_side.ts";

Deno.test("sideBySide() works in order, so many at a time", async () => {
  const begun: number[] = [];
  let [underWay, most] = [0, 0];
  await sideBySide([1, 2, 3, 4, 5], {
    atOnce: 2,
    async run(item) {
      begun.push(item);
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
    },
    onError: () => assert.fail("there is no error"),
  });
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
  assert.equal(most, 2);
});

// Seen to fail: the error was told when all was over.
Deno.test("sideBySide() tells the first error while others are under way, begins nothing more, and throws it", async () => {
  const other = Promise.withResolvers<void>();
  const told: unknown[] = [];
  const begun: number[] = [];
  const [first, second] = [new Error("first"), new Error("second")];
  await assert.rejects(
    sideBySide([1, 2, 3], {
      atOnce: 2,
      async run(item) {
        begun.push(item);
        if (item === 1) throw first;
        await other.promise;
        throw second;
      },
      onError(error) {
        told.push(error);
        other.resolve();
      },
    }),
    first,
  );
  assert.deepEqual([told, begun], [[first], [1, 2]]);
});

Deno.test("sideBySide() only throws where nothing else is under way", async () => {
  const told: unknown[] = [];
  await assert.rejects(
    sideBySide([1, 2], {
      atOnce: 1,
      run: () => Promise.reject(new Error("alone")),
      onError: (error) => told.push(error),
    }),
    /^Error: alone$/,
  );
  assert.deepEqual(told, []);
});
