import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Outcome,
  removeAndShrink,
  removeLayers,
  shrinkLayers,
} from "../../../lib/compress/mod.ts";
import {
  canonical,
  fitnet4,
  type Layer,
  leaves,
  lenet5,
  type Network,
  parameterTable,
  resnet,
  squeezenet,
  vgg,
} from "../../../lib/network/mod.ts";
import {
  type Importance,
  inherit,
  parameterLayers,
} from "../../../lib/training/mod.ts";
import { shrinkRules, tenth, withActions } from "../../compress/_actions.ts";
import { anyResidual } from "../../compress/_networks.ts";
import { digests } from "../_problem.ts";
import {
  codedFresh,
  codedLeaves,
  codedWeights,
  Decoder,
  type Indices,
  type Pair,
  same,
} from "./_coded.ts";

const small = { input: [3, 16, 16], classes: 10 } as const;

const anyBase: fc.Arbitrary<Network> = fc.oneof(
  fc.constantFrom(
    vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.1 }),
    resnet({ depth: 18, width: 0.1, ...small }),
    resnet({ depth: 50, width: 0.07, ...small }),
    squeezenet({ input: [3, 32, 32], classes: 10, width: 0.25 }),
    lenet5({ input: [1, 28, 28], classes: 10 }),
    fitnet4({ width: 0.25, ...small }),
  ),
  anyResidual,
);

const ratio = tenth.map((n) => n / 10);

const anyActions = withActions(
  anyBase,
  fc.record({
    keep: fc.boolean(),
    ratio: fc.oneof(
      ratio,
      fc.record(
        { channels: ratio, kernel: ratio, stride: ratio, padding: ratio },
        { requiredKeys: [] },
      ),
    ),
  }),
  { keep: true, ratio: 1 },
);

const anyImportance = fc.constantFrom<Importance>(
  "filterL1",
  "batchNormScale",
  "foldedL1",
);

/** Any student with its base. */
const anyStudent = fc.tuple(
  anyActions,
  shrinkRules,
  fc.constantFrom("removal", "shrinkage", "joint"),
).map(([[base, actions], rules, kind]) => {
  const keep = actions.map((action) => action.keep);
  const ratios = actions.map((action) => action.ratio);
  const outcome: Outcome = kind === "removal"
    ? removeLayers(base, keep)
    : kind === "shrinkage"
    ? shrinkLayers(base, ratios, rules)
    : removeAndShrink(base, { keep, ratios }, rules);
  return { base, outcome };
});

Deno.test("parameterLayers() holds for the canonical forms of any student and base", () => {
  fc.assert(
    fc.property(anyStudent, ({ base, outcome }) => {
      if (!outcome.ok) return;
      const layers = parameterLayers(outcome.network, base, outcome.origin);
      for (const network of [base, outcome.network]) {
        assert.deepEqual(
          parameterTable(canonical(network)).map(({ shape }) => shape),
          parameterTable(network).map(({ shape }) => shape),
        );
      }
      const from = codedLeaves(base);
      assert.deepEqual(
        layers.map((layer) => from[layer]?.layer.type),
        codedLeaves(outcome.network).map(({ layer }) => layer.type),
      );
    }),
    { numRuns: 150 },
  );
});

