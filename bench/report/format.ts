/**
 * The form of results/bench.json: what was measured, section by section, each
 * with the machine it was measured on.
 *
 * @module
 */

import { z } from "zod";
import { EXIT } from "../../lib/cli/mod.ts";

const count = z.int().min(0);
const positive = z.number().positive();

const machineSchema = z.strictObject({
  cpu: z.string(),
  /** Missing in measurements from before it was asked for. */
  processor: z.strictObject({
    model: z.string(),
    family: z.string(),
    vectors: z.string(),
  }).optional(),
  cores: count,
  memoryBytes: positive,
  os: z.string(),
  arch: z.string(),
  deno: z.string(),
  /** Git commit of the code and whether tracked files differed from it. */
  commit: z.string().nullable(),
  dirty: z.boolean().nullable(),
});

/** Where a section was measured. */
export type Machine = z.infer<typeof machineSchema>;

const contenderSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  version: z.string(),
  kind: z.enum(["ours", "pytorch"]),
  precision: z.enum(["f32", "bf16"]).default("f32"),
});

const skippedSchema = z.strictObject({ title: z.string(), reason: z.string() });

/** How the rounds of a section went. */
const roundsFields = {
  rounds: count,
  /** How often a disturbed turn was repeated at most. */
  repeats: count,
  watched: z.boolean(),
  dropped: count,
  disturbed: count,
};

const enginesSchema = z.strictObject({
  machine: machineSchema,
  contenders: z.array(contenderSchema),
  skipped: z.array(skippedSchema),
});

/** Where the time of a step goes; see bench/overhead/. */
const overheadSchema = z.strictObject({
  steps: count,
  /** Milliseconds of all steps together, and of that inside native code and WASM kernels. */
  totalMs: positive,
  nativeMs: positive,
  wasmMs: z.number().min(0),
  /** Calls of native code, and what crossing to one costs. */
  calls: count,
  callNs: positive,
});

/** Where the time of training steps goes. */
export type Overhead = z.infer<typeof overheadSchema>;

const stepNetworkSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  parameters: count,
  macs: count,
  /** Nominal operations of a step for one image. */
  flops: positive,
  /** Milliseconds of a step, median over a turn; by contender, one a round. */
  milliseconds: z.record(z.string(), z.array(positive)),
  /** Likewise of a prediction. */
  predictionMs: z.record(z.string(), z.array(positive)).default({}),
  /** Likewise of building and compiling to the end of the first step; one value where that takes minutes. */
  startMs: z.record(z.string(), z.array(positive)).default({}),
  /** The machine's SGEMM, one a round; empty without the library. */
  peakGflops: z.array(positive),
  skipped: z.array(skippedSchema),
  overhead: overheadSchema.optional(),
  /** The run that measured it, where that is not the section's last. */
  earlier: z.strictObject({
    machine: machineSchema,
    ...roundsFields,
    /** Of the contenders by id. */
    versions: z.record(z.string(), z.string()),
  }).optional(),
});

/** What was measured on one network. */
export type StepNetwork = z.infer<typeof stepNetworkSchema>;

const stepSchema = z.strictObject({
  machine: machineSchema,
  ...roundsFields,
  batchSize: count,
  /** Images of a prediction. */
  predictions: count.default(0),
  contenders: z.array(contenderSchema),
  skipped: z.array(skippedSchema),
  networks: z.array(stepNetworkSchema),
});

/** What a search does in an hour. */
const throughputSchema = z.strictObject({
  /** Students an hour while no worker waits. */
  busy: positive,
  /** Students an hour with the wait for each iteration's slowest. */
  iterations: positive,
});

const searchEngineSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** One a round. */
  oneWorker: z.array(throughputSchema),
  twoWorkers: z.array(throughputSchema),
});

