import assert from "node:assert/strict";
import { findPyTorch } from "../../bench/contenders/pytorch.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  exportNetwork,
  type Files,
  FORMATS,
  readBack,
  type TrainedNetwork,
} from "../../lib/exchange/mod.ts";
import { canonical, type Network, shapes } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { decodeTensors, initialise } from "../../lib/training/mod.ts";
import {
  conv,
  EVERYTHING,
  linear,
  POOL_ENDED,
  small,
  SMOOTH,
} from "../engine/networks.ts";

const COUNT = 5;
/** Largest difference of two logits. */
const TOLERANCE = 1e-4;

/** What real networks have, and what only a search comes to. */
const NETWORKS: Readonly<Record<string, Network>> = {
  "every layer kind": EVERYTHING,
  "concatenations and logits from a pool": POOL_ENDED,
  "a batch norm, then pools and linear layers": SMOOTH,
  "a linear layer without bias": small(conv(3), linear(3, false)),
  "batch norms that nothing comes before": small(
    { type: "batchNorm" },
    { type: "relu" },
    { type: "batchNorm" },
  ),
  "batch norms after linear layers, with and without bias": small(
    linear(6),
    { type: "batchNorm" },
    { type: "relu" },
    linear(5, false),
    { type: "batchNorm" },
  ),
  // Of many channels, so that some have nothing above zero in a corner.
  "pools with padding over values below zero": small(
    conv(3, { out: 32, bias: true }),
    { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
  ),
  "a window that is no square of the map": {
    input: [2, 6, 4],
    blocks: [
      conv(3, { out: 3 }),
      { type: "avgPool", kernel: "global", stride: 1 },
      linear(2),
    ],
  },
  "a linear layer on a map that is no square": {
    input: [2, 3, 4],
    blocks: [conv(3, { out: 3 }), linear(2)],
  },
  "logits that are a map": { input: [1, 4, 4], blocks: [conv(3, { out: 2 })] },
  "convolutions on maps of one pixel": small(
    linear(4),
    conv(1, { out: 3, bias: true }),
  ),
  "a residual block without layers": small(
    conv(1),
    { type: "residual", body: [{ type: "relu" }], shortcut: [] },
    {
      type: "residual",
      body: [{ type: "maxPool", kernel: 1, stride: 1, padding: 0 }],
      shortcut: [],
    },
  ),
};

/** A network with made-up weights; statistics are not those of fresh ones. */
function trained(network: Network): TrainedNetwork {
  const form = canonical(network);
  const random = randomStream(1, "weights");
  const fresh = initialise(form, { initialisation: "he", seed: 1, owner: "t" });
  const [channels, height, width] = shapes(form).output;
  const classes = channels * height * width;
  return {
    name: "made-up",
    network: form,
    weights: Object.fromEntries(
      Object.entries(fresh).map(([name, values]) => [
        name,
        values.map((value) =>
          name.endsWith("Variance")
            ? 0.5 + random.uniform()
            : value + 0.3 * random.normal()
        ),
      ]),
    ),
    classes: Array.from({ length: classes }, (_, i) => `class "${i}"`),
    mean: form.input[0] === 1 ? [0.25] : [0.25, 0.5],
    std: form.input[0] === 1 ? [0.5] : [0.5, 0.75],
    dataset: "noise",
    source: "nowhere",
    accuracy: 0.5,
  };
}

function noise({ input: [channels, height, width] }: Network): Float32Array {
  const random = randomStream(2, "images");
  return Float32Array.from(
    { length: COUNT * channels * height * width },
    () => random.normal(),
  );
}

async function expected(
  { network, weights }: TrainedNetwork,
): Promise<Float32Array> {
  // The reference engine: none of its code writes or reads what is tested.
  const program = await (await openEngine("tfjs")).compile(network, {
    loss: { crossEntropy: 1, logitMse: 0 },
    optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
    batchSize: 1,
  });
  try {
    program.load(weights);
    return await program.predict(noise(network), COUNT);
  } finally {
    await program.dispose();
  }
}

function assertClose(actual: ArrayLike<number>, wanted: Float32Array): void {
  assert.equal(actual.length, wanted.length);
  wanted.forEach((value, i) =>
    assert(
      Math.abs(actual[i]! - value) < TOLERANCE,
      `logit ${i} is ${actual[i]}, expected ${value}`,
    )
  );
}

for (const format of FORMATS) {
  for (const [what, network] of Object.entries(NETWORKS)) {
    Deno.test(`exportNetwork() to ${format} gives equal logits when there are ${what}`, async () => {
      const made = trained(network);
      const files = await exportNetwork(format, made);
      const predictor = await readBack(format, files, made.network);
      try {
        const logits = await predictor.predict(noise(made.network), COUNT);
        assertClose(logits, await expected(made));
      } finally {
        await predictor.dispose();
      }
    });
  }
}

/** Metadata as they stand in the files. */
async function metadataIn(
  format: typeof FORMATS[number],
  files: Files,
): Promise<Record<string, string>> {
  if (format === "tfjs") {
    return JSON.parse(files.get("model.json") as string).userDefinedMetadata;
  }
  if (format === "onnx") {
    const { default: { onnx } } = await import("onnx-proto");
    const bytes = files.get("model.onnx") as Uint8Array;
    const model = onnx.ModelProto.decode(bytes);
    assert.deepEqual(
      model.opsetImport.map(({ domain }) => domain),
      [""],
      "other readers know standard operators alone",
    );
    return Object.fromEntries(
      model.metadataProps.map(({ key, value }) => [key, value]),
    );
  }
  const bytes = files.get("model.safetensors") as Uint8Array;
  return { ...decodeTensors(bytes).metadata };
}

for (const format of FORMATS) {
  Deno.test(`exportNetwork() to ${format} keeps in its file and page how images are prepared`, async () => {
    const made = trained(EVERYTHING);
    const files = await exportNetwork(format, made);
    const metadata = await metadataIn(format, files);
    assert.deepEqual(JSON.parse(metadata.classes!), made.classes);
    assert.deepEqual(JSON.parse(metadata.input!), {
      channels: 2,
      height: 8,
      width: 8,
    });
    assert.deepEqual(JSON.parse(metadata.preprocessing!), {
      scale: 1 / 255,
      mean: made.mean,
      std: made.std,
    });
    const page = files.get("README.md") as string;
    for (const text of ["[0.25, 0.5]", "[0.5, 0.75]", 'class "4"', "50.00 %"]) {
      assert(page.includes(text), text);
    }
  });
}

/** Runs each numbered folder's model.py on its images. */
const USE = `
import importlib.util, json, sys, torch

def answer(folder):
    spec = importlib.util.spec_from_file_location("model", folder + "/model.py")
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    asked = json.load(open(folder + "/asked.json"))
    with torch.no_grad():
        return model.load()(torch.tensor(asked["images"]).reshape(asked["shape"])).flatten().tolist()

print(json.dumps([answer(str(i)) for i in range(int(sys.argv[1]))]))
`;

const { found: [torch], skipped } = await findPyTorch();

Deno.test({
  name:
    `exportNetwork() to pytorch gives Python that PyTorch runs to equal logits${
      torch === undefined
        ? ` (skipped: ${
          skipped.map(({ title, reason }) => `${title}: ${reason}`).join("; ")
        })`
        : ""
    }`,
  ignore: torch === undefined,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "n2n-export-" });
    try {
      const all = Object.values(NETWORKS).map(trained);
      for (const [i, made] of all.entries()) {
        await Deno.mkdir(`${folder}/${i}`);
        for (const [name, content] of await exportNetwork("pytorch", made)) {
          const bytes = typeof content === "string"
            ? new TextEncoder().encode(content)
            : content;
          await Deno.writeFile(`${folder}/${i}/${name}`, bytes);
        }
        const { network } = made;
        const asked = {
          shape: [COUNT, ...network.input],
          images: [...noise(network)],
        };
        await Deno.writeTextFile(
          `${folder}/${i}/asked.json`,
          JSON.stringify(asked),
        );
      }
      await Deno.writeTextFile(`${folder}/use.py`, USE);
      // One process for all: torch takes long to load.
      const { stdout, stderr, success } = await new Deno.Command(
        torch!.command.program,
        { args: ["use.py", String(all.length)], cwd: folder },
      ).output();
      assert(success, new TextDecoder().decode(stderr));
      const answers = JSON.parse(new TextDecoder().decode(stdout));
      for (const [i, made] of all.entries()) {
        assertClose(answers[i], await expected(made));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
