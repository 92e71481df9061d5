import assert from "node:assert/strict";
import { integers, node, onnxModel, values } from "./_onnx_model.ts";
import { readBytes } from "./_read_bytes.ts";
import { type Case, checkLogits } from "./_same_logits.ts";

/** A classifier behind a map of some channels: 3 classes. */
function head(map: string, channels: number) {
  return {
    nodes: [
      node("GlobalAveragePool", map, "pooled"),
      node("Flatten", "pooled", "flat"),
      node("Gemm", "flat head.w head.b", "logits", { transB: 1 }),
    ],
    constants: { "head.w": values([3, channels]), "head.b": values([3]) },
  };
}

/** A case of some nodes that give "map", and a classifier behind it. */
function before(
  { channels = 2, nodes, constants = {}, is, ...rest }:
    & Omit<Case, "nodes" | "constants">
    & {
      readonly channels?: number;
      readonly nodes: Case["nodes"];
      readonly constants?: Case["constants"];
    },
): Case {
  const end = head("map", channels);
  return {
    ...rest,
    nodes: [...nodes, ...end.nodes],
    constants: { ...constants, ...end.constants },
    is: `${is}${is === "" ? "" : "-"}gap-fc3`,
  };
}

const conv = (reads: string, gives: string, attributes = {}) =>
  node("Conv", `${reads} w b`, gives, { pads: [1, 1, 1, 1], ...attributes });

const CONV = { w: values([4, 2, 3, 3]), b: values([4]) };

const NORM = {
  scale: values([4]),
  shift: values([4]),
  mean: values([4]),
  variance: values([4], { positive: true }),
};

const norm = (reads: string, gives: string, epsilon: number) =>
  node("BatchNormalization", `${reads} scale shift mean variance`, gives, {
    epsilon: { float: epsilon },
  });

