import assert from "node:assert/strict";
import type { Weights } from "../../../lib/engine/mod.ts";
import {
  type Block,
  canonical,
  type Conv,
  type Network,
  parameterTable,
} from "../../../lib/network/mod.ts";
import {
  type Heritage,
  type Importance,
  inherit,
  parameterLayers,
} from "../../../lib/training/mod.ts";
import { BN, conv, LINEAR, POOL, RELU } from "../../compress/_networks.ts";
import {
  codedFresh,
  codedLeaves,
  codedWeights,
  Decoder,
  type Indices,
} from "./_coded.ts";

/** A convolution that looks at one pixel, so that its weights are `[out, in]`. */
function point(outChannels: number, fields: Partial<Conv> = {}): Conv {
  return conv(outChannels, { kernel: 1, ...fields });
}

function network(channels: number, ...blocks: readonly Block[]): Network {
  return { input: [channels, 4, 4], blocks };
}

interface Inherited {
  readonly student: Network;
  readonly base: Network;
  /** Default: the layers by their number. */
  readonly layers?: readonly number[];
  readonly importance?: Importance;
  /** Default: coded, so that later channels count more. */
  readonly weights?: Weights;
}

function inheritFrom(
  { student, base, layers, importance = "filterL1", weights }: Inherited,
): Weights {
  const heritage = {
    base,
    weights: weights ?? codedWeights(base),
    layers: layers ?? [...codedLeaves(student).keys()],
    importance,
  };
  return inherit(student, heritage, codedFresh(student));
}

/** Which channels of the base a layer's arrays hold. */
interface Decoded {
  readonly rows?: Indices;
  readonly columns?: Indices;
  readonly bias?: Indices;
  /** Of a batch norm. */
  readonly index?: Indices;
}

/** Which channels of the base the student's layers hold. */
function decode(inherited: Inherited): readonly Decoded[] {
  const { student, base } = inherited;
  const decoder = new Decoder(
    inheritFrom(inherited),
    codedFresh(student),
    codedWeights(base),
  );
  const from = codedLeaves(base);
  return codedLeaves(student).map((leaf, i) => {
    const pair = { student: leaf, base: from[inherited.layers?.[i] ?? i]! };
    return leaf.layer.type === "batchNorm"
      ? { index: decoder.channels(pair, ["scale", "runningMean"]) }
      : {
        ...decoder.blocks(pair),
        bias: decoder.channels(pair, ["bias"]),
      };
  });
}

const NONE = undefined;

Deno.test("inherit() keeps the channels that count most, the first of equal ones, in their order", () => {
  const base = network(2, point(5), BN, RELU, LINEAR);
  const student = network(2, point(2), BN, RELU, LINEAR);
  const weights: Weights = {
    ...codedWeights(base),
    // Sums of absolute values: 3, 4, 3, 4, 4.
    "blocks.0.weight": Float32Array.of(1, 2, -4, 0, 3, 0, 2, -2, 0, 4),
    "blocks.1.scale": Float32Array.of(-5, 1, 2, 0.5, 2),
    // Divides by 10, 1, 0.1, 1, 4.
    "blocks.1.runningVariance": Float32Array.of(100, 1, 0.01, 1, 16),
  };
  const kept = (importance: Importance) => {
    const result = inheritFrom({ student, base, importance, weights });
    return [...result["blocks.0.weight"]!];
  };
  assert.deepEqual(kept("filterL1"), [-4, 0, 2, -2]); // 1 and 3
  assert.deepEqual(kept("batchNormScale"), [1, 2, 3, 0]); // 0 and 2
  // 1.5, 4, 60, 2, 2
  assert.deepEqual(kept("foldedL1"), [-4, 0, 3, 0]); // 1 and 2
});

Deno.test("inherit() measures a convolution without batch norm behind it by its filter alone", () => {
  // The batch norm behind the ReLU says nothing of the convolution's channels.
  const base = network(1, point(3), RELU, BN, LINEAR);
  const student = network(1, point(1), RELU, BN, LINEAR);
  const weights: Weights = {
    ...codedWeights(base),
    "blocks.0.weight": Float32Array.of(1, 3, 2),
    "blocks.2.scale": Float32Array.of(9, 1, 1),
  };
  const kept = (importance: Importance) =>
    inheritFrom({ student, base, importance, weights })["blocks.0.weight"]![0];
  assert.equal(kept("filterL1"), 3);
  assert.equal(kept("foldedL1"), 3);
  assert.equal(kept("batchNormScale"), 1);
});

