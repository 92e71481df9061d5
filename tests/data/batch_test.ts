import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Augmentation,
  drawView,
} from "../../lib/data/serve/augmentation.ts";
import { allocateSplit } from "../../lib/data/cache/canonical.ts";
import {
  type BatchRequest,
  epochOrder,
  fillBatch,
  type Split,
} from "../../lib/data/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";

function randomSplit(
  count: number,
  shape: readonly [number, number, number],
): Split {
  const split = allocateSplit({ count, shape, classCount: 10 });
  const random = randomStream(1, "split");
  for (let i = 0; i < split.images.length; i++) {
    split.images[i] = random.integer(256);
  }
  for (let i = 0; i < count; i++) split.labels[i] = random.integer(10);
  return split;
}

/**
 * The definition, pixel by pixel: border, window, mirror, scale, normalise.
 */
function oracle(request: BatchRequest): { images: number[]; labels: number[] } {
  const { split, mean, std, augmentation, seed, epoch } = request;
  const [channels, height, width] = split.shape;
  const images: number[] = [];
  const labels: number[] = [];
  for (let i = request.from; i < request.from + request.size; i++) {
    const index = request.indices[i]!;
    labels.push(split.labels[index]!);
    const padding = augmentation?.cropPadding ?? 0;
    const view = augmentation === undefined
      ? { down: 0, right: 0, mirrored: false }
      : drawView(augmentation, { seed, epoch, index });
    for (let c = 0; c < channels; c++) {
      // The padded plane, then its window's rows.
      const padded = Array.from(
        { length: height + 2 * padding },
        () => Array<number>(width + 2 * padding).fill(0),
      );
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          padded[y + padding]![x + padding] = split
            .images[((index * channels + c) * height + y) * width + x]!;
        }
      }
      const top = padding + view.down;
      const left = padding + view.right;
      for (const row of padded.slice(top, top + height)) {
        const cut = row.slice(left, left + width);
        if (view.mirrored) cut.reverse();
        for (const level of cut) {
          images.push(Math.fround((level / 255 - mean[c]!) / std[c]!));
        }
      }
    }
  }
  return { images, labels };
}

const REQUEST = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 6 }),
  ),
  indices: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 12 }),
  from: fc.nat(),
  size: fc.nat(),
  augmentation: fc.option(
    fc.record({
      cropPadding: fc.integer({ min: 0, max: 8 }),
      flip: fc.boolean(),
    }),
    { nil: undefined },
  ),
  seed: fc.integer({ min: 1, max: 99 }),
  epoch: fc.nat({ max: 99 }),
});

Deno.test("fillBatch() equals the definition, and leaves the rest of the arrays alone", () => {
  fc.assert(fc.property(REQUEST, (drawn) => {
    const split = randomSplit(10, drawn.shape);
    const from = drawn.from % (drawn.indices.length + 1);
    const size = drawn.size % (drawn.indices.length - from + 1);
    const pixels = size * drawn.shape.reduce((a, b) => a * b);
    const request: BatchRequest = {
      ...drawn,
      split,
      indices: Uint32Array.from(drawn.indices),
      from,
      size,
      mean: [0.1, 0.5, 0.45].slice(0, drawn.shape[0]),
      std: [0.3, 0.25, 1].slice(0, drawn.shape[0]),
      images: new Float32Array(pixels + 3).fill(77),
      labels: new Int32Array(size + 2).fill(77),
    };
    fillBatch(request);
    const expected = oracle(request);
    assert.deepEqual(
      [...request.images],
      [...expected.images, 77, 77, 77],
    );
    assert.deepEqual([...request.labels], [...expected.labels, 77, 77]);
  }));
});

/** One image of 2x3 with levels 1 to 6. */
function small(
  augmentation: Augmentation,
  draw: { seed: number; epoch: number },
) {
  const split = allocateSplit({ count: 1, shape: [1, 2, 3], classCount: 2 });
  split.images.set([1, 2, 3, 4, 5, 6]);
  const images = new Float32Array(6);
  fillBatch({
    split,
    indices: Uint32Array.of(0),
    from: 0,
    size: 1,
    images,
    labels: new Int32Array(1),
    mean: [0],
    std: [1 / 255],
    augmentation,
    ...draw,
  });
  return [...images].map(Math.round).join("");
}