const CASES: Readonly<Record<string, Case>> = {
  "a convolution with bias": before({
    channels: 4,
    nodes: [conv("images", "map")],
    constants: CONV,
    is: "c4",
  }),
  "a bias that is added behind a convolution": before({
    channels: 4,
    nodes: [
      node("Conv", "images w", "product", { pads: [1, 1, 1, 1] }),
      node("Add", "b product", "map"),
    ],
    constants: { w: CONV.w, b: { ...CONV.b, shape: [4, 1, 1] } },
    is: "c4",
  }),
  "a factor of each channel behind a convolution, and a quotient": before({
    channels: 4,
    nodes: [
      conv("images", "sum"),
      node("Mul", "sum f", "product"),
      node("Div", "product two", "map"),
    ],
    constants: {
      ...CONV,
      f: values([1, 4, 1, 1]),
      two: { shape: [], data: [2] },
    },
    is: "c4",
  }),
  "a factor behind a map that others read too": before({
    nodes: [
      node("Relu", "images", "kept"),
      node("Mul", "kept f", "scaled"),
      node("Add", "scaled kept", "sum"),
      node("Relu", "sum", "map"),
    ],
    constants: { f: values([1, 2, 1, 1]) },
    is: "r-{bn}",
  }),
  "batch normalisation of Keras's epsilon": before({
    channels: 4,
    nodes: [conv("images", "sum"), norm("sum", "map", 1e-3)],
    constants: { ...CONV, ...NORM },
    is: "c4-bn",
  }),
  "batch normalisation of a small epsilon and a variance of nearly 0": before({
    channels: 4,
    nodes: [conv("images", "sum"), norm("sum", "map", 1e-7)],
    constants: {
      ...CONV,
      ...NORM,
      variance: { shape: [4], data: [1e-6, 2e-7, 0.5, 1] },
    },
    is: "c4-bn",
  }),
  "padding as SAME_UPPER that is not even": before({
    channels: 4,
    nodes: [
      node("Conv", "images w b", "map", {
        auto_pad: "SAME_UPPER",
        strides: [2, 2],
      }),
    ],
    constants: CONV,
    is: "c4k4s2p1",
  }),
  "padding as SAME_LOWER that is not even": before({
    channels: 4,
    nodes: [
      node("Conv", "images w b", "map", {
        auto_pad: "SAME_LOWER",
        strides: [2, 2],
      }),
    ],
    constants: CONV,
    is: "c4k3s2p1",
  }),
  "an uneven Pad before a convolution": before({
    channels: 4,
    nodes: [
      node("Pad", "images sides zero", "wide"),
      node("Conv", "wide w b", "map"),
    ],
    constants: {
      ...CONV,
      sides: integers(0, 0, 2, 1, 0, 0, 0, 1),
      zero: { shape: [], data: [0] },
    },
    is: "c4k5s1p2",
  }),
  "a kernel that is no square": before({
    channels: 4,
    nodes: [node("Conv", "images w b", "map", { pads: [0, 1, 0, 1] })],
    constants: { w: values([4, 2, 1, 3]), b: CONV.b },
    is: "c4",
  }),
  "a Pad before a maximum behind a Relu": before({
    nodes: [
      node("Relu", "images", "positive"),
      node("Pad", "positive sides", "wide"),
      node("MaxPool", "wide", "map", {
        kernel_shape: [3, 3],
        strides: [2, 2],
      }),
    ],
    constants: { sides: integers(0, 0, 1, 1, 0, 0, 1, 1) },
    is: "r-p3s2p1",
  }),
  "pools, one of them padded, one rounding up where nothing sticks out": before(
    {
      nodes: [
        node("MaxPool", "images", "one", {
          kernel_shape: [3, 3],
          strides: [1, 1],
          pads: [1, 1, 1, 1],
        }),
        node("AveragePool", "one", "map", {
          kernel_shape: [2, 2],
          strides: [2, 2],
          ceil_mode: 1,
        }),
      ],
      is: "p3s1p1-ap2",
    },
  ),
  "a matrix product and a sum, of a map that Reshape flattens": {
    nodes: [
      node("Reshape", "images sizes", "flat"),
      node("MatMul", "flat w", "product"),
      node("Add", "product b", "logits"),
    ],
    constants: {
      sizes: integers(-1, 72),
      w: values([72, 3]),
      b: values([3]),
    },
    is: "fc3",
  },
  "Gemm with factors, and no bias": {
    nodes: [
      node("Flatten", "images", "flat"),
      node("Gemm", "flat w b", "five", {
        alpha: { float: 0.5 },
        beta: { float: 2 },
      }),
      node("Gemm", "five v", "logits"),
    ],
    constants: { w: values([72, 5]), b: values([5]), v: values([5, 3]) },
    is: "fc5-fc3",
  },
  "sizes that are computed as PyTorch's view() does": {
    nodes: [
      node("Shape", "images", "shape"),
      node("Constant", "", "zero", {
        value: { tensor: { shape: [], data: [0], type: "int64" } },
      }),
      node("Gather", "shape zero", "count", { axis: 0 }),
      node("Unsqueeze", "count axes", "counts"),
      node("Concat", "counts rest", "sizes", { axis: 0 }),
      node("Reshape", "images sizes", "flat"),
      node("Gemm", "flat w", "logits"),
    ].map((each) => ({ ...each, inputs: each.inputs.filter(Boolean) })),
    constants: {
      axes: integers(0),
      rest: integers(-1),
      w: values([72, 3]),
    },
    is: "fc3",
  },
  "a batch that is fixed to one, in the input and in sizes": {
    input: [1, 2, 6, 6],
    nodes: [
      node("Reshape", "images sizes", "flat"),
      node("Gemm", "flat w", "logits"),
    ],
    constants: { sizes: integers(1, 72), w: values([72, 3]) },
    is: "fc3",
  },
  "a batch that is fixed to two": {
    input: [2, 2, 6, 6],
    nodes: [
      node("Flatten", "images", "flat"),
      node("Gemm", "flat w", "logits"),
    ],
    constants: { w: values([72, 3]) },
    is: "fc3",
  },
  "a network channels last, flattened so": {
    input: ["batch", 6, 6, 2],
    nodes: [
      node("Transpose", "images", "first", { perm: [0, 3, 1, 2] }),
      conv("first", "map"),
      node("Transpose", "map", "last", { perm: [0, 2, 3, 1] }),
      node("Relu", "last", "positive"),
      node("Add", "positive c", "shifted"),
      node("Reshape", "shifted sizes", "flat"),
      node("Gemm", "flat v", "logits"),
    ],
    constants: {
      ...CONV,
      c: values([4]),
      sizes: integers(-1, 144),
      v: values([144, 3]),
    },
    is: "c4-r-bn-fc3",
  },
  "images without a channel": {
    shape: [1, 4, 6],
    input: ["batch", 4, 6],
    nodes: [
      node("Unsqueeze", "images one", "maps"),
      node("Conv", "maps w", "map"),
      node("Flatten", "map", "flat"),
      node("Gemm", "flat v", "logits"),
    ],
    constants: {
      one: integers(1),
      w: values([2, 1, 3, 3]),
      v: values([16, 3]),
    },
    is: "c2k3s1p0-fc3",
  },
  "images that are flattened": {
    shape: [1, 4, 6],
    input: ["batch", 24],
    nodes: [
      node("Reshape", "images sizes", "maps"),
      node("Conv", "maps w", "map"),
      node("Flatten", "map", "flat"),
      node("Gemm", "flat v", "logits"),
    ],
    constants: {
      sizes: integers(-1, 1, 4, 6),
      w: values([2, 1, 3, 3]),
      v: values([16, 3]),
    },
    is: "c2k3s1p0-fc3",
  },
  "weights in nodes, transposed and of halves": {
    nodes: [
      node("Flatten", "images", "flat"),
      node("Constant", "", "w", {
        value: { tensor: { ...values([3, 72]), type: "float16", typed: true } },
      }),
      node("Cast", "w", "single", { to: 1 }),
      node("Transpose", "single", "turned", { perm: [1, 0] }),
      node("MatMul", "flat turned", "logits"),
    ].map((each) => ({ ...each, inputs: each.inputs.filter(Boolean) })),
    is: "fc3",
  },
  "normalisation inside: a difference and a quotient": before({
    channels: 4,
    nodes: [
      node("Sub", "images m", "centred"),
      node("Div", "centred s", "normal"),
      conv("normal", "map"),
    ],
    constants: {
      ...CONV,
      m: { ...values([1, 2, 1, 1]), typed: true },
      s: values([1, 2, 1, 1], { positive: true }),
    },
    is: "c4",
  }),
  "normalisation inside: a factor and a sum": before({
    channels: 4,
    nodes: [
      node("Mul", "images f", "scaled"),
      node("Add", "scaled m", "normal"),
      conv("normal", "map"),
    ],
    constants: {
      ...CONV,
      f: { shape: [], data: [0.25] },
      m: values([2, 1, 1]),
    },
    is: "c4",
  }),
  "dropouts and identities": before({
    channels: 4,
    nodes: [
      node("Identity", "images", "same"),
      conv("same", "sum"),
      node("Dropout", "sum rate", "map"),
    ],
    constants: { ...CONV, rate: { shape: [], data: [0.25] } },
    is: "c4-d0.25",
  }),
  "branches that are joined": before({
    channels: 10,
    nodes: [
      conv("images", "one"),
      node("Conv", "images v", "two"),
      node("Relu", "two", "three"),
      node("Concat", "one three images", "map", { axis: 1 }),
    ],
    constants: { ...CONV, v: values([4, 2, 1, 1]) },
    is: "[c4|c4k1s1p0-r|]",
  }),
  "residual blocks, by identity, projection and zeros": before({
    channels: 9,
    nodes: [
      node("Conv", "images a", "a1", { pads: [1, 1, 1, 1] }),
      node("Add", "images a1", "a2"),
      node("Relu", "a2", "a3"),
      node("Conv", "a3 b", "b1", { strides: [2, 2], pads: [1, 1, 1, 1] }),
      node("Conv", "a3 c", "b2", { strides: [2, 2] }),
      node("Add", "b2 b1", "b3"),
      node("Relu", "b3", "b4"),
      node("Conv", "b4 d", "c1", { strides: [2, 2], pads: [1, 1, 1, 1] }),
      node("Slice", "b4 starts ends axes steps", "c2"),
      node("Pad", "c2 zeros", "c3"),
      node("Add", "c1 c3", "c4"),
      node("Relu", "c4", "map"),
    ],
    constants: {
      a: values([2, 2, 3, 3]),
      b: values([4, 2, 3, 3]),
      c: values([4, 2, 1, 1]),
      d: values([9, 4, 3, 3]),
      starts: integers(0, 0),
      ends: integers(2 ** 53 - 1, 100),
      axes: integers(2, 3),
      steps: integers(2, 2),
      zeros: integers(0, 2, 0, 0, 0, 3, 0, 0),
    },
    is: "{c2}-{c4k3s2p1|c4k1s2p0}-{c9k3s2p1|ap1s2-z2+3}",
  }),
  "rows and columns taken by two nodes, then a mean without its dimensions": {
    nodes: [
      node("Slice", "images starts ends down two", "rows"),
      node("Slice", "rows starts ends right two", "map"),
      node("ReduceMean", "map", "flat", { axes: [2, -1], keepdims: 0 }),
      node("Gemm", "flat v", "logits"),
    ],
    constants: {
      starts: integers(0),
      ends: integers(6),
      down: integers(2),
      right: integers(3),
      two: integers(2),
      v: values([2, 3]),
    },
    is: "ap1s2-gap-fc3",
  },
  "a softmax at the end, behind logits that are squeezed": {
    nodes: [
      node("Conv", "images w", "map"),
      node("Squeeze", "map axes", "logits"),
      node("Softmax", "logits", "shares", { axis: 1 }),
      node("Identity", "shares", "answer"),
    ],
    constants: { w: values([3, 2, 6, 6]), axes: integers(2, 3) },
    is: "c3k6s1p0",
  },
  "outputs on the way beside the logits": {
    nodes: [
      node("Relu", "images", "positive"),
      node("Flatten", "positive", "flat"),
      node("Gemm", "flat w", "logits"),
    ],
    outputs: ["positive", "logits"],
    constants: { w: values([72, 3]) },
    is: "r-fc3",
  },
};

for (const [what, spec] of Object.entries(CASES)) {
  Deno.test(`readNetwork() gives the file's logits when it has ${what}`, async () => {
    await checkLogits(spec);
  });
}

Deno.test("readNetwork() takes normalisation inside for the images' preparation", async () => {
  const { inner } = await readBytes(onnxModel({
    nodes: [
      node("Sub", "images m", "centred"),
      node("Div", "centred s", "normal"),
      node("Flatten", "normal", "flat"),
      node("Gemm", "flat w", "logits"),
    ],
    constants: {
      m: { shape: [1, 2, 1, 1], data: [0.25, 0.5] },
      s: { shape: [], data: [0.5] },
      w: values([72, 3]),
    },
  }));
  assert.deepEqual([...inner.scale], [2, 2]);
  assert.deepEqual([...inner.shift], [-0.5, -1]);
});