Deno.test("inherit() lets the layers behind read the channels that are kept", () => {
  const base = network(2, conv(4, { bias: true }), BN, RELU, POOL, LINEAR);
  const student = network(2, conv(2, { bias: true }), BN, RELU, POOL, LINEAR);
  const [first, norm, linear] = decode({ student, base });
  assert.deepEqual(first, { rows: [2, 3], columns: [0, 1], bias: [2, 3] });
  assert.deepEqual(norm, { index: [2, 3] });
  const classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  assert.deepEqual(linear, { rows: classes, columns: [2, 3], bias: classes });
});

Deno.test("inherit() passes a removed convolution's input on by index when the widths agree, and starts what reads it fresh when not", () => {
  const equal = network(2, point(4), point(4), point(6, { bias: true }));
  const student = network(2, point(3), point(6, { bias: true }));
  const six = [0, 1, 2, 3, 4, 5];
  assert.deepEqual(decode({ student, base: equal, layers: [0, 2] }), [
    { rows: [1, 2, 3], columns: [0, 1], bias: [] },
    { rows: six, columns: [1, 2, 3], bias: six },
  ]);
  const other = network(2, point(4), point(5), point(6, { bias: true }));
  assert.deepEqual(decode({ student, base: other, layers: [0, 2] })[1], {
    rows: Array(6).fill(NONE),
    columns: [NONE, NONE, NONE],
    bias: six,
  });
});

Deno.test("inherit() keeps the same channels along a residual stream, those that count most in sum", () => {
  const block = (inner: number, out: number): Block => ({
    type: "residual",
    body: [point(inner), point(out)],
    shortcut: [],
  });
  const base = network(1, point(3), block(1, 3), POOL, block(1, 3), point(3));
  const student = network(
    1,
    point(2),
    block(1, 2),
    POOL,
    block(1, 2),
    point(3),
  );
  // Per channel of the stream: 5, 1, 0 + 0, 2, 1 + 0, 3, 1 = 5, 6, 2.
  const weights: Weights = {
    ...codedWeights(base),
    "blocks.0.weight": Float32Array.of(5, 1, 0),
    "blocks.1.body.1.weight": Float32Array.of(0, 2, -1),
    "blocks.3.body.1.weight": Float32Array.of(0, -3, 1),
  };
  const result = inheritFrom({ student, base, weights });
  assert.deepEqual([...result["blocks.0.weight"]!], [5, 1]);
  assert.deepEqual([...result["blocks.1.body.1.weight"]!], [0, 2]);
  assert.deepEqual([...result["blocks.3.body.1.weight"]!], [0, -3]);
  // What reads the stream reads these two.
  const [a, b] = weights["blocks.1.body.0.weight"]!;
  assert.deepEqual([...result["blocks.1.body.0.weight"]!], [a, b]);
});

Deno.test("inherit() ties a shortcut's convolution to its body, not to its input", () => {
  const block = (inner: number, out: number): Block => ({
    type: "residual",
    body: [point(inner), BN, point(out), BN],
    shortcut: [point(out), BN],
  });
  const base = network(1, point(3), block(3, 4), LINEAR);
  const student = network(1, point(2), block(1, 2), LINEAR);
  const weights: Weights = {
    ...codedWeights(base),
    // The shortcut, larger by far, decides.
    "blocks.1.shortcut.0.weight": Float32Array.of(
      ...[900, 900, 900],
      ...[0, 0, 0],
      ...[800, 800, 800],
      ...[0, 0, 0],
    ),
  };
  const result = inheritFrom({ student, base, weights });
  const body = weights["blocks.1.body.2.weight"]!;
  // Rows 0 and 2 of three inputs, of which the last is kept.
  assert.deepEqual([...result["blocks.1.body.2.weight"]!], [body[2], body[8]]);
  const shortcut = [...result["blocks.1.shortcut.0.weight"]!];
  assert.deepEqual(shortcut, [900, 900, 800, 800]);
  for (const place of ["body.3", "shortcut.1"]) {
    const scale = weights[`blocks.1.${place}.scale`]!;
    assert.deepEqual(
      [...result[`blocks.1.${place}.scale`]!],
      [scale[0], scale[2]],
    );
  }
});

