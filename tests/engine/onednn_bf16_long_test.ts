/** Steps in bfloat16: the contract with looser bounds, and what is their own. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  type Engine,
  openEngine,
  PrecisionError,
  type Weights,
} from "../../lib/engine/mod.ts";
import { allocate, release } from "../../lib/engine/onednn/arena.ts";
import { buildNetwork, type Network } from "../../lib/network/mod.ts";
import { engineContract } from "./contract.ts";
import { watchOnednn } from "./live.ts";
import { conv, EVERYTHING, linear } from "./networks.ts";
import { engineSolver, makeProblem } from "./problem.ts";
import { checkProblem, type Suite } from "./suite.ts";
import { trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";

// Before the engine is opened: it takes its functions then.
const watch = watchOnednn();

/** The engine, all of whose plans are in bfloat16. */
async function open(): Promise<Engine> {
  const engine = await openEngine("onednn");
  return {
    ...engine,
    compile: (network, plan) =>
      engine.compile(network, { ...plan, precision: "bf16" }),
  };
}

const suite: Suite = {
  name: "onednn in bf16",
  hasName: false,
  open,
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 20,
  wideExamples: 10,
  // Eight bits of a number are kept, so that each rounding is off by up to
  // 0.2 %; a few of them in a chain, magnified by batch norm and by losses near
  // their minimum, move a gradient by several per cent of the largest one.
  closeness: { tolerance: 0.1, floor: 1, kinkMargin: 0.01, spread: 0.1 },
  live: { count: watch.count, holds: true },
};

Deno.test("compile() refuses bf16 when the engine computes in single precision only", async () => {
  for (const name of ["onnx-cpu", "tfjs"]) {
    const engine = await openEngine(name);
    const problem = makeProblem(EVERYTHING, { seed: 1, precision: "bf16" });
    await assert.rejects(
      () => engine.compile(problem.network, problem.plan),
      new PrecisionError(
        `Cannot train in bf16 with the engine "${name}": it computes in single precision only, expected "onednn"; f32 is single precision`,
      ),
    );
  }
});

await whereAvailable("onednn", "bfloat16", async () => {
  await refuses();
  const obstacle = (await openEngine("onednn")).obstacleTo?.("bf16");
  if (obstacle === undefined) {
    engineContract(suite);
    ownTests();
    return;
  }
  Deno.test({
    name: `bfloat16 of engine onednn is skipped, because ${obstacle}`,
    ignore: true,
    fn() {},
  });
});

// deno-lint-ignore require-await
async function refuses(): Promise<void> {
  Deno.test("onednn compile() refuses bf16 when the processor would emulate it", async () => {
    const { code, stderr } = await trainWith("AVX512_CORE");
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /PrecisionError: Cannot train in bf16 with the engine "onednn": oneDNN reports \S+ \(0x\d+\) here, expected AVX-512 with BF16/,
    );
  });
}

