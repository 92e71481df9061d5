import assert from "node:assert/strict";
import fc from "fast-check";
import {
  countParameters,
  leaves,
  type Network,
  parameterTable,
} from "../../lib/network/mod.ts";
import { validNetwork } from "./_arbitrary.ts";

const NETWORK: Network = {
  input: [3, 4, 4],
  blocks: [
    {
      type: "residual",
      body: [
        {
          type: "conv",
          outChannels: 5,
          kernel: 3,
          stride: 1,
          padding: 1,
          bias: false,
        },
        { type: "batchNorm" },
      ],
      shortcut: [{
        type: "conv",
        outChannels: 5,
        kernel: 1,
        stride: 1,
        padding: 0,
        bias: true,
      }],
    },
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    { type: "linear", outFeatures: 10, bias: true },
  ],
};

Deno.test("parameterTable() names, shapes and fan-ins follow the layers", () => {
  const rows = parameterTable(NETWORK).map((parameter) => [
    parameter.name,
    parameter.shape,
    parameter.size,
    parameter.role,
    parameter.fanIn,
    parameter.trainable,
  ]);
  assert.deepEqual(rows, [
    ["blocks.0.body.0.weight", [5, 3, 3, 3], 135, "weight", 27, true],
    ["blocks.0.body.1.scale", [5], 5, "scale", 0, true],
    ["blocks.0.body.1.shift", [5], 5, "shift", 0, true],
    ["blocks.0.body.1.runningMean", [5], 5, "runningMean", 0, false],
    ["blocks.0.body.1.runningVariance", [5], 5, "runningVariance", 0, false],
    ["blocks.0.shortcut.0.weight", [5, 3, 1, 1], 15, "weight", 3, true],
    ["blocks.0.shortcut.0.bias", [5], 5, "bias", 3, true],
    ["blocks.2.weight", [10, 20], 200, "weight", 20, true],
    ["blocks.2.bias", [10], 10, "bias", 20, true],
  ]);
});

Deno.test("countParameters() leaves running statistics out", () => {
  assert.equal(countParameters(NETWORK), 135 + 5 + 5 + 15 + 5 + 200 + 10);
});

Deno.test("parameterTable() has unique names and sizes that fit the shapes when the network is any", () => {
  fc.assert(fc.property(validNetwork, (network) => {
    const table = parameterTable(network);
    assert.equal(new Set(table.map(({ name }) => name)).size, table.length);
    for (const { name, role, shape, size } of table) {
      assert.equal(shape.reduce((a, b) => a * b, 1), size);
      const path = name.slice(0, -role.length - 1);
      assert.ok(leaves(network).some((leaf) => leaf.path.join(".") === path));
    }
  }));
});
