import assert from "node:assert/strict";
import { sideBySide } from "../../lib/lab/cells/side_by_side.ts";

Deno.test("sideBySide() works in order, so many at a time", async () => {
  const begun: number[] = [];
  let [underWay, most] = [0, 0];
  await sideBySide([1, 2, 3, 4, 5], {
    atOnce: () => 2,
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

// Seen to fail: with a number that was asked for once.
Deno.test("sideBySide() begins more when more can be done at a time, as one ends and meanwhile", async () => {
  for (const askMs of [1, 1e9]) {
    const begun: number[] = [];
    let most = 1;
    const first = Promise.withResolvers<void>();
    const others = Promise.withResolvers<void>();
    const all = sideBySide([1, 2, 3, 4], {
      atOnce: () => most,
      run(item) {
        begun.push(item);
        if (begun.length === 4) others.resolve();
        return item === 1 ? first.promise : others.promise;
      },
      onError: () => assert.fail("there is no error"),
      askMs,
    });
    assert.deepEqual(begun, [1]);
    most = 3;
    if (askMs === 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(begun, [1, 2, 3]);
    }
    first.resolve();
    await all;
    assert.deepEqual(begun, [1, 2, 3, 4]);
  }
});

Deno.test("sideBySide() ends what is begun and begins nothing more where less can be done", async () => {
  const begun: number[] = [];
  let most = 3;
  let underWay = 0;
  await sideBySide([1, 2, 3, 4, 5], {
    atOnce: () => most,
    async run(item) {
      begun.push(item);
      underWay++;
      if (item > 3) assert.equal(underWay, 1);
      await new Promise((resolve) => setTimeout(resolve, item));
      underWay--;
      most = 1;
    },
    onError: () => assert.fail("there is no error"),
  });
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
});

// Seen to fail: the error was told when all was over.
Deno.test("sideBySide() tells the first error while others are under way, begins nothing more, and throws it", async () => {
  const other = Promise.withResolvers<void>();
  const told: unknown[] = [];
  const begun: number[] = [];
  const [first, second] = [new Error("first"), new Error("second")];
  await assert.rejects(
    sideBySide([1, 2, 3], {
      atOnce: () => 2,
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
      atOnce: () => 1,
      run: () => Promise.reject(new Error("alone")),
      onError: (error) => told.push(error),
    }),
    /^Error: alone$/,
  );
  assert.deepEqual(told, []);
});