/** Where a student's time goes, in seconds; only for the engine "onednn". */
const studentTimeSchema = z.strictObject({
  total: positive,
  compile: z.number().min(0),
  steps: z.number().min(0),
  predict: z.number().min(0),
  overhead: overheadSchema,
});

const searchSchema = z.strictObject({
  machine: machineSchema,
  ...roundsFields,
  /** By iteration, the students that are trained in it. */
  iterations: z.array(z.strictObject({
    stage: z.enum(["removal", "shrinkage"]),
    proposed: count,
    students: z.array(z.strictObject({
      description: z.string(),
      parameters: count,
      macs: count,
      time: studentTimeSchema.optional(),
    })),
  })),
  engines: z.array(searchEngineSchema),
  skipped: z.array(skippedSchema),
});

const memorySchema = z.strictObject({
  machine: machineSchema,
  batchSize: count,
  contenders: z.array(contenderSchema),
  skipped: z.array(skippedSchema),
  /** Largest resident size of a training process. */
  networks: z.array(z.strictObject({
    name: z.string(),
    title: z.string(),
    bytes: z.record(z.string(), positive),
    skipped: z.array(skippedSchema),
  })),
  /** Of a shortened laptop search with two workers. */
  searches: z.array(z.strictObject({ engine: z.string(), bytes: positive })),
  command: z.string(),
});

const seconds = z.number().min(0);

const timeSchema = z.strictObject({
  machine: machineSchema,
  engine: z.string(),
  version: z.string(),
  workers: count,
  command: z.string(),
  wallSeconds: positive,
  /** How many were run. */
  trainings: count,
  /** Seconds of worker threads; see bench/trace/spans.ts. */
  parts: z.strictObject({
    trainings: seconds,
    predictions: seconds,
    measurements: seconds,
    waiting: seconds,
    store: seconds,
    between: seconds,
    before: seconds,
    after: seconds,
  }),
});

const share = z.number().min(0).max(1);

const precisionSchema = z.strictObject({
  machine: machineSchema,
  version: z.string(),
  /** Accuracy on a search's validation images after its short training. */
  students: z.array(z.strictObject({
    description: z.string(),
    parameters: count,
    f32: share,
    bf16: share,
  })).min(2),
  /** Of one student, on all validation images; one a seed. */
  finals: z.strictObject({
    description: z.string(),
    parameters: count,
    epochs: count,
    f32: z.array(share).min(1),
    bf16: z.array(share).min(1),
  }),
});

const winogradSchema = z.strictObject({
  machine: machineSchema,
  ...roundsFields,
  version: z.string(),
  batchSize: count,
  shapes: z.array(z.strictObject({
    channels: count,
    side: count,
    /** Passes (of forward, backward-data, backward-weights) with a Winograd kernel. */
    kernels: count,
    /** Whether the engine's rule asks for Winograd. */
    rule: z.boolean(),
    /** Milliseconds of the three passes together, one a round. */
    direct: z.array(positive),
    winograd: z.array(positive),
  })),
});

/** What an executor adds to a training, in milliseconds. */
const addedSchema = z.array(z.strictObject({
  p10: z.number(),
  p50: z.number(),
  p99: z.number(),
  /** Processor time of a training, of this process and its workers; Linux alone. */
  cpuSeconds: positive.optional(),
}));

/** Students an hour, and what they cost. */
const costlyThroughputSchema = z.array(z.strictObject({
  ...throughputSchema.shape,
  /** Processor time of a student, of this process and its workers; Linux alone. */
  cpuSeconds: positive.optional(),
}));

/** What a server did within some time. */
const workSchema = z.strictObject({
  seconds: positive,
  jobs: count,
  cpuSeconds: z.number().min(0),
  bytesIn: count,
  bytesOut: count,
});

/** What a server did within some time. */
export type ServerWork = z.infer<typeof workSchema>;