Deno.test("fillBatch() shows every window, mirrored or not, over the epochs", () => {
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 400; epoch++) {
    seen.add(small({ cropPadding: 1, flip: true }, { seed: 1, epoch }));
  }
  // 3x3 windows written by hand, each also with its rows reversed.
  const windows = [
    ...["000012", "000123", "000230", "012045", "123456"],
    ...["230560", "045000", "456000", "560000"],
  ];
  const mirrored = windows.map((w) =>
    [...w.slice(0, 3)].reverse().join("") + [...w.slice(3)].reverse().join("")
  );
  assert.deepEqual(seen, new Set([...windows, ...mirrored]));
});

Deno.test("fillBatch() only mirrors when there is no padding, about half the time", () => {
  let mirrored = 0;
  for (let epoch = 0; epoch < 1000; epoch++) {
    const view = small({ cropPadding: 0, flip: true }, { seed: 2, epoch });
    assert(view === "123456" || view === "321654");
    if (view === "321654") mirrored++;
  }
  // Binomial: mean 500, standard deviation 15.8.
  assert(Math.abs(mirrored - 500) < 80, `${mirrored}`);
});

Deno.test("drawView() depends on seed, epoch and image, and on nothing else", () => {
  const augmentation = { cropPadding: 4, flip: true };
  const draw = { seed: 3, epoch: 5, index: 7 };
  const views = (change: Partial<typeof draw>) =>
    Array.from(
      { length: 20 },
      (_, i) => drawView(augmentation, { ...draw, index: 7 + i, ...change }),
    );
  const base = views({});
  assert.deepEqual(views({}), base);
  assert.notDeepEqual(views({ seed: 4 }), base);
  assert.notDeepEqual(views({ epoch: 6 }), base);
  assert.equal(
    new Set(base.map((view) => JSON.stringify(view))).size > 10,
    true,
  );
  // Whether images may be mirrored does not move the window.
  assert(base.some(({ mirrored }) => mirrored));
  base.forEach((view, i) => {
    const still = drawView({ cropPadding: 4, flip: false }, {
      ...draw,
      index: 7 + i,
    });
    assert.deepEqual(still, { ...view, mirrored: false });
  });
  // Golden: the draw must not change between versions.
  assert.deepEqual(base.slice(0, 3), [
    { down: 2, right: -3, mirrored: false },
    { down: 3, right: -4, mirrored: false },
    { down: -4, right: 3, mirrored: false },
  ]);
});

Deno.test("fillBatch() gives an image the same view wherever it stands in the batch", () => {
  const split = randomSplit(10, [1, 5, 5]);
  const rowOf = (indices: number[], row: number, size: number) => {
    const images = new Float32Array(size * 25);
    fillBatch({
      split,
      indices: Uint32Array.from(indices),
      from: 0,
      size,
      images,
      labels: new Int32Array(size),
      mean: [0.5],
      std: [0.5],
      augmentation: { cropPadding: 2, flip: true },
      seed: 1,
      epoch: 2,
    });
    return images.slice(row * 25, (row + 1) * 25);
  };
  assert.deepEqual(rowOf([4, 9, 1], 1, 3), rowOf([9], 0, 1));
});

