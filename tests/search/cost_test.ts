import assert from "node:assert/strict";
import fc from "fast-check";
import { activationBytes, countMacs, vgg } from "../../lib/network/mod.ts";
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