/** Many workers that do not train; see bench/queue/simulation.ts. */
const simulationSchema = z.strictObject({
  workers: count,
  idle: workSchema,
  holding: workSchema,
  flow: workSchema,
  paceSeconds: positive,
  producerCpu: positive,
  bytes: z.strictObject({
    empty: count,
    joined: count,
    job: count,
    answer: count,
    events: count,
  }),
});

/** Many workers that do not train. */
export type SimulationSection = z.infer<typeof simulationSchema>;

const queueSchema = z.strictObject({
  machine: machineSchema,
  ...roundsFields,
  server: z.string(),
  engine: z.string(),
  version: z.string(),
  /** From the start of a worker's command until it takes jobs, in seconds. */
  joinSeconds: z.array(positive),
  /** By the pool of two threads and by two workers of a queue; one a round. */
  added: z.strictObject({ pool: addedSchema, queue: addedSchema }),
  throughput: z.strictObject({
    pool: costlyThroughputSchema,
    queue: costlyThroughputSchema,
  }),
  /** From a worker's death until another one has its job, in seconds. */
  restarts: z.array(positive),
  simulation: simulationSchema,
});

const benchSchema = z.strictObject({
  format: z.literal(1),
  engines: enginesSchema.optional(),
  step: stepSchema.optional(),
  search: searchSchema.optional(),
  time: timeSchema.optional(),
  precision: precisionSchema.optional(),
  memory: memorySchema.optional(),
  winograd: winogradSchema.optional(),
  queue: queueSchema.optional(),
});

/** All that was measured. */
export type Bench = z.infer<typeof benchSchema>;
/** Who was found. */
export type EnginesSection = z.infer<typeof enginesSchema>;
/** Training steps. */
export type StepSection = z.infer<typeof stepSchema>;
/** Students an hour. */
export type SearchSection = z.infer<typeof searchSchema>;
/** Where a search's time goes. */
export type TimeSection = z.infer<typeof timeSchema>;
/** What bfloat16 does to scores. */
export type PrecisionSection = z.infer<typeof precisionSchema>;
/** Resident memory. */
export type MemorySection = z.infer<typeof memorySchema>;
/** Winograd against direct. */
export type WinogradSection = z.infer<typeof winogradSchema>;

/** The queue of several machines. */
export type QueueSection = z.infer<typeof queueSchema>;

/** The file of measurements is damaged or of another form. */
export class BenchFileError extends Error {
  /** The code for damaged data. */
  readonly exitCode = EXIT.data;
  /** The class, for messages. */
  override readonly name = "BenchFileError";
}

/** Nothing measured yet. */
export const EMPTY: Bench = { format: 1 };

/**
 * Reads the measurements.
 *
 * @param text Content of bench.json.
 * @param file Its path, for messages.
 * @throws {BenchFileError} If it is not JSON of this form.
 */
export function readBench(text: string, file: string): Bench {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BenchFileError(
      `Cannot read measurements: "${file}" is not JSON (${
        error instanceof Error ? error.message : error
      }); delete it and run deno task bench again`,
    );
  }
  const result = benchSchema.safeParse(value);
  if (result.success) return result.data as Bench;
  throw new BenchFileError(
    `Cannot read measurements: "${file}" is not of the expected form; delete it and run deno task bench again:\n${
      z.prettifyError(result.error)
    }`,
  );
}

/**
 * The measurements as text: numbers in five digits, more than any of them is
 * worth.
 */
export function benchText(bench: Bench): string {
  const text = JSON.stringify(
    bench,
    (_, value) =>
      typeof value === "number" && !Number.isInteger(value)
        ? Number(value.toPrecision(5))
        : value,
    2,
  );
  // One line a list of numbers.
  const flat = text.replace(
    /\[\n\s+(-?[\d.e+-]+(?:,\n\s+-?[\d.e+-]+)*)\n\s+\]/g,
    (_, list: string) => `[${list.replaceAll(/,\n\s+/g, ", ")}]`,
  );
  return `${flat}\n`;
}