Deno.test("fillBatch() refuses what does not fit", () => {
  const split = randomSplit(4, [1, 2, 2]);
  const request: BatchRequest = {
    split,
    indices: Uint32Array.of(0, 1, 3),
    from: 1,
    size: 2,
    images: new Float32Array(8),
    labels: new Int32Array(2),
    mean: [0],
    std: [1],
    seed: 1,
    epoch: 0,
  };
  fillBatch(request);
  const cases: readonly [Partial<BatchRequest>, RegExp][] = [
    [{ from: -1 }, /from is -1/],
    [{ from: 2 }, /size is 2, expected an integer in 0 … 1/],
    [{ size: 1.5 }, /size is 1.5/],
    [
      { images: new Float32Array(7) },
      /images' length is 7, expected at least 8/,
    ],
    [{ labels: new Int32Array(1) }, /labels' length is 1, expected at least 2/],
    [{ mean: [0, 0] }, /length of mean and std is 2 and 1, expected 1/],
    [{ indices: Uint32Array.of(0, 1, 4) }, /index is 4, expected less than 4/],
    [
      { augmentation: { cropPadding: -1, flip: false } },
      /cropPadding is -1, expected an integer >= 0/,
    ],
    [
      { augmentation: { cropPadding: 1, flip: false }, epoch: 0.5 },
      /epoch is 0.5, expected an integer >= 0/,
    ],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => fillBatch({ ...request, ...change }), {
      name: "RangeError",
      message,
    });
  }
});

Deno.test("epochOrder() is a permutation that depends on seed and epoch", () => {
  const order = epochOrder(1000, 1, 0);
  assert.deepEqual(order.toSorted(), Uint32Array.from(order.keys()));
  assert.deepEqual(epochOrder(1000, 1, 0), order);
  assert.notDeepEqual(epochOrder(1000, 1, 1), order);
  assert.notDeepEqual(epochOrder(1000, 2, 0), order);
  assert.deepEqual([...epochOrder(0, 1, 0)], []);
  // Golden: the order must not change between versions.
  assert.deepEqual([...epochOrder(8, 1, 0)], [1, 2, 3, 4, 5, 7, 0, 6]);
});

Deno.test("epochOrder() refuses an epoch that is not a count", () => {
  for (const epoch of [-1, 0.5, NaN]) {
    assert.throws(() => epochOrder(3, 1, epoch), {
      name: "RangeError",
      message:
        `Cannot draw for an epoch: epoch is ${epoch}, expected an integer >= 0`,
    });
  }
});

Deno.test("fillBatch() shows the stored margin, then black, as in the image with its border drawn in", () => {
  const view = fc.record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
    ),
    margin: fc.integer({ min: 0, max: 3 }),
    augmentation: fc.option(
      fc.record({
        cropPadding: fc.integer({ min: 0, max: 6 }),
        flip: fc.boolean(),
      }),
      { nil: undefined },
    ),
    epoch: fc.nat({ max: 5 }),
  });
  fc.assert(fc.property(view, ({ shape, margin, augmentation, epoch }) => {
    const [channels, height, width] = shape;
    const stored = [channels, height + 2 * margin, width + 2 * margin] as const;
    const { images, labels } = randomSplit(4, stored);
    const split: Split = {
      images,
      labels,
      count: 4,
      shape,
      classCount: 10,
      margin,
    };
    const size = channels * height * width;
    const request: BatchRequest = {
      split,
      indices: Uint32Array.of(3, 0, 2),
      from: 0,
      size: 3,
      images: new Float32Array(3 * size),
      labels: new Int32Array(3),
      mean: [0.1, 0.2, 0.3].slice(0, channels),
      std: [0.5, 0.25, 2].slice(0, channels),
      augmentation,
      seed: 7,
      epoch,
    };
    fillBatch(request);
    const expected: number[] = [];
    for (const index of request.indices) {
      const { down, right, mirrored } = augmentation === undefined
        ? { down: 0, right: 0, mirrored: false }
        : drawView(augmentation, { seed: 7, epoch, index });
      for (let c = 0; c < channels; c++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const row = y + margin + down;
            const column = (mirrored ? width - 1 - x : x) + margin + right;
            const inside = row >= 0 && row < stored[1] && column >= 0 &&
              column < stored[2];
            const level = inside
              ? images[
                ((index * channels + c) * stored[1] + row) * stored[2] + column
              ]!
              : 0;
            expected.push(
              Math.fround((level / 255 - request.mean[c]!) / request.std[c]!),
            );
          }
        }
      }
    }
    assert.deepEqual([...request.images], expected);
  }));
});
