import assert from "node:assert/strict";
import fc from "fast-check";
import { ImportError } from "../../lib/exchange/mod.ts";
import {
  integers,
  type ModelSpec,
  node,
  onnxModel,
  values,
} from "./_onnx_model.ts";
import { readBytes } from "./_read_bytes.ts";

/** A network that is taken, to change one thing of. */
const SOUND: ModelSpec = {
  nodes: [
    node("Conv", "images w b", "map", { pads: [1, 1, 1, 1] }),
    node("Relu", "map", "positive"),
    node("Flatten", "positive", "flat"),
    node("Gemm", "flat v", "logits"),
  ],
  constants: {
    w: values([4, 2, 3, 3]),
    b: values([4]),
    v: values([144, 3]),
  },
};

/** Sound but for some nodes before the Flatten. */
function inside(
  nodes: ModelSpec["nodes"],
  constants: ModelSpec["constants"] = {},
): ModelSpec {
  const [conv, , flatten, gemm] = SOUND.nodes;
  return {
    ...SOUND,
    nodes: [
      conv!,
      ...nodes,
      { ...flatten!, inputs: [nodes.at(-1)!.output] },
      gemm!,
    ],
    constants: { ...SOUND.constants, ...constants },
  };
}

function conv(attributes: ModelSpec["nodes"][number]["attributes"]): ModelSpec {
  const [, ...rest] = SOUND.nodes;
  return {
    ...SOUND,
    nodes: [node("Conv", "images w b", "map", attributes), ...rest],
  };
}

/** A pool behind a Pad with some value, and further nodes. */
function lowered(value: number, nodes: ModelSpec["nodes"]): ModelSpec {
  return inside([
    node("Pad", "map sides lowest", "wide"),
    node("MaxPool", "wide", "end", { kernel_shape: [3, 3] }),
    ...nodes,
  ], {
    sides: integers(0, 0, 1, 1, 0, 0, 1, 1),
    lowest: { shape: [], data: [value] },
  });
}