function ownTests(): void {
  Deno.test("onednn in bf16 computes convolutions by the processor's own products and nothing by reference loops", async () => {
    const { code, stdout, stderr } = await trainWith("ALL");
    assert.equal(code, 0, stderr);
    const kernels = stdout.split("\n").map((line) => line.split(","))
      .filter(([, what, , primitive]) => what === "exec" && primitive)
      .map(([, , , primitive, name, pass, memories]) => ({
        primitive,
        name,
        pass,
        narrow: /\bsrc_bf16|diff_dst_bf16/.test(memories!),
      }));
    for (const { primitive, name } of kernels) {
      assert.doesNotMatch(name!, /^ref/, primitive!);
    }
    const narrow = kernels.filter(({ primitive, narrow }) =>
      primitive === "convolution" && narrow
    );
    assert.deepEqual(
      [...new Set(narrow.map(({ pass }) => pass))].sort(),
      ["backward_data", "backward_weights", "forward_training"],
    );
    for (const { name } of narrow) assert.match(name!, /avx512_core_bf16|amx/);
  });

  // Weights' layouts, Winograd beside narrow maps, and all that a width brings.
  for (const channels of [17, 130]) {
    Deno.test(`onednn in bf16 step() gives forward and gradient when a network pads ${channels} channels`, async () => {
      const network: Network = {
        input: [2, 9, 9],
        blocks: [
          conv(3, { out: channels, bias: true }),
          { type: "batchNorm" },
          conv(3, { out: channels }),
          { type: "batchNorm" },
          { type: "avgPool", kernel: "global", stride: 1 },
          linear(3),
        ],
      };
      await checkProblem(
        suite,
        makeProblem(network, { seed: 3, size: 4, batchSize: 5 }),
      );
    });
  }

  Deno.test("onednn in bf16 step() gives nearly the gradient of single precision when a network is deep", async () => {
    const network = buildNetwork("resnet18", {
      input: [3, 16, 16],
      classes: 10,
      width: 0.25,
    });
    const problem = makeProblem(network, { seed: 2, size: 16 });
    const [narrow, single] = [
      await engineSolver(await open())(problem),
      await engineSolver(await openEngine("onednn"))(problem),
    ];
    const error = (names: readonly string[]) => {
      const [a, b] = [narrow, single].map(({ weights }) =>
        updates(problem.weights, { weights, names })
      );
      return norm(a!.map((value, i) => value - b![i]!)) / norm(b!);
    };
    const all = Object.keys(problem.weights)
      .filter((name) => !name.includes("running"));
    // Rounding alone reaches the last layer; of the ReLUs before, one in fifty
    // is so near to 0 that it turns, and each one that does is an error of its
    // own: sqrt(1 / 50) a layer, until there are none left to turn.
    assert.ok(
      error([all.at(-2)!]) < 0.03,
      `the last layer's ${error([all.at(-2)!])}`,
    );
    const whole = error(all);
    assert.ok(whole > 1e-4 && whole < 0.45, `the whole's ${whole}`);
  });

  // The library's weight gradient would read memory that nobody wrote.
  Deno.test("onednn in bf16 step() leaves weights alone that see nothing but padding when a map is narrower than the stride", async () => {
    const network: Network = {
      input: [4, 7, 1],
      blocks: [
        { ...conv(3, { out: 20 }), stride: 2 },
        { ...conv(3, { out: 20 }), stride: 2 },
        linear(2),
      ],
    };
    await checkProblem(suite, makeProblem(network, { seed: 1, size: 2 }));
  });

  Deno.test("onednn in bf16 gives the same bits when its memory holds NaN", async () => {
    const digests = [];
    for (const fill of [0, NaN]) {
      const arena = allocate(2 ** 24, "maps");
      new Float32Array(arena.memory.buffer).fill(fill);
      release(arena);
      digests.push(await trainingDigest("onednn", 5, "bf16"));
    }
    assert.equal(digests[0], digests[1]);
    assert.notEqual(digests[0], await trainingDigest("onednn", 5));
  });

  Deno.test("onednn in bf16 gives the same bits when two workers train at once", async () => {
    const digests = await Promise.all([1, 2].map(digestOfWorker));
    const here = await trainingDigest("onednn", 5, "bf16");
    assert.deepEqual(digests, [here, here]);
  });
}

function updates(
  before: Weights,
  { weights, names }: {
    readonly weights: Readonly<Record<string, ArrayLike<number>>>;
    readonly names: readonly string[];
  },
): readonly number[] {
  return names.flatMap((name) =>
    Array.from(before[name]!, (value, i) => weights[name]![i]! - value)
  );
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** Trains in bfloat16 in a process that may use some instructions, and lists its kernels. */
async function trainWith(isa: string): Promise<
  { readonly code: number; readonly stdout: string; readonly stderr: string }
> {
  const script = new URL("./onednn_kernels_script.ts", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "-A", "--no-check"],
      ...[fileURLToPath(script), "bf16"],
    ],
    env: { DNNL_VERBOSE: "1", DNNL_MAX_CPU_ISA: isa, NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

function digestOfWorker(): Promise<string> {
  const worker = new Worker(
    new URL("./onednn_worker.ts?bf16", import.meta.url),
    { type: "module" },
  );
  return new Promise<string>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  }).finally(() => worker.terminate());
}
