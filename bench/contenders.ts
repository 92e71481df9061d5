/**
 * Who is timed: our engine in this process, PyTorch in processes of its own that
 * wait on their input between bursts.
 *
 * @module
 */

import { openEngine } from "../lib/engine/mod.ts";
import { canonical, parameterTable } from "../lib/network/mod.ts";
import { randomStream } from "../lib/random/mod.ts";
import { BENCH_NETWORKS } from "./networks.ts";

const BATCH = 64;

/** Something that can run training steps. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** Milliseconds of one step of 64 images, median over `steps`. */
  time(network: string, steps: number): Promise<number>;
  close(): Promise<void>;
}

/** The middle value; the mean of both for an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One of our engines. */
export async function ourEngine(name: string): Promise<Contender> {
  const engine = await openEngine(name);
  const steppers = new Map<string, () => Promise<number>>();
  const programs: { dispose(): Promise<void> }[] = [];

  async function stepper(networkName: string): Promise<() => Promise<number>> {
    const known = steppers.get(networkName);
    if (known !== undefined) return known;
    const network = BENCH_NETWORKS[networkName]!;
    const program = await engine.compile(network, {
      loss: { crossEntropy: 0, logitMse: 1 },
      optimiser: {
        type: "adam",
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
      },
      batchSize: BATCH,
    });
    programs.push(program);
    const random = randomStream(1, "bench", networkName);
    const weights = parameterTable(canonical(network)).map((
      { name, size, role, fanIn },
    ) => {
      const values = new Float32Array(size);
      if (role === "weight") {
        values.forEach((_, i) =>
          values[i] = random.normal() * Math.sqrt(2 / fanIn)
        );
      } else if (role === "scale" || role === "runningVariance") values.fill(1);
      return [name, values] as const;
    });
    program.load(Object.fromEntries(weights));
    const [channels, height, width] = network.input;
    const normal = (length: number) =>
      Float32Array.from({ length }, () => random.normal());
    const batch = {
      size: BATCH,
      images: normal(BATCH * channels * height * width),
      labels: new Int32Array(BATCH),
      teacherLogits: normal(BATCH * 10),
    };
    const step = () => program.step(batch, { learningRate: 1e-3, random });
    for (let i = 0; i < 3; i++) await step();
    steppers.set(networkName, step);
    return step;
  }

  return {
    name,
    version: `${engine.version}, ${engine.instructionSet}`,
    async time(network, steps) {
      const step = await stepper(network);
      const times: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        await step();
        times.push(performance.now() - start);
      }
      return median(times);
    },
    async close() {
      for (const program of programs) await program.dispose();
    },
  };
}

/** How PyTorch is set up. */
export interface PyTorchSettings {
  readonly name: string;
  readonly layout: "nchw" | "channels_last";
  /** Whether memory is kept instead of given back, and Adam is foreach. */
  readonly tuned: boolean;
}

/** Environment that keeps the allocator from returning pages after each step. */
const TUNED_MALLOC = {
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: "4000000000",
  MALLOC_TOP_PAD_: "268435456",
};

/** The first Python that can import torch; undefined where there is none. */
export async function findPyTorch(): Promise<string | undefined> {
  const asked = Deno.env.get("N2N_PYTHON");
  for (const python of asked ? [asked] : ["python3", "/usr/bin/python3"]) {
    try {
      const { success } = await new Deno.Command(python, {
        args: ["-c", "import torch"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** PyTorch with one thread, in a process of its own. */
export async function pyTorch(
  python: string,
  { name, layout, tuned }: PyTorchSettings,
): Promise<Contender> {
  const script = new URL("./pytorch_step.py", import.meta.url).pathname;
  const child = new Deno.Command(python, {
    args: [script, layout, tuned ? "foreach" : "default"],
    env: { OMP_NUM_THREADS: "1", ...(tuned ? TUNED_MALLOC : {}) },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(splitLines())
    .getReader();

  async function answer<T>(): Promise<T> {
    const { value, done } = await lines.read();
    if (done) throw new Error(`Cannot time ${name}: its process ended`);
    return JSON.parse(value) as T;
  }

  const { version } = await answer<{ version: string }>();
  return {
    name,
    version: `PyTorch ${version}`,
    async time(network, steps) {
      await writer.write(new TextEncoder().encode(`${network} ${steps}\n`));
      return (await answer<{ ms: number }>()).ms;
    },
    async close() {
      await writer.close();
      await child.status;
    },
  };
}

function splitLines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop()!;
      for (const part of parts) controller.enqueue(part);
    },
  });
}
