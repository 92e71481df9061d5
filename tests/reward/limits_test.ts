import assert from "node:assert/strict";
import { type Network, resnet } from "../../lib/network/mod.ts";
import {
  type Limits,
  sizeViolation,
  type StudentSizes,
  studentSizes,
  violation,
} from "../../lib/reward/mod.ts";

const SIZES: StudentSizes = {
  parameters: 12_345,
  macs: 1_000_000,
  activationBytes: 2_048,
  weightBytes: 49_380,
};

Deno.test("sizeViolation() compares with each limit when it is given", () => {
  const cases: readonly (readonly [Limits, string | undefined])[] = [
    [{}, undefined],
    [{ maxParameters: 12_345 }, undefined],
    [
      { maxParameters: 10_000 },
      "12,345 parameters, expected at most 10,000",
    ],
    [{ maxMacs: 1_000_000 }, undefined],
    [
      { maxMacs: 999_999 },
      "1,000,000 multiply-accumulates an image, expected at most 999,999",
    ],
    [{ maxActivationBytes: 2_048 }, undefined],
    [
      { maxActivationBytes: 2_047 },
      "2,048 bytes of activations an image, expected at most 2,047",
    ],
    [{ maxWeightBytes: 49_380 }, undefined],
    [
      { maxWeightBytes: 40_000 },
      "49,380 bytes of weights, expected at most 40,000",
    ],
    [
      { maxParameters: 20_000, maxMacs: 1, maxWeightBytes: 1 },
      "1,000,000 multiply-accumulates an image, expected at most 1",
    ],
  ];
  for (const [limits, expected] of cases) {
    assert.equal(sizeViolation(SIZES, limits), expected);
  }
});

Deno.test("sizeViolation() compares a latency that was measured", () => {
  const measured = { ...SIZES, latencyMs: 1.25 };
  assert.equal(sizeViolation(measured, { maxLatencyMs: 1.25 }), undefined);
  assert.equal(
    sizeViolation(measured, { maxLatencyMs: 1.2345 }),
    "1.25 milliseconds an image, expected at most 1.235",
  );
  assert.equal(
    violation({ sizes: measured, accuracy: 0 }, {
      maxLatencyMs: 1,
      minAccuracy: 1,
    }),
    "1.25 milliseconds an image, expected at most 1",
  );
  assert.equal(sizeViolation(measured, {}), undefined);
});

Deno.test("sizeViolation() throws when latency is limited and was not measured", () => {
  assert.throws(() => sizeViolation(SIZES, { maxLatencyMs: 2 }), {
    name: "RangeError",
    message:
      "Cannot compare a student with its limits: latencyMs is not known, expected a measurement, as maxLatencyMs is 2",
  });
});

Deno.test("sizeViolation() leaves accuracy out when a least one is given", () => {
  assert.equal(sizeViolation(SIZES, { minAccuracy: 1 }), undefined);
});

Deno.test("violation() names sizes before accuracy when both break a limit", () => {
  const of = (accuracy: number, limits: Limits) =>
    violation({ sizes: SIZES, accuracy }, limits);
  assert.equal(of(0.9, { minAccuracy: 0.9 }), undefined);
  assert.equal(
    of(0.9, { minAccuracy: 0.91 }),
    "an accuracy of 0.9, expected at least 0.91",
  );
  assert.equal(
    of(0.9, { minAccuracy: 0.91, maxParameters: 1 }),
    "12,345 parameters, expected at most 1",
  );
  assert.equal(
    of(NaN, { minAccuracy: 0 }),
    "an accuracy of NaN, expected at least 0",
  );
  assert.equal(of(NaN, {}), undefined);
});

Deno.test("studentSizes() counts parameters, work and memory when a network is given", () => {
  const network: Network = {
    input: [1, 4, 4],
    blocks: [
      {
        type: "conv",
        outChannels: 2,
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: true,
      },
      { type: "batchNorm" },
      { type: "linear", outFeatures: 3, bias: false },
    ],
  };
  // conv 2*9+2, BN 4 (running statistics are not trained), linear 3*32;
  // conv 2*16*9, linear 96; two maps of 2*16 and 3 outputs, 4 bytes each
  assert.deepEqual(studentSizes(network), {
    parameters: 120,
    macs: 384,
    activationBytes: 268,
    weightBytes: 480,
  });
  const teacher = resnet({ depth: 18, input: [3, 32, 32], classes: 10 });
  assert.equal(studentSizes(teacher).parameters, 11_173_962);
});
