import assert from "node:assert/strict";
import { leaves, resnet, squeezenet, vgg } from "../../lib/network/mod.ts";
import { decisionLabels, layerLabels } from "../../lib/report/mod.ts";

const SMALL = { input: [3, 32, 32], classes: 10 } as const;

/** Indices of the leaves of a block, of one of its branches if given. */
function leavesOf(
  network: Parameters<typeof leaves>[0],
  block: number,
  place?: "body" | "shortcut",
): readonly number[] {
  return leaves(network)
    .filter(({ path, residual }) =>
      path[1] === block && (place === undefined || residual?.place === place)
    )
    .map(({ index }) => index);
}

Deno.test("decisionLabels() names single leaves as layerLabels() does when each is a decision", () => {
  for (
    const network of [
      vgg({ depth: 13, ...SMALL }),
      resnet({ depth: 18, ...SMALL }),
    ]
  ) {
    const single = leaves(network).map(({ index }) => ({ leaves: [index] }));
    assert.deepEqual(decisionLabels(network, single), layerLabels(network));
  }
});

Deno.test("decisionLabels() spells out a unit and puts the variable last when there is one", () => {
  const network = vgg({ depth: 11, ...SMALL });
  assert.deepEqual(
    decisionLabels(network, [
      { leaves: [0, 1, 2] },
      { leaves: [2, 0, 1], variable: "channels" },
      { leaves: [0, 1, 2, 3] },
      { leaves: [0], variable: "kernel" },
      // Not in a row, or too many to spell out.
      { leaves: [0, 4], variable: "channels" },
      { leaves: [4, 5, 6, 7, 8] },
    ]),
    [
      "0 c64-bn-r",
      "0 c64-bn-r channels",
      "0 c64-bn-r-p",
      "0 conv3 64 kernel",
      "0 conv3 64 and 1 more channels",
      "4 conv3 128 and 4 more",
    ],
  );
});

Deno.test("decisionLabels() names blocks and their branches when a decision is all of one", () => {
  const network = resnet({ depth: 18, ...SMALL });
  const blocks = network.blocks.flatMap((block, i) =>
    block.type === "residual" ? [i] : []
  );
  const bodies = blocks.map((i) => ({ leaves: leavesOf(network, i, "body") }));
  assert.deepEqual(
    decisionLabels(network, bodies),
    blocks.map((i) => `block ${i} (5 layers)`),
  );
  const withShortcut = blocks.find((i) =>
    leavesOf(network, i, "shortcut").length > 0
  )!;
  const body = leavesOf(network, withShortcut, "body");
  const shortcut = leavesOf(network, withShortcut, "shortcut");
  assert.deepEqual(
    decisionLabels(network, [
      { leaves: [...body, ...shortcut], variable: "channels" },
      { leaves: shortcut },
      { leaves: body.slice(0, 3) },
      // The end of one branch and the start of another are not in a row.
      { leaves: [body.at(-1)!, shortcut[0]!] },
    ]),
    [
      `block ${withShortcut} (7 layers) channels`,
      `${shortcut[0]} c128k1s2p0-bn shortcut`,
      `${body[0]} c128k3s2p1-bn-r`,
      `${body.at(-1)} batch norm and 1 more`,
    ],
  );
});

Deno.test("decisionLabels() names a concatenation by its block when a decision is all of it", () => {
  const network = squeezenet({ input: [3, 32, 32], classes: 10 });
  const block = network.blocks.findIndex(({ type }) => type === "concat");
  const all = leavesOf(network, block);
  const [label] = decisionLabels(network, [{ leaves: all }]);
  // Leaves of two branches in a row are no unit.
  assert.equal(label, `block ${block} (${all.length} layers)`);
});

Deno.test("decisionLabels() throws when a decision has no leaf, one twice, or an unknown one", () => {
  const network = vgg({ depth: 11, ...SMALL });
  const last = leaves(network).length - 1;
  const faults = [
    [[], "the leaves of decision 1 are [], expected at least one, each once"],
    [
      [3, 3],
      "the leaves of decision 1 are [3, 3], expected at least one, each once",
    ],
    ...[-1, 0.5, last + 1].map((index) =>
      [
        [index],
        `a leaf of decision 1 is ${index}, expected an index from 0 to ${last}`,
      ] as const
    ),
  ] as const;
  for (const [list, message] of faults) {
    assert.throws(
      () => decisionLabels(network, [{ leaves: [0] }, { leaves: list }]),
      { name: "RangeError", message: `Cannot label a decision: ${message}` },
    );
  }
});