Deno.test("inherit() takes every value from where its channels lead, and from nowhere else, when actions are any", () => {
  let tied = 0;
  let inherited = 0;
  fc.assert(
    fc.property(
      anyStudent,
      anyImportance,
      ({ base, outcome }, importance) => {
        if (!outcome.ok) return;
        const { network: student, origin } = outcome;
        const layers = parameterLayers(student, base, origin);
        const weights = codedWeights(base);
        const fresh = codedFresh(student);
        const heritage = { base, weights, layers, importance };
        const result = inherit(student, heritage, fresh);
        assert.deepEqual(
          Object.entries(result).map(([name, { length }]) => [name, length]),
          parameterTable(canonical(student)).map(({ name, size }) => [
            name,
            size,
          ]),
        );
        const from = codedLeaves(base);
        const pairs = codedLeaves(student).map((leaf, i) => ({
          student: leaf,
          base: from[layers[i]!]!,
        }));
        tied += walk(canonical(student), {
          pairs,
          decoder: new Decoder(result, fresh, weights),
        });
        inherited++;

        assert.deepEqual(
          digests(inherit(student, heritage, fresh)),
          digests(result),
        );
        assert.deepEqual(digests(weights), digests(codedWeights(base)));
        assert.deepEqual(digests(fresh), digests(codedFresh(student)));
      },
    ),
    { numRuns: 120 },
  );
  assert.ok(inherited > 50, `only ${inherited} students`);
  assert.ok(tied > 50, `only ${tied} additions of channels that show`);
});

Deno.test("inherit() leaves nothing fresh when all layers stay and channels alone shrink", () => {
  let shrunk = 0;
  fc.assert(
    fc.property(
      withActions(anyBase, ratio, 1),
      anyImportance,
      ([base, ratios], importance) => {
        const outcome = shrinkLayers(base, ratios, { minChannels: 2 });
        if (!outcome.ok) return;
        shrunk++;
        const { network: student, origin } = outcome;
        const layers = parameterLayers(student, base, origin);
        const weights = codedWeights(base);
        const result = inherit(
          student,
          { base, weights, layers, importance },
          codedFresh(student),
        );
        for (const [name, values] of Object.entries(result)) {
          assert.ok(values.every((value) => value > 0), name);
        }
      },
    ),
    { numRuns: 100 },
  );
  assert.ok(shrunk > 50, `only ${shrunk} students`);
});

/**
 * Follows the channels through a student: what each layer says of those it reads
 * must agree with what is known of them. Returns the number of additions where
 * both sides show their channels.
 */
function walk(
  student: Network,
  { pairs, decoder }: {
    readonly pairs: readonly Pair[];
    readonly decoder: Decoder;
  },
): number {
  const order = pairs.values();
  let tied = 0;
  const pads = leaves(student).some(({ layer }) =>
    layer.type === "padChannels"
  );

  function run(sequence: readonly Layer[], map: Indices): Indices {
    for (const layer of sequence) {
      const { type } = layer;
      if (type === "padChannels") {
        const { before, after } = layer;
        // Where the channels come in, in the base, is another test's.
        map = Array(before + map.length + after).fill(undefined);
      } else if (type === "batchNorm") {
        const found = decoder.channels(order.next().value!, [
          "scale",
          "shift",
          "runningMean",
          "runningVariance",
        ]);
        map = same(map, found, type);
      } else if (type === "conv" || type === "linear") {
        const pair = order.next().value!;
        const { rows, columns } = decoder.blocks(pair);
        same(map, columns, `what a ${type} reads`);
        map = "bias" in layer && layer.bias
          ? same(rows, decoder.channels(pair, ["bias"]), type)
          : rows;
        const known = map.filter((index) => index !== undefined);
        // Behind zeros those that come through them stay where they come in.
        const expected = pads ? known : [...known].sort((a, b) => a - b);
        assert.deepEqual(known, expected, "rising");
        assert.equal(new Set(known).size, known.length, "twice");
      }
    }
    return map;
  }

  let map: Indices = Array.from({ length: student.input[0] }, (_, i) => i);
  for (const block of student.blocks) {
    if (block.type === "residual") {
      const body = run(block.body, map);
      const shortcut = run(block.shortcut, map);
      map = same(body, shortcut, "added");
      const shows = body.some((index, i) =>
        index !== undefined && shortcut[i] !== undefined
      );
      if (shows) tied++;
    } else if (block.type === "concat") {
      const read = map;
      // Where the branches' channels begin in the base is another test's.
      map = block.branches.flatMap((branch) =>
        run(branch, read).map(() => undefined)
      );
    } else map = run([block], map);
  }
  return tied;
}
