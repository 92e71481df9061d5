import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Concat,
  leaves,
  type Network,
  type Residual,
  shapes,
} from "../../lib/network/mod.ts";
import { validNetwork } from "./_arbitrary.ts";

const CONV = {
  type: "conv",
  outChannels: 4,
  kernel: 1,
  stride: 2,
  padding: 0,
  bias: false,
} as const;

Deno.test("leaves() walks a residual block's body before its shortcut", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      { type: "relu" },
      {
        type: "residual",
        body: [CONV, { type: "batchNorm" }],
        shortcut: [{ ...CONV, bias: true }],
      },
      { type: "linear", outFeatures: 2, bias: false },
    ],
  };
  assert.deepEqual(leaves(network), [
    {
      layer: { type: "relu" },
      index: 0,
      path: ["blocks", 0],
      input: [3, 8, 8],
      output: [3, 8, 8],
    },
    {
      layer: CONV,
      index: 1,
      path: ["blocks", 1, "body", 0],
      input: [3, 8, 8],
      output: [4, 4, 4],
      residual: { place: "body", position: 0, length: 2 },
    },
    {
      layer: { type: "batchNorm" },
      index: 2,
      path: ["blocks", 1, "body", 1],
      input: [4, 4, 4],
      output: [4, 4, 4],
      residual: { place: "body", position: 1, length: 2 },
    },
    {
      layer: { ...CONV, bias: true },
      index: 3,
      path: ["blocks", 1, "shortcut", 0],
      input: [3, 8, 8],
      output: [4, 4, 4],
      residual: { place: "shortcut", position: 0, length: 1 },
    },
    {
      layer: { type: "linear", outFeatures: 2, bias: false },
      index: 4,
      path: ["blocks", 2],
      input: [4, 4, 4],
      output: [2, 1, 1],
    },
  ]);
});

Deno.test("leaves() has each layer once, found again by its path, when the network is any", () => {
  fc.assert(fc.property(validNetwork, (network) => {
    const found = leaves(network);
    const count = network.blocks
      .map((block) =>
        block.type === "residual"
          ? block.body.length + block.shortcut.length
          : block.type === "concat"
          ? block.branches.flat().length
          : 1
      )
      .reduce((a, b) => a + b, 0);
    assert.equal(found.length, count);
    for (const [i, leaf] of found.entries()) {
      assert.equal(leaf.index, i);
      const { path } = leaf;
      const block = path[1];
      const position = path.length === 2 ? 0 : path.at(-1) as number;
      const entry = network.blocks[block]!;
      const layer = path.length === 4
        ? (entry as Residual)[path[2]][position]
        : path.length === 5
        ? (entry as Concat).branches[path[3]]![position]
        : entry;
      assert.equal(leaf.layer, layer);
      assert.equal(leaf.residual === undefined, entry.type !== "residual");
      // The first leaf of a block or branch reads what the block before gave.
      if (position === 0) {
        assert.deepEqual(
          leaf.input,
          shapes(network).blocks[block - 1] ?? network.input,
        );
      }
      if (path.length === 2) {
        assert.deepEqual(leaf.output, shapes(network).blocks[block]);
      }
    }
  }));
});

Deno.test("leaves() throws when the network is not valid", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [{ type: "dropout", rate: 2 }],
  };
  assert.throws(() => leaves(network), {
    name: "RangeError",
    message:
      "Cannot use the network: blocks.0: dropout rate is 2, expected 0 <= rate < 1",
  });
});
