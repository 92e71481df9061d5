import assert from "node:assert/strict";
import {
  countParameters,
  describe,
  fitnet4,
  leaves,
  lenet5,
  type Network,
  resnet,
  shapes,
  squeezenet,
  vgg,
  vggSmall,
} from "../../lib/network/mod.ts";

Deno.test("vgg() has the parameter counts of the authors' models", () => {
  // VGG-13 and VGG-19: paper table 1 as computed from the released model class.
  // VGG-11 and 16: weights 9 * in * out + 3 * out for each convolution (bias,
  // scale, shift), and 512 * 10 + 10.
  const expected = [
    [11, 3, 9_231_114],
    [13, 1, 9_414_858],
    [16, 3, 14_728_266],
    [19, 3, 20_040_522],
  ] as const;
  for (const [depth, channels, parameters] of expected) {
    const network = vgg({ depth, input: [channels, 32, 32], classes: 10 });
    assert.equal(countParameters(network), parameters);
  }
});

Deno.test("resnet() has the parameter counts of the authors' models", () => {
  const expected = [
    [18, 10, 11_173_962],
    [18, 100, 11_220_132],
    [18, 257, 11_300_673],
    [34, 10, 21_282_122],
    [34, 100, 21_328_292],
    [34, 1000, 21_789_992],
  ] as const;
  for (const [depth, classes, parameters] of expected) {
    const network = resnet({ depth, input: [3, 32, 32], classes });
    assert.equal(countParameters(network), parameters);
  }
});

Deno.test("resnet() has the parameter counts of ImageNet's models with their stem", () => {
  // 18 with 257 classes: the paper's 11.31M on Caltech-256; with 1000 classes
  // all three: torchvision's models.
  const expected = [
    [18, 257, 11_308_353],
    [18, 1000, 11_689_512],
    [34, 1000, 21_797_672],
    [50, 1000, 25_557_032],
  ] as const;
  for (const [depth, classes, parameters] of expected) {
    const network = resnet({
      depth,
      input: [3, 224, 224],
      classes,
      stem: "imagenet",
    });
    assert.equal(countParameters(network), parameters);
    assert.deepEqual(shapes(network).blocks.at(-3)!.slice(1), [7, 7]);
  }
});

Deno.test("lenet5() has the parameter count of LeNet-5, and needs 12x12 pixels", () => {
  const count = (side: number, channels = 1) =>
    countParameters(lenet5({ input: [channels, side, side], classes: 10 }));
  assert.equal(count(28), 61_706);
  assert.equal(count(32), 61_706);
  assert.equal(count(32, 3), 62_006);
  assert.throws(() => count(11), RangeError);
});

Deno.test("fitnet4() and vggSmall() have the sizes in the paper's table 3", () => {
  const options = { input: [3, 32, 32] as const, classes: 10 };
  const round = (parameters: number) => (parameters / 1e6).toPrecision(3);
  assert.equal(round(countParameters(fitnet4(options))), "1.21");
  assert.equal(round(countParameters(vggSmall(options))), "1.06");
  // Seventeen convolutions of (bias, scale, shift) and a linear layer.
  const widths = [3, 32, 32, 32, 48, 48, ...Array(6).fill(80)]
    .concat(Array(6).fill(128)) as number[];
  const convs = widths.slice(1).map((out, i) => (9 * widths[i]! + 3) * out);
  assert.equal(
    countParameters(fitnet4(options)),
    convs.reduce((sum, size) => sum + size) + 1290,
  );
  assert.throws(() => fitnet4({ ...options, input: [3, 3, 32] }), RangeError);
  assert.throws(() => vggSmall({ ...options, width: 0 }), {
    message:
      "Cannot build a VGG-small: width is 0, expected a finite number > 0",
  });
});

Deno.test("squeezenet() has the parameter count of SqueezeNet 1.1, and needs 31x31 pixels", () => {
  const build = (side: number, classes: number) =>
    squeezenet({ input: [3, side, side], classes });
  assert.equal(countParameters(build(32, 10)), 727_626);
  // torchvision's model.
  assert.equal(countParameters(build(224, 1000)), 1_235_496);
  // 26 convolutions and ReLUs, 3 pools, dropout, a pool.
  assert.equal(leaves(build(32, 10)).length, 2 * 26 + 3 + 2);
  assert.deepEqual(shapes(build(31, 10)).output, [10, 1, 1]);
  assert.throws(() => build(30, 10), RangeError);
});

Deno.test("leaves() has the leaf counts of the authors' models", () => {
  const input = [3, 32, 32] as const;
  for (const [depth, count] of [[11, 31], [13, 37], [16, 46], [19, 55]]) {
    const network = vgg({ depth: depth as 11, input, classes: 10 });
    assert.equal(leaves(network).length, count);
  }
  for (const [depth, count, body] of [[18, 51, 45], [34, 91, 85]]) {
    const network = resnet({ depth: depth as 18, input, classes: 10 });
    const found = leaves(network);
    assert.equal(found.length, count);
    assert.equal(
      found.filter((leaf) => leaf.residual?.place !== "shortcut").length,
      body,
    );
  }
});