Deno.test("inherit() starts a convolution fresh that takes over the end of a body with other channels", () => {
  const base = network(1, point(4), {
    type: "residual",
    body: [point(2, { bias: true }), BN, point(4), BN],
    shortcut: [],
  }, LINEAR);
  const student = network(1, point(4), {
    type: "residual",
    body: [point(4, { bias: true }), BN, BN],
    shortcut: [],
  }, LINEAR);
  const all = [0, 1, 2, 3];
  const none = Array(4).fill(NONE);
  const [stem, taken, inner, last, head] = decode({
    student,
    base,
    layers: [0, 1, 2, 4, 5],
  });
  assert.deepEqual(stem!.rows, all);
  assert.deepEqual(taken, { rows: none, columns: none, bias: none });
  assert.deepEqual(inner, { index: none });
  assert.deepEqual(last, { index: all });
  assert.deepEqual(head!.columns, all);
});

Deno.test("inherit() ties a body to the network's input, of which all channels stay", () => {
  const of = (inner: number) =>
    network(3, {
      type: "residual",
      body: [point(inner), point(3, { bias: true })],
      shortcut: [],
    }, LINEAR);
  const [, last, head] = decode({ student: of(1), base: of(5) });
  const three = [0, 1, 2];
  assert.deepEqual(last, { rows: three, columns: [4], bias: three });
  assert.deepEqual(head!.columns, three);
});

Deno.test("inherit() counts a concatenation's channels from where its branches begin in the base", () => {
  const of = (width: number, inner: number) =>
    network(
      1,
      point(width),
      RELU,
      {
        type: "concat",
        branches: [[point(3)], [], [point(inner), RELU, point(2)], []],
      },
      { type: "residual", body: [point(5 + 2 * width)], shortcut: [] },
      LINEAR,
    );
  const layers = decode({ student: of(2, 1), base: of(4, 3) });
  const joined = [0, 1, 2, 5, 6, 7, 8, 11, 12];
  assert.deepEqual(layers[1]!.columns, [2, 3]);
  assert.deepEqual(layers[3]!.columns, [2]);
  // The body adds to the concatenation and keeps its channels.
  assert.deepEqual(layers[4], { rows: joined, columns: joined, bias: [] });
  assert.deepEqual(layers[5]!.columns, joined);
});

Deno.test("inherit() takes the middle of a larger kernel", () => {
  const of = (kernel: number) =>
    network(1, conv(1, { kernel, padding: 2 }), {
      type: "avgPool",
      kernel: "global",
      stride: 1,
    });
  const kernelOf = (from: number, to: number) => [
    ...inheritFrom({ base: of(from), student: of(to) })["blocks.0.weight"]!,
  ];
  // 1 to 25 row by row; 1 to 9 likewise.
  assert.deepEqual(kernelOf(5, 3), [7, 8, 9, 12, 13, 14, 17, 18, 19]);
  assert.deepEqual(kernelOf(3, 2), [1, 2, 4, 5]);
  assert.deepEqual(kernelOf(3, 1), [5]);
});

