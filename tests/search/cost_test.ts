import assert from "node:assert/strict";
import fc from "fast-check";
import {
  activationBytes,
  countMacs,
  type Network,
  vgg,
} from "../../lib/network/mod.ts";
import {
  type CostModel,
  fitImageCost,
  predictSeconds,
  secondsPerImage,
} from "../../lib/search/mod.ts";
import { BASE, POOLED } from "./_search.ts";

const NETWORKS = [
  BASE,
  POOLED,
  ...[0.125, 0.25, 0.5].map((width) =>
    vgg({ depth: 11, input: [1, 28, 28], classes: 10, width })
  ),
];

Deno.test("fitImageCost() finds the costs that made the times", () => {
  const cost = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(fc.property(cost, cost, cost, (image, mac, activation) => {
    const truth = {
      image: image * 1e-4,
      mac: mac * 1e-9,
      activation: activation * 1e-8,
    };
    const fitted = fitImageCost(NETWORKS.map((network) => ({
      network,
      secondsPerImage: secondsPerImage(truth, network),
    })));
    for (const network of NETWORKS) {
      const expected = secondsPerImage(truth, network);
      const error = secondsPerImage(fitted, network) / expected - 1;
      assert(Math.abs(error) < 1e-6, `off by ${error}`);
    }
  }));
});

Deno.test("fitImageCost() never gives a cost below 0 when times are noise", () => {
  const time = fc.double({ min: 1e-6, max: 1, noNaN: true });
  const times = fc.tuple(time, time, time, time, time);
  fc.assert(fc.property(times, (all) => {
    const cost = fitImageCost(NETWORKS.map((network, i) => ({
      network,
      secondsPerImage: all[i]!,
    })));
    for (const value of Object.values(cost)) assert(value >= 0);
    assert(Object.values(cost).some((value) => value > 0));
  }));
});

Deno.test("fitImageCost() says what is wrong when there is too little, or no time", () => {
  const sample = { network: BASE, secondsPerImage: 1 };
  assert.throws(
    () => fitImageCost([sample, sample]),
    /^RangeError: Cannot fit costs: 2 networks were measured, expected at least 3$/,
  );
  assert.throws(
    () => fitImageCost([sample, sample, { ...sample, secondsPerImage: 0 }]),
    /^RangeError: Cannot fit costs: a time is 0 s, expected a number > 0$/,
  );
});

Deno.test("predictSeconds() adds compilation, training and validation", () => {
  const model: CostModel = {
    compile: 1,
    training: { image: 2, mac: 3, activation: 5 },
    prediction: { image: 7, mac: 0, activation: 0 },
  };
  const image = 2 + 3 * countMacs(BASE) + 5 * activationBytes(BASE);
  assert.equal(
    predictSeconds(model, BASE, { images: 10, validation: 4 }),
    1 + 10 * image + 4 * 7,
  );
});

Deno.test("secondsPerImage() counts channels in whole blocks where the engine computes them so", () => {
  const narrow = (outChannels: number): Network => ({
    input: [3, 4, 4],
    blocks: [
      {
        type: "conv",
        outChannels,
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: true,
      },
      {
        type: "conv",
        outChannels,
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: true,
      },
      { type: "linear", outFeatures: 5, bias: true },
    ],
  });
  const cost = { image: 0, mac: 1, activation: 0, channelBlock: 8 };
  const bytes = { ...cost, mac: 0, activation: 1 };
  // The image's three channels are read as they are.
  assert.equal(
    secondsPerImage(cost, narrow(5)),
    8 * 3 * 9 * 16 + 8 * 8 * 9 * 16 + 8 * 8 * 16,
  );
  assert.equal(secondsPerImage(bytes, narrow(5)), 4 * (8 + 8) * 16 + 4 * 8);
  for (const each of [cost, bytes]) {
    const times = [1, 5, 8, 9].map((channels) =>
      secondsPerImage(each, narrow(channels))
    );
    assert.equal(times[0], times[1]);
    assert.equal(times[1], times[2]);
    assert(times[3]! > times[2]!);
  }
  assert.equal(
    secondsPerImage({ ...cost, channelBlock: 1 }, narrow(5)),
    countMacs(narrow(5)),
  );
});

Deno.test("fitImageCost() keeps the block that it was fitted with", () => {
  const truth = { image: 1e-5, mac: 1e-9, activation: 1e-8, channelBlock: 16 };
  const fitted = fitImageCost(
    NETWORKS.map((network) => ({
      network,
      secondsPerImage: secondsPerImage(truth, network),
    })),
    16,
  );
  assert.equal(fitted.channelBlock, 16);
  for (const network of NETWORKS) {
    const error = secondsPerImage(fitted, network) /
        secondsPerImage(truth, network) - 1;
    assert(Math.abs(error) < 1e-6, `off by ${error}`);
  }
});