const UNSUPPORTED: Readonly<Record<string, readonly [ModelSpec, RegExp]>> = {
  "an operator that there is not": [
    inside([node("Sigmoid", "map", "gate")]),
    /node "gate" \(Sigmoid\) is no operator .* expected one of Add, .*Conv/,
  ],
  "an operator of another domain's name": [
    inside([node("__proto__", "map", "odd")]),
    /node "odd" \(__proto__\) is no operator/,
  ],
  "images in halves": [
    { ...SOUND, inputType: "float16" },
    /its images "images" are of float16, expected float; export .* model\.float\(\)/,
  ],
  "images in doubles": [
    { ...SOUND, inputType: "double" },
    /its images "images" are of double, expected float/,
  ],
  "groups": [conv({ group: 2, pads: [1, 1, 1, 1] }), /2 groups, expected 1/],
  "dilations": [conv({ dilations: [2, 2] }), /dilations \[2,2\], expected 1/],
  "steps that differ by axis": [
    conv({ strides: [1, 2], pads: [1, 1, 1, 1] }),
    /node "map" \(Conv\) moves a window of 3x3 by \[1,2\]/,
  ],
  "an image that is added": [
    inside([node("Add", "map other", "sum")], { other: values([1, 4, 6, 6]) }),
    /node "sum" \(Add\) combines a map of \[4,6,6\] .* one a channel/,
  ],
  "a residual block that does not end in a Relu": [
    inside([
      node("Relu", "map", "one"),
      node("Conv", "one u", "two"),
      node("Add", "one two", "sum"),
    ], { u: values([4, 4, 1, 1]) }),
    /node "sum" \(Add\) adds without a Relu behind it/,
  ],
  "a residual block within another": [
    inside([
      node("Relu", "map", "a"),
      node("Conv", "a u", "b1"),
      node("Relu", "b1", "c"),
      node("Conv", "c u", "d"),
      node("Add", "c d", "e"),
      node("Relu", "e", "f"),
      node("Add", "a f", "g"),
      node("Relu", "g", "h"),
    ], { u: values([4, 4, 1, 1]) }),
    /node "g" \(Add\) joins branches .* none within another/,
  ],
  "a softmax within": [
    {
      ...SOUND,
      nodes: [
        ...SOUND.nodes,
        node("Softmax", "logits", "shares"),
        node("Gemm", "shares u", "end"),
      ],
      constants: { ...SOUND.constants, u: values([3, 3]) },
    },
    /node "end" \(Gemm\) reads a softmax/,
  ],
  "padding that no window takes": [
    inside([node("Pad", "map sides", "wide"), node("Relu", "wide", "end")], {
      sides: integers(0, 0, 1, 1, 0, 0, 1, 1),
    }),
    /node "wide" \(Pad\) pads a map that is read by Relu/,
  ],
  "padding that would take terabytes": [
    inside([node("Pad", "map sides", "wide"), node("Relu", "wide", "end")], {
      sides: integers(0, 0, 1e9, 1e9, 0, 0, 1e9, 1e9),
    }),
    /node "wide" \(Pad\) pads by .* expected 0 to 4096/,
  ],
  "a window that would take gigabytes": [
    inside([
      node("Pad", "map sides", "wide"),
      node("MaxPool", "wide", "end", { kernel_shape: [1, 1] }),
    ], {
      sides: integers(0, 0, 4096, 4096, 0, 0, 4096, 4096),
      lowest: { shape: [], data: [-3.4e38] },
    }),
    /node "wide" \(Pad\) pads with 0 before a maximum/,
  ],
  "a border on one side that a kernel of gigabytes would stand for": [
    conv({ pads: [4000, 0, 0, 0] }),
    /node "map" \(Conv\) moves a window of 3x3 .* a square window can stand for/,
  ],
  "a tensor that is used until nothing is left": [
    {
      nodes: [
        ...Array.from({ length: 80 }, (_, i) => ({
          op: "Transpose",
          inputs: [i === 0 ? "w" : `w${i}`],
          output: `w${i + 1}`,
        })),
        node("Flatten", "images", "flat"),
        node("MatMul", "flat w80", "logits"),
      ],
      constants: { w: { shape: [72, 50_000], data: Array(3_600_000).fill(1) } },
    },
    /node "w7\d" \(Transpose\) makes it more than 1073741824 bytes/,
  ],
  "padding with minus infinity before a convolution": [
    inside([
      node("Pad", "map sides lowest", "wide"),
      node("Conv", "wide u", "end"),
    ], {
      sides: integers(0, 0, 1, 1, 0, 0, 1, 1),
      lowest: { shape: [], data: [-Infinity] },
      u: values([4, 4, 3, 3]),
    }),
    /node "wide" \(Pad\) pads with -Infinity, expected 0/,
  ],
  "a mean of padded pixels": [
    inside([
      node("AveragePool", "map", "end", {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
      }),
    ]),
    /node "end" \(AveragePool\) pads .* expected no padding/,
  ],
  "windows that stick out": [
    inside([
      node("MaxPool", "map", "end", {
        kernel_shape: [4, 4],
        strides: [4, 4],
        ceil_mode: 1,
      }),
    ]),
    /rounds the number of its windows up/,
  ],
  "a reshape through an axis": [
    inside([node("Reshape", "map sizes", "end")], {
      sizes: integers(0, 8, 3, 6),
    }),
    /node "end" \(Reshape\) regroups \[4,6,6\] an image to \[8,3,6\]/,
  ],
  "a batch that is moved": [
    inside([node("Transpose", "map", "end", { perm: [1, 0, 2, 3] })]),
    /moves the batch to axis 1/,
  ],
  "a mean image": [
    inside([node("Sub", "map m", "end")], { m: values([4, 6, 6]) }),
    /node "end" \(Sub\) combines .* one number, or one a channel/,
  ],
  "weights that are computed from the images": [
    inside([node("Conv", "map map", "end")]),
    /node "end" \(Conv\) computes its input 1 from the images/,
  ],
  "images of another size": [
    { ...SOUND, input: ["batch", 3, 6, 6] },
    /its input "images" is \[any,3,6,6\], expected \[batch,2,6,6\] or \[batch,6,6,2\]/,
  ],
  "other classes": [
    { ...SOUND, constants: { ...SOUND.constants, v: values([144, 4]) } },
    /its output "logits" has 4 numbers an image, expected 3/,
  ],
  "two networks in one": [
    {
      ...SOUND,
      nodes: [...SOUND.nodes, node("Relu", "flat", "other")],
      outputs: ["logits", "other"],
    },
    /it has 2 outputs at its end \(logits, other\)/,
  ],
  "a later operator set": [{ ...SOUND, opset: 99 }, /operator set is 99/],
  "external data": [
    {
      ...SOUND,
      constants: {
        ...SOUND.constants,
        w: { ...values([4, 2, 3, 3]), location: "../../etc/passwd" },
      },
    },
    /tensor "w" lies in "\.\.\/\.\.\/etc\/passwd", expected all data in the file/,
  ],
  "metadata of other preparations": [
    {
      ...SOUND,
      metadata: { preprocessing: '{"scale":1,"mean":[0],"std":[1]}' },
    },
    /its metadata say .* expected scale, mean and std/,
  ],
};

