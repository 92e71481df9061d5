import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { findPyTorch } from "../../bench/contenders/pytorch.ts";
import { openEngine, type Weights } from "../../lib/engine/mod.ts";
import { recordedTeacher } from "../../lib/lab/teacher/files.ts";
import { weightsPath } from "../../lib/lab/teacher/record.ts";
import { canonical, type Network } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import {
  decodeWeights,
  encodeWeights,
  initialise,
} from "../../lib/training/mod.ts";
import { EVERYTHING, POOL_ENDED } from "../engine/networks.ts";

const RESULTS = fileURLToPath(new URL("../../results", import.meta.url));
const TEACHER = "mnist-vgg13-w0.25";
const COUNT = 4;
/** Largest difference, of the largest logit. */
const TOLERANCE = 1e-3;

/** What the snippet is followed by: images from standard input, logits out. */
const USE = `
import sys
asked = json.load(sys.stdin)
pixels = torch.tensor(asked["pixels"]).reshape(asked["shape"])
print(json.dumps(logits(pixels).tolist()))
`;

/** The Python of the page, and the line in it that names the teacher. */
async function readSnippet(): Promise<{ code: string; naming: string }> {
  const page = await Deno.readTextFile(`${RESULTS}/teachers/README.md`);
  const [, code] = /```python\n([^]*?)```/.exec(page)!;
  const [naming] = /^name, mean, std = .*$/m.exec(code!)!;
  return { code: code!, naming };
}

/** Made-up images, 0 to 255: `[COUNT, channels, height, width]`. */
function madeUp({ input: [channels, height, width] }: Network): number[] {
  const random = randomStream(1, "pixels");
  return Array.from(
    { length: COUNT * channels * height * width },
    () => Math.floor(256 * random.uniform()),
  );
}

async function ask(
  python: string,
  code: string,
  { folder, network }: { readonly folder: string; readonly network: Network },
): Promise<number[][]> {
  const child = new Deno.Command(python, {
    args: ["-c", code + USE],
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const asked = { pixels: madeUp(network), shape: [COUNT, ...network.input] };
  await writer.write(new TextEncoder().encode(JSON.stringify(asked)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

/** The same by the embedded engine. */
async function predict(
  network: Network,
  weights: Weights,
  { mean, std }: Readonly<Record<"mean" | "std", readonly number[]>>,
): Promise<Float32Array> {
  const [, height, width] = network.input;
  const images = Float32Array.from(madeUp(network), (pixel, index) => {
    const channel = Math.floor(index / (height * width)) % mean.length;
    return (pixel / 255 - mean[channel]!) / std[channel]!;
  });
  const engine = await openEngine("onnx-cpu");
  const program = await engine.compile(network, {
    loss: { crossEntropy: 1, logitMse: 0 },
    optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
    batchSize: COUNT,
  });
  try {
    program.load(weights);
    return await program.predict(images, COUNT);
  } finally {
    await program.dispose();
  }
}

function assertNear(actual: number[][], expected: Float32Array): void {
  assert.equal(actual.length, COUNT);
  assert.equal(actual.flat().length, expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  assert(largest > 0);
  for (const [index, value] of actual.flat().entries()) {
    const difference = Math.abs(value - expected[index]!);
    assert(
      difference <= TOLERANCE * largest,
      `logit ${index} is ${value}, expected ${expected[index]}`,
    );
  }
}

/** Weights of which none is what it would be if it were left out. */
function madeUpWeights(network: Network): Weights {
  const owner = "pytorch";
  const fresh = initialise(network, {
    initialisation: "pytorch-0.2",
    seed: 1,
    owner,
  });
  return Object.fromEntries(
    Object.entries(fresh).map(([name, values]) => {
      if (!/shift|running/.test(name)) return [name, values];
      const random = randomStream(1, owner, name);
      return [name, values.map(() => 0.5 + random.uniform())];
    }),
  );
}

/** Registers the tests where there is a torch; else a skipped one says why. */
async function wherePyTorch(register: (python: string) => void) {
  const { found, skipped } = await findPyTorch();
  const [contender] = found;
  if (contender !== undefined) return register(contender.command.program);
  const reasons = skipped.map(({ title, reason }) => `${title}: ${reason}`);
  Deno.test({
    name: `renderTeachers() with PyTorch is skipped, because ${
      reasons.join("; ")
    }`,
    ignore: true,
    fn() {},
  });
}

await wherePyTorch((python) => {
  Deno.test("renderTeachers() shows Python that gives the engine's logits for the committed teacher", async () => {
    const { code, naming } = await readSnippet();
    const [, mean, std] = new RegExp(
      `^name, mean, std = "${TEACHER}", (\\[.*?\\]), (\\[.*?\\])$`,
    ).exec(naming)!;
    const record = await recordedTeacher(RESULTS, TEACHER);
    const { network } = record!.deterministic.identity;
    const weights = decodeWeights(
      await Deno.readFile(`${RESULTS}/${weightsPath(TEACHER)}`),
    );
    const folder = `${RESULTS}/teachers`;
    assertNear(
      await ask(python, code, { folder, network }),
      await predict(network, weights, {
        mean: JSON.parse(mean!),
        std: JSON.parse(std!),
      }),
    );
  });

  for (const [title, given] of Object.entries({ EVERYTHING, POOL_ENDED })) {
    Deno.test(`renderTeachers() shows Python that knows every layer of ${title}`, async () => {
      const network = canonical(given);
      const weights = madeUpWeights(network);
      const mean = network.input[0] === 1 ? [0.25] : [0.25, 0.75];
      const std = network.input[0] === 1 ? [0.5] : [0.5, 0.2];
      const { code, naming } = await readSnippet();
      const folder = await Deno.makeTempDir();
      try {
        const record = { deterministic: { identity: { network } } };
        await Deno.writeTextFile(`${folder}/x.json`, JSON.stringify(record));
        await Deno.writeFile(
          `${folder}/x.safetensors`,
          encodeWeights(network, weights, { networkId: "x" }),
        );
        const own = `name, mean, std = "x", [${mean}], [${std}]`;
        assertNear(
          await ask(python, code.replace(naming, own), { folder, network }),
          await predict(network, weights, { mean, std }),
        );
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
});
