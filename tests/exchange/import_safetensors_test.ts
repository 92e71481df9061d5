import assert from "node:assert/strict";
import { ImportError, readNetwork } from "../../lib/exchange/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import { encodeTensors, type NamedTensor } from "../../lib/training/mod.ts";

const NETWORK: Network = {
  input: [1, 4, 4],
  blocks: [
    {
      type: "conv",
      outChannels: 2,
      kernel: 3,
      stride: 1,
      padding: 1,
      bias: false,
    },
    { type: "batchNorm" },
    { type: "relu" },
    { type: "linear", outFeatures: 2, bias: true },
  ],
};

function tensor(...shape: readonly number[]): NamedTensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => i / 8) };
}

/** A state dict of PyTorch, as a wrapped model of other names has it. */
const STATE: Readonly<Record<string, NamedTensor>> = {
  "module.conv1.weight": tensor(2, 1, 3, 3),
  "module.bn1.weight": tensor(2),
  "module.bn1.bias": tensor(2),
  "module.bn1.running_mean": tensor(2),
  "module.bn1.running_var": tensor(2),
  "module.fc.weight": tensor(2, 32),
  "module.fc.bias": tensor(2),
};

const JSON_BESIDE = {
  network: NETWORK,
  layers: { "blocks.0": "conv1", "blocks.1": "bn1", "blocks.3": "fc" },
};

async function read(bytes: Uint8Array, beside: unknown = JSON_BESIDE) {
  const folder = await Deno.makeTempDir({ prefix: "n2n-import-" });
  try {
    await Deno.writeFile(`${folder}/net.safetensors`, bytes);
    if (beside !== null) {
      await Deno.writeTextFile(`${folder}/net.json`, JSON.stringify(beside));
    }
    return await readNetwork(`${folder}/net.safetensors`, {
      shape: [1, 4, 4],
      classes: 2,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const encode = (tensors: Readonly<Record<string, NamedTensor>>) =>
  encodeTensors({ tensors, metadata: {} });

/** The file with its header changed. */
function header(change: (json: string) => string): Uint8Array {
  const bytes = encode(STATE);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const json = change(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const text = new TextEncoder().encode(json);
  const result = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
  result.set(text, 8);
  result.set(bytes.subarray(8 + length), 8 + text.length);
  return result;
}

Deno.test("readNetwork() reads a state dict of other names when the network says them", async () => {
  const { network, weights, preprocessing, name, openOriginal } = await read(
    encode(STATE),
  );
  assert.deepEqual(network, NETWORK);
  assert.equal(name, "net");
  assert.deepEqual(
    weights["blocks.1.runningVariance"],
    STATE["module.bn1.running_var"]!.data,
  );
  assert.deepEqual(weights["blocks.3.weight"], STATE["module.fc.weight"]!.data);
  // Nothing else runs it, and nothing says how images are prepared.
  assert.equal(preprocessing, undefined);
  assert.equal(openOriginal, undefined);
});

Deno.test("readNetwork() passes over what a state dict counts, of whatever type", async () => {
  const counted = header((json) =>
    json.replace(
      '{"__metadata__"',
      '{"module.bn1.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"__metadata__"',
    )
  );
  assert.equal((await read(counted)).format, "safetensors");
});

const without = (name: string) =>
  encode(
    Object.fromEntries(Object.entries(STATE).filter(([key]) => key !== name)),
  );

const REFUSALS: Readonly<
  Record<string, readonly [() => ReturnType<typeof read>, number, RegExp]>
> = {
  "a missing tensor": [
    () => read(without("module.fc.bias")),
    2,
    /it has no tensor "fc\.bias"/,
  ],
  "a tensor that is of no layer": [
    () => read(encode({ ...STATE, "module.conv1.bias": tensor(2) })),
    2,
    /its tensors "module\.conv1\.bias" are of no layer of the network/,
  ],
  "many that are of none": [
    () =>
      read(encode({
        ...STATE,
        ...Object.fromEntries(
          ["a", "b", "c", "d", "e"].map((name) => [name, tensor(1)]),
        ),
      })),
    2,
    /its tensors "a", "b", "c" and 2 others are of no layer/,
  ],
  "another shape": [
    () => read(encode({ ...STATE, "module.fc.weight": tensor(2, 16) })),
    2,
    /tensor "module\.fc\.weight" is \[2,16\], expected \[2,32\]/,
  ],
  "weights that are no numbers": [
    () =>
      read(encode({
        ...STATE,
        "module.fc.bias": { shape: [2], data: Float32Array.of(0, NaN) },
      })),
    5,
    /tensor "module\.fc\.bias" holds NaN/,
  ],
  "a header that claims exabytes": [
    () => {
      const bytes = encode(STATE);
      new DataView(bytes.buffer).setBigUint64(0, 2n ** 62n, true);
      return read(bytes);
    },
    5,
    /its header claims 4611686018427388000 bytes/,
  ],
  "a tensor beyond the end": [
    () => read(header((json) => json.replace(/\[0,72\]/, "[0,9000]"))),
    5,
    /tensor "module\.conv1\.weight" lies at bytes \[0,9000\]/,
  ],
  "integers for weights": [
    () => read(header((json) => json.replace('"F32"', '"I32"'))),
    2,
    /tensor "module\.conv1\.weight" is of I32, expected F64, F32/,
  ],
  "a tensor that many layers name": [
    () => {
      const count = 5;
      const blocks = Array.from(
        { length: count },
        () => ({ type: "linear", outFeatures: 2 ** 13, bias: false }),
      );
      const layers = Object.fromEntries(
        blocks.map((_, i) => [`blocks.${i}`, "module.fc"]),
      );
      return read(encode(STATE), { network: { ...NETWORK, blocks }, layers });
    },
    2,
    /its network has 1074266112 bytes of weights, expected at most 1073741824/,
  ],
  "an element type that is what every object has": [
    () => read(header((json) => json.replace('"F32"', '"constructor"'))),
    2,
    /tensor "module\.conv1\.weight" is of constructor, expected F64, F32/,
  ],
  "no network beside it": [
    () => read(encode(STATE), null),
    5,
    /there is no ".*net\.json"/,
  ],
  "what is no network beside it": [
    () => read(encode(STATE), { blocks: 5 }),
    5,
    /the network beside the weights is none/,
  ],
  "a network of other images": [
    () => {
      const { network, layers } = JSON_BESIDE;
      const input = [1, 2, 8] as const;
      return read(encode(STATE), { network: { ...network, input }, layers });
    },
    2,
    /takes images of \[1,2,8\] .* expected \[1,4,4\] and 2/,
  ],
};

for (const [what, [run, exitCode, message]] of Object.entries(REFUSALS)) {
  Deno.test(`readNetwork() refuses weights in words when there is ${what}`, async () => {
    await assert.rejects(run(), (error) => {
      assert(error instanceof ImportError, String(error));
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCode);
      return true;
    });
  });
}

Deno.test("readNetwork() says how to make a file that it reads of one that it does not", async () => {
  const read = (path: string) =>
    readNetwork(path, { shape: [1, 4, 4], classes: 2 });
  await assert.rejects(read("net.pth"), /ends in "\.pth".*torch\.onnx\.export/);
  await assert.rejects(read("net.h5"), /ends in "\.h5".*tf2onnx/);
  await assert.rejects(read("none.onnx"), /there is no "none\.onnx"/);
  await assert.rejects(read("."), /ends in "", expected \.onnx/);
});