Deno.test("vgg() leaves the fifth pool out when the map is 28x28", () => {
  const network = vgg({ depth: 13, input: [1, 28, 28], classes: 10 });
  assert.equal(countParameters(network), 9_414_858);
  assert.equal(leaves(network).length, 36);
  const pools = network.blocks.flatMap(({ type }, i) =>
    type === "maxPool" ? [shapes(network).blocks[i]![1]] : []
  );
  assert.deepEqual(pools, [14, 7, 3, 1]);
});

Deno.test("vgg() keeps a larger last map when the image is larger", () => {
  const network = vgg({ depth: 11, input: [3, 64, 64], classes: 10 });
  assert.equal(countParameters(network), 9_231_114 + 3 * 512 * 10);
});

Deno.test("vgg() and resnet() scale every width when width is given", () => {
  assert.equal(
    describe(vgg({ depth: 11, input: [1, 28, 28], classes: 7, width: 1 / 64 })),
    "28x28x1 c1-bn-r-p-c2-bn-r-p-c4-bn-r-c4-bn-r-p-c8-bn-r-c8-bn-r-p-c8-bn-r-c8-bn-r-ap1-fc7",
  );
  assert.equal(
    describe(
      resnet({ depth: 18, input: [1, 28, 28], classes: 7, width: 0.001 }),
    ),
    "28x28x1 c1-bn-r-{c1-bn-r-c1-bn}-{c1-bn-r-c1-bn}" +
      "-{c1k3s2p1-bn-r-c1-bn|c1k1s2p0-bn}-{c1-bn-r-c1-bn}" +
      "-{c1k3s2p1-bn-r-c1-bn|c1k1s2p0-bn}-{c1-bn-r-c1-bn}" +
      "-{c1k3s2p1-bn-r-c1-bn|c1k1s2p0-bn}-{c1-bn-r-c1-bn}-ap4-fc7",
  );
});

Deno.test("vgg() rounds channels to the nearest integer when width is given", () => {
  // 7.68, 15.36, 30.72, 61.44, 61.44
  assert.match(
    describe(vgg({ depth: 11, input: [1, 28, 28], classes: 7, width: 0.12 })),
    / c8-bn-r-p-c15-.*-c31-.*-c61-/,
  );
});

Deno.test("resnet() pools globally when the last map is not square", () => {
  const network = resnet({ depth: 18, input: [3, 32, 64], classes: 10 });
  assert.deepEqual(network.blocks.at(-2), {
    type: "avgPool",
    kernel: "global",
    stride: 1,
  });
  assert.deepEqual(shapes(network).output, [10, 1, 1]);
});

Deno.test("vgg() has biases and resnet() has none in convolutions", () => {
  const input = [3, 32, 32] as const;
  function biases(network: Network): boolean[] {
    return leaves(network).flatMap(({ layer }) =>
      layer.type === "conv" ? [layer.bias] : []
    );
  }
  assert.ok(biases(vgg({ depth: 11, input, classes: 10 })).every((b) => b));
  assert.ok(!biases(resnet({ depth: 18, input, classes: 10 })).some((b) => b));
});

Deno.test("vgg() and resnet() give networks that are frozen all the way down", () => {
  const input: [number, number, number] = [3, 32, 32];
  for (
    const network of [
      vgg({ depth: 11, input, classes: 10 }),
      resnet({ depth: 18, input, classes: 10 }),
    ]
  ) {
    assertFrozen(network);
  }
  // The caller's own array is copied, not frozen.
  input[0] = 1;
});

Deno.test("vgg() and resnet() throw when an option is out of range", () => {
  const input = [3, 32, 32] as const;
  assert.throws(() => vgg({ depth: 12 as 11, input, classes: 10 }), {
    name: "RangeError",
    message: "Cannot build a VGG: depth is 12, expected one of 11, 13, 16, 19",
  });
  assert.throws(() => resnet({ depth: 20 as 18, input, classes: 10 }), {
    name: "RangeError",
    message: "Cannot build a ResNet: depth is 20, expected one of 18, 34, 50",
  });
  for (const width of [0, -1, NaN, Infinity]) {
    assert.throws(() => vgg({ depth: 11, input, classes: 10, width }), {
      name: "RangeError",
      message:
        `Cannot build a VGG: width is ${width}, expected a finite number > 0`,
    });
  }
  assert.throws(() => resnet({ depth: 18, input, classes: 0 }), {
    name: "RangeError",
    message: "Cannot build a ResNet: classes is 0, expected an integer >= 1",
  });
  assert.throws(
    () => resnet({ depth: 18, input: [3, 0, 32], classes: 10 }),
    RangeError,
  );
});

function assertFrozen(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  assert.ok(Object.isFrozen(value));
  Object.values(value).forEach(assertFrozen);
}
