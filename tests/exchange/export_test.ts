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
import { decodeTensors } from "../../lib/training/mod.ts";
import { EVERYTHING } from "../engine/networks.ts";
import { NETWORKS, noise, trained } from "./_networks.ts";

const COUNT = 5;
/** Largest difference of two logits. */
const TOLERANCE = 1e-4;

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
    return await program.predict(noise(network, COUNT), COUNT);
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
        const logits = await predictor.predict(
          noise(made.network, COUNT),
          COUNT,
        );
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
          images: [...noise(network, COUNT)],
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