Deno.test("inherit() starts a linear layer fresh but for its bias when its map has another size", () => {
  const base = network(1, point(2), POOL, LINEAR);
  const student = network(1, point(2), LINEAR);
  const [, linear] = decode({ student, base });
  assert.ok(linear!.columns!.every((column) => column === NONE));
  assert.deepEqual(linear!.bias, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("inherit() leaves channels fresh that the base does not have, and biases that it does not have", () => {
  const base = network(1, point(2), LINEAR);
  const student = network(1, point(3, { bias: true }), LINEAR);
  const [first, linear] = decode({ student, base });
  assert.deepEqual(first, {
    rows: [0, 1, NONE],
    columns: [0],
    bias: [NONE, NONE, NONE],
  });
  assert.deepEqual(linear!.columns, [0, 1, NONE]);
});

Deno.test("inherit() throws when the heritage does not fit", () => {
  const base = network(1, conv(4), BN, RELU, LINEAR);
  const student = network(1, conv(2), BN, RELU, LINEAR);
  const heritage: Heritage = {
    base,
    weights: codedWeights(base),
    layers: [0, 1, 2],
    importance: "filterL1",
  };
  const throws = (
    { to = student, fresh = codedFresh(to), ...changes }:
      & Partial<Heritage>
      & { readonly to?: Network; readonly fresh?: Weights },
    message: string,
  ) =>
    assert.throws(() => inherit(to, { ...heritage, ...changes }, fresh), {
      name: "RangeError",
      message: `Cannot inherit weights: ${message}`,
    });
  throws(
    { layers: [0, 1] },
    "the number of layers is 2, expected 3 (one per layer with parameters of the student)",
  );
  for (const wrong of [3, -1, 0.5]) {
    throws(
      { layers: [0, 1, wrong] },
      `"blocks.3" comes from layer ${wrong} of the base, expected an integer from 0 to 2`,
    );
  }
  throws(
    { layers: [0, 2, 2] },
    '"blocks.1" is of type "batchNorm", expected "linear" as "blocks.3" of the base',
  );
  throws(
    { to: network(1, conv(2), BN, RELU, { ...LINEAR, outFeatures: 9 }) },
    '"blocks.3" has 9 outputs, expected 10 as "blocks.3" of the base',
  );
  throws(
    { to: network(1, conv(2, { kernel: 4 }), BN, RELU, LINEAR) },
    '"blocks.0" has a kernel of 4, expected at most 3 as "blocks.0" of the base',
  );
  throws(
    { to: { ...student, input: [1, 5, 4] } },
    "the student's input is [1,5,4], expected [1,4,4] as the base's",
  );
  throws(
    { weights: codedWeights(student) },
    '"blocks.0.weight" of the base\'s weights has 18 values, expected 36',
  );
  throws(
    { fresh: {} },
    '"blocks.0.weight" of the fresh weights has no values, expected 18',
  );
});

Deno.test("inherit() names weights by the canonical form when blocks and layers vanish", () => {
  const base = network(
    1,
    { type: "dropout", rate: 0 },
    conv(3),
    RELU,
    { type: "residual", body: [conv(3)], shortcut: [] },
    RELU,
    LINEAR,
  );
  const student = network(
    1,
    { type: "dropout", rate: 0 },
    conv(3),
    RELU,
    RELU,
    LINEAR,
  );
  const result = inheritFrom({ student, base, layers: [0, 2] });
  assert.deepEqual(
    Object.keys(result),
    parameterTable(canonical(student)).map(({ name }) => name),
  );
  const weights = codedWeights(base);
  assert.deepEqual(result["blocks.0.weight"], weights["blocks.0.weight"]);
  assert.deepEqual(result["blocks.2.weight"], weights["blocks.3.weight"]);
});

Deno.test("parameterLayers() counts layers with parameters only", () => {
  const base = network(1, conv(4), BN, RELU, conv(4), RELU, POOL, LINEAR);
  const student = network(1, conv(4), RELU, RELU, POOL, LINEAR);
  const origin = { leaves: [3, 2, 4, 5, 6] };
  assert.deepEqual(parameterLayers(student, base, origin), [2, 3]);
});

Deno.test("parameterLayers() throws when the origin is another's", () => {
  const base = network(1, conv(4), BN, LINEAR);
  const student = network(1, conv(4), LINEAR);
  const throws = (leaves: readonly number[], message: string) =>
    assert.throws(() => parameterLayers(student, base, { leaves }), {
      name: "RangeError",
      message: `Cannot follow layers: ${message}`,
    });
  throws(
    [0],
    "the origin has 1 entries, expected 2 (one per leaf of the student)",
  );
  throws(
    [0, 1],
    'leaf 1 of the student is of type "linear" and comes from leaf 1 of the base, of type "batchNorm", expected the same type',
  );
  throws(
    [0, 7],
    'leaf 1 of the student is of type "linear" and comes from leaf 7 of the base, of type "undefined", expected the same type',
  );
});