const DAMAGED: Readonly<Record<string, readonly [ModelSpec, RegExp]>> = {
  "a cycle": [
    inside([
      node("Relu", "later", "earlier"),
      node("Relu", "earlier", "later"),
    ]),
    /the graph has a cycle through node "(earlier|later)" \(Relu\)/,
  ],
  "a missing tensor": [
    { ...SOUND, constants: { w: SOUND.constants!.w!, v: SOUND.constants!.v! } },
    /node "map" \(Conv\) reads tensor "b", which the file does not have/,
  ],
  "a tensor that is given twice": [
    { ...SOUND, nodes: [node("Relu", "images", "map"), ...SOUND.nodes] },
    /tensor "map" is given twice/,
  ],
  "a tensor that claims two gigabytes": [
    {
      ...SOUND,
      constants: {
        ...SOUND.constants,
        w: { shape: [2 ** 16, 2 ** 13], data: [1, 2, 3, 4] },
      },
    },
    /tensor "w" claims 536870912 numbers of float, expected 4/,
  ],
  "a tensor that claims more than there are numbers": [
    {
      ...SOUND,
      constants: {
        ...SOUND.constants,
        w: { shape: [2 ** 30, 2 ** 30, 2 ** 30], data: [1], typed: true },
      },
    },
    /tensor "w" claims .* numbers/,
  ],
  "a shape below 0": [
    {
      ...SOUND,
      constants: { ...SOUND.constants, w: { shape: [-4, -4], data: [1] } },
    },
    /tensor "w" has the shape \[-4,-4\]/,
  ],
  "weights that are no numbers": [
    {
      ...SOUND,
      constants: {
        ...SOUND.constants,
        b: { shape: [4], data: [0, NaN, 0, 0] },
      },
    },
    /tensor "b" holds NaN/,
  ],
  "endless weights": [
    {
      ...SOUND,
      constants: {
        ...SOUND.constants,
        b: { shape: [4], data: [0, 0, Infinity, 0] },
      },
    },
    /tensor "b" holds Infinity/,
  ],
  "padding with infinity": [
    lowered(Infinity, []),
    /tensor "lowest" holds Infinity/,
  ],
  "minus infinity that is padded with, and added": [
    lowered(-Infinity, [node("Add", "end lowest", "sum")]),
    /tensor "lowest" holds -Infinity/,
  ],
};

for (
  const [kind, exitCode, cases] of [
    ["cannot be expressed", 2, UNSUPPORTED],
    ["is damaged", 5, DAMAGED],
  ] as const
) {
  for (const [what, [spec, message]] of Object.entries(cases)) {
    Deno.test(`readNetwork() refuses in words what ${kind}: ${what}`, async () => {
      await assert.rejects(readBytes(onnxModel(spec)), (error) => {
        assert(error instanceof ImportError, String(error));
        assert.match(error.message, message);
        assert.match(error.message, /^".*\.onnx": cannot /);
        assert.equal(error.exitCode, exitCode);
        return true;
      });
    });
  }
}

Deno.test("readNetwork() takes the network that the refusals vary", async () => {
  const { network } = await readBytes(onnxModel(SOUND));
  assert.equal(network.blocks.length, 3);
});

/** Reads bytes: a network or words, and nothing else. */
async function readsOrRefuses(bytes: Uint8Array): Promise<boolean> {
  try {
    await readBytes(bytes);
    return true;
  } catch (error) {
    assert(error instanceof ImportError, `${error}\n${(error as Error).stack}`);
    assert.match(error.message, /cannot (read|use) the network: .+/);
    return false;
  }
}

Deno.test("readNetwork() reads or refuses when a file is cut, changed or noise", async () => {
  const sound = onnxModel(SOUND);
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(sound.length).map((length) => sound.slice(0, length)),
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }).map((changes) => {
          const bytes = sound.slice();
          for (const [at, value] of changes) bytes[at] = value;
          return bytes;
        }),
      ),
      async (bytes) => {
        if (await readsOrRefuses(bytes)) taken++;
      },
    ),
    { seed: 20180430, numRuns: 400 },
  );
  assert(taken > 0, "no changed file was still a network");
});
