import { BENCH_NETWORKS } from "../../bench/networks.ts";
import type { Bench, Machine, StepNetwork } from "../../bench/report/mod.ts";

const MACHINE: Machine = {
  cpu: "Model *1*",
  cores: 4,
  memoryBytes: 8 * 2 ** 30,
  os: "linux 6",
  arch: "x86_64",
  deno: "2.9.6",
  commit: "0123456789abcdef",
  dirty: true,
};

const ROUNDS = {
  rounds: 3,
  repeats: 4,
  watched: true,
  dropped: 4,
  disturbed: 1,
};

/** Milliseconds of a step of 64 images; the second round is ten times as slow for all. */
const slowed = (ms: number) => [ms, 10 * ms, ms];

function network(name: string, title: string): StepNetwork {
  return {
    name,
    title,
    description: "32x32x3 c16-fc10",
    parameters: 1234,
    macs: 2_000_000,
    flops: 1e9,
    milliseconds: {
      "onednn": slowed(name === "cnn" ? 8 : 4),
      "onnx-cpu": slowed(16),
      "torch-2.15.0/default": slowed(20),
      "torch-2.15.0/eager/channels_last": slowed(12),
    },
    // 64 images in 4 ms at 1 GFLOP each are 16,000 GFLOP/s.
    peakGflops: [10_000, 1000, 10_000],
    skipped: [{ title: "tfjs", reason: "a step takes 23 s" }],
    overhead: {
      steps: 100,
      totalMs: 400,
      nativeMs: 380,
      wasmMs: 10,
      calls: 3000,
      callNs: 100,
    },
  };
}

const CONTENDERS = [
  { id: "onednn", title: "onednn", version: "oneDNN 2", kind: "ours" },
  { id: "onnx-cpu", title: "onnx-cpu", version: "ort 1", kind: "ours" },
  { id: "tfjs", title: "tfjs", version: "tfjs 4", kind: "ours" },
  {
    id: "torch-2.15.0/default",
    title: "PyTorch 2.15.0 as it comes",
    version: "PyTorch 2.15.0",
    kind: "pytorch",
  },
  {
    id: "torch-2.15.0/eager/channels_last",
    title: "PyTorch 2.15.0 eager channels-last, tuned",
    version: "PyTorch 2.15.0",
    kind: "pytorch",
  },
] as const;

/** Made-up measurements of everything, with numbers that a head can divide. */
export const BENCH: Bench = {
  format: 1,
  engines: {
    machine: MACHINE,
    contenders: [...CONTENDERS],
    skipped: [{
      title: "PyTorch of python3",
      reason: "No module named 'torch'",
    }],
  },
  step: {
    machine: MACHINE,
    ...ROUNDS,
    batchSize: 64,
    contenders: [...CONTENDERS],
    skipped: [],
    networks: BENCH_NETWORKS.map(({ name, title }) => network(name, title)),
  },
  search: {
    machine: MACHINE,
    ...ROUNDS,
    rounds: 2,
    iterations: [{
      stage: "removal",
      proposed: 5,
      students: [{
        description: "28x28x1 c16-fc10",
        parameters: 1234,
        macs: 5000,
        time: {
          total: 2,
          compile: 0.1,
          steps: 1.5,
          predict: 0.3,
          overhead: {
            steps: 188,
            totalMs: 1500,
            nativeMs: 1470,
            wasmMs: 15,
            calls: 1000,
            callNs: 1,
          },
        },
      }],
    }],
    engines: [{
      name: "onednn",
      version: "oneDNN 2",
      oneWorker: [{ busy: 1000, iterations: 900 }, {
        busy: 2000,
        iterations: 1800,
      }],
      twoWorkers: [{ busy: 1900, iterations: 1400 }, {
        busy: 4000,
        iterations: 2800,
      }],
    }],
    skipped: [],
  },
  memory: {
    machine: MACHINE,
    batchSize: 64,
    contenders: [...CONTENDERS],
    skipped: [],
    networks: [{
      name: "cnn",
      title: "CNN",
      bytes: { "onednn": 200 * 2 ** 20, "torch-2.15.0/default": 1.5 * 2 ** 30 },
      skipped: [],
    }],
    searches: [{ engine: "onednn", bytes: 2 ** 30 }],
    command: "deno task rq1 --profile laptop",
  },
  winograd: {
    machine: MACHINE,
    ...ROUNDS,
    version: "oneDNN 2",
    batchSize: 64,
    shapes: [
      [16, 8, false, 3, 1, 2],
      [16, 16, false, 3, 1, 1],
      [32, 8, true, 3, 3, 2],
      [32, 16, true, 0, 1, 1],
    ].map(([channels, side, rule, kernels, direct, winograd]) => ({
      channels: channels as number,
      side: side as number,
      rule: rule as boolean,
      kernels: kernels as number,
      direct: slowed(direct as number),
      winograd: slowed(winograd as number),
    })),
  },
  queue: {
    machine: MACHINE,
    ...ROUNDS,
    rounds: 2,
    server: "Redis 7.0.15",
    engine: "onednn",
    version: "oneDNN 2",
    joinSeconds: [1, 2],
    added: {
      pool: [
        { p10: 1, p50: 1, p99: 5, cpuSeconds: 0.01 },
        { p10: 1, p50: 3, p99: 5, cpuSeconds: 0.02 },
      ],
      queue: [
        { p10: 4, p50: 8, p99: 20, cpuSeconds: 0.014 },
        { p10: 4, p50: 10, p99: 30, cpuSeconds: 0.026 },
      ],
    },
    // Each round 0.96x, though the second was half as fast.
    throughput: {
      pool: [
        { busy: 1000, iterations: 900, cpuSeconds: 2 },
        { busy: 500, iterations: 450, cpuSeconds: 4 },
      ],
      queue: [
        { busy: 960, iterations: 810, cpuSeconds: 2.04 },
        { busy: 480, iterations: 405, cpuSeconds: 4.16 },
      ],
    },
    restarts: [30, 40, 20],
    simulation: {
      workers: 200,
      // A worker and second: 0.1 ms, 100 and 50 bytes.
      idle: work({ seconds: 10, cpuSeconds: 0.2, bytes: 200_000 }),
      // A worker and second: 0.5 ms, 200 and 100 bytes.
      holding: work({ seconds: 10, cpuSeconds: 1, bytes: 400_000 }),
      // 1 s and 400,000 bytes of it are the holding of jobs; a job: 1 ms, 3 kB.
      flow: work({
        seconds: 10,
        jobs: 1000,
        cpuSeconds: 2,
        bytes: 3_400_000,
      }),
      paceSeconds: 2,
      producerCpu: 0.0006,
      bytes: {
        empty: 1_000_000,
        joined: 11_000_000,
        job: 4000,
        answer: 500,
        events: 2_000_000,
      },
    },
  },
};

function work(
  { seconds, cpuSeconds, bytes, jobs = 0 }: {
    readonly seconds: number;
    readonly cpuSeconds: number;
    readonly bytes: number;
    readonly jobs?: number;
  },
) {
  return { seconds, jobs, cpuSeconds, bytesIn: bytes, bytesOut: bytes / 2 };
}
