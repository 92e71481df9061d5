import assert from "node:assert/strict";
import fc from "fast-check";
import { removeAndShrink } from "../../lib/compress/mod.ts";
import {
  exportNetwork,
  type Format,
  type ImportedNetwork,
  preprocessingIn,
  readNetwork,
  type TrainedNetwork,
} from "../../lib/exchange/mod.ts";
import {
  fitnet4,
  lenet5,
  type Network,
  networkId,
  resnet,
  shapes,
  squeezenet,
  vgg,
} from "../../lib/network/mod.ts";
import { withActions } from "../compress/_actions.ts";
import { anyResidual } from "../compress/_networks.ts";
import { validNetwork } from "../network/_arbitrary.ts";
import { NETWORKS, noise, trained } from "./_networks.ts";
import { predict } from "./_predict.ts";

const COUNT = 2;

/** Writes a network in a format and reads it again. */
async function roundTrip(
  made: TrainedNetwork,
  format: Exclude<Format, "tfjs">,
): Promise<ImportedNetwork> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-import-" });
  try {
    for (const [name, content] of await exportNetwork(format, made)) {
      if (typeof content === "string") continue;
      await Deno.writeFile(`${folder}/${name}`, content);
    }
    // A state dict says nothing of the network.
    await Deno.writeTextFile(
      `${folder}/model.json`,
      JSON.stringify(made.network),
    );
    return await readNetwork(
      `${folder}/model.${format === "onnx" ? "onnx" : "safetensors"}`,
      { shape: made.network.input, classes: made.classes.length },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function assertEqualLogits(
  made: TrainedNetwork,
  imported: ImportedNetwork,
): Promise<void> {
  const images = noise(made.network, COUNT);
  const { input: [channels, height, width] } = made.network;
  // A batch norm that comes first is their preparation.
  const { scale, shift } = imported.inner;
  const prepared = images.map((value, i) => {
    const c = Math.floor(i / (height * width)) % channels;
    return value * scale[c]! + shift[c]!;
  });
  const [expected, actual] = [
    await predict(made.network, made.weights, { images, count: COUNT }),
    await predict(imported.network, imported.weights, {
      images: prepared,
      count: COUNT,
    }),
  ];
  const largest = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  expected.forEach((value, i) =>
    assert(
      Math.abs(actual[i]! - value) <= 1e-4 * largest,
      `logit ${i} is ${actual[i]}, expected ${value}`,
    )
  );
}

/** Properties repeat: a failure comes back on every run. */
const SEED = 20180430;

const SMALL = { input: [3, 32, 32], classes: 10, width: 0.1 } as const;

const FAMILIES: Readonly<Record<string, Network>> = {
  "VGG-13": vgg({ depth: 13, ...SMALL }),
  "ResNet-18": resnet({ depth: 18, ...SMALL }),
  "ResNet-50": resnet({ depth: 50, ...SMALL }),
  "ResNet-18 with ImageNet's stem": resnet({
    depth: 18,
    stem: "imagenet",
    ...SMALL,
  }),
  "LeNet-5": lenet5({ input: [1, 28, 28], classes: 10 }),
  "SqueezeNet": squeezenet({ ...SMALL, width: 0.25 }),
  "FitNet-4": fitnet4({ ...SMALL, width: 0.25 }),
};

for (const format of ["onnx", "safetensors", "pytorch"] as const) {
  for (const [what, network] of Object.entries({ ...NETWORKS, ...FAMILIES })) {
    Deno.test(`readNetwork() gives equal logits from ${format} when exported were ${what}`, async () => {
      const made = trained(network);
      const imported = await roundTrip(made, format);
      if (format !== "onnx") {
        assert.equal(networkId(imported.network), networkId(made.network));
      }
      const { mean, std } = made;
      assert.deepEqual(imported.preprocessing, { mean, std });
      await assertEqualLogits(made, imported);
    });
  }
}

Deno.test("readNetwork() gives equal logits from ONNX when any student was exported", async () => {
  const students = withActions(
    anyResidual,
    fc.record({
      keep: fc.boolean(),
      ratio: fc.integer({ min: 1, max: 10 }).map((n) => n / 10),
    }),
    { keep: true, ratio: 1 },
  );
  let done = 0;
  await fc.assert(
    fc.asyncProperty(students, async ([base, actions]) => {
      const outcome = removeAndShrink(base, {
        keep: actions.map(({ keep }) => keep),
        ratios: actions.map(({ ratio }) => ratio),
      }, { minChannels: 1 });
      if (!outcome.ok) return;
      const made = trained(outcome.network);
      await assertEqualLogits(made, await roundTrip(made, "onnx"));
      done++;
    }),
    { seed: SEED, numRuns: 25 },
  );
  assert(done > 5, `only ${done} students`);
});

Deno.test("readNetwork() gives equal logits from ONNX when any network was exported", async () => {
  await fc.assert(
    fc.asyncProperty(validNetwork, async (network) => {
      const made = trained(network);
      // Of layers that fit only some are left; the input as logits is no network.
      if (made.network.blocks.length === 0) return;
      // Nothing tells channels first from last in a cube.
      const [channels, height, width] = network.input;
      if (channels > 1 && channels === height && height === width) return;
      await assertEqualLogits(made, await roundTrip(made, "onnx"));
    }),
    // Not any seed: branches that begin with equal layers without parameters are
    // written once, and a file that has them so is refused.
    { seed: SEED, numRuns: 60 },
  );
});

Deno.test("preprocessingIn() is undefined when a file says nothing of its images", () => {
  assert.equal(preprocessingIn(new Map([["author", "x"]]), 1), undefined);
  assert.equal(shapes(FAMILIES["LeNet-5"]!).output[0], 10);
});
