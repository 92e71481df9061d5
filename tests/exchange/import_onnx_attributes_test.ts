import { integers, node, values } from "./_onnx_model.ts";
import { type Case, checkLogits } from "./_same_logits.ts";

/** A classifier behind some numbers an image, in words of every operator set. */
const HEAD = [
  node("Flatten", "map", "flat"),
  node("MatMul", "flat w", "logits"),
];

/** A model that flattens its images to some of their sizes, and others behind. */
function reshaped(
  sizes: Readonly<Record<string, number>>,
  rest: readonly number[],
): Case {
  return {
    opset: 15,
    nodes: [
      node("Shape", "images", "some", sizes),
      node("Concat", "some rest", "sizes", { axis: 0 }),
      node("Reshape", "images sizes", "map"),
      ...HEAD,
    ],
    constants: { rest: integers(...rest), w: values([72, 3]) },
    is: "fc3",
  };
}

const CASES: Readonly<Record<string, Case>> = {
  "the first of its images' sizes": reshaped({ end: 1 }, [72]),
  "the first of its images' sizes, counted from behind": reshaped(
    { start: -9, end: -3 },
    [72],
  ),
  "all of its images' sizes, from and to beyond their ends": reshaped(
    { start: -9, end: 2 ** 62 },
    [],
  ),
  "no size of its images, between places that are no range": reshaped(
    { start: 3, end: 1 },
    [-1, 72],
  ),
  "padding with minus infinity before a maximum": {
    nodes: [
      node("Cast", "lowest", "single", { to: 1 }),
      node("Pad", "images sides single", "wide"),
      node("MaxPool", "wide", "map", { kernel_shape: [3, 3], strides: [2, 2] }),
      ...HEAD,
    ],
    constants: {
      sides: integers(0, 0, 1, 1, 0, 0, 1, 1),
      lowest: { shape: [], data: [-Infinity] },
      w: values([18, 3]),
    },
    is: "p3s2p1-fc3",
  },
  "padding with minus infinity by an attribute": {
    opset: 10,
    nodes: [
      node("Pad", "images", "wide", {
        pads: [0, 0, 1, 1, 0, 0, 1, 1],
        value: { float: -Infinity },
      }),
      node("MaxPool", "wide", "map", { kernel_shape: [3, 3], strides: [2, 2] }),
      ...HEAD,
    ],
    constants: { w: values([18, 3]) },
    is: "p3s2p1-fc3",
  },
  "a dropout whose share of 0 is left out": {
    opset: 10,
    nodes: [node("Dropout", "images", "map", { ratio: { bare: 1 } }), ...HEAD],
    constants: { w: values([72, 3]) },
    is: "fc3",
  },
  "a mean without dimensions whose 0 is left out": {
    nodes: [
      node("ReduceMean", "images", "flat", {
        axes: [2, 3],
        keepdims: { bare: 2 },
      }),
      node("Gemm", "flat w", "logits"),
    ],
    constants: { w: values([2, 3]) },
    is: "gap-fc3",
  },
};

for (const [what, spec] of Object.entries(CASES)) {
  Deno.test(`readNetwork() gives the file's logits when it has ${what}`, async () => {
    await checkLogits(spec);
  });
}
