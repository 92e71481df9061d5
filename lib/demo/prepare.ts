import { exportNetwork, type TrainedNetwork } from "../exchange/mod.ts";
import type { ExportSource } from "../lab/mod.ts";
import { countMacs, countParameters, describe } from "../network/mod.ts";
import type { Demo, DemoData, DemoNetwork, DemoTests } from "./model.ts";
import { framingOf } from "./framing.ts";

/** What {@link prepareDemo} is made of. */
export interface DemoSources {
  /** The teacher, with its weights. */
  readonly teacher: ExportSource;
  /** The student, with its weights. */
  readonly student: ExportSource;
  /** What is known of the data set that both were trained on. */
  readonly data: Omit<DemoData, "framing">;
  /** Its test images, or why there are none. */
  readonly tests: DemoTests;
  /** What must be known of the two. */
  readonly note?: string | undefined;
}

/** A page that can be served. */
export interface PreparedDemo {
  /** What it shows. */
  readonly demo: Demo;
  /** The networks as ONNX files. */
  readonly models: Readonly<
    Record<"teacher" | "student", Uint8Array<ArrayBuffer>>
  >;
}

/**
 * Two recorded networks as the page shows and runs them: as `deno task export` writes
 * them.
 *
 * @param sources See {@link DemoSources}.
 */
export async function prepareDemo(
  { teacher, student, data, tests, note }: DemoSources,
): Promise<PreparedDemo> {
  const models = {
    teacher: await onnxOf(teacher, data),
    student: await onnxOf(student, data),
  };
  const framing = framingOf(student.data.name);
  return {
    models,
    demo: {
      data: { ...data, ...(framing === undefined ? {} : { framing }) },
      teacher: shown(teacher, models.teacher),
      student: shown(student, models.student),
      ...(note === undefined ? {} : { note }),
      tests,
    },
  };
}

async function onnxOf(
  { name, source, network, weights, data: { name: dataset }, test }:
    ExportSource,
  { classes, mean, std }: DemoSources["data"],
): Promise<Uint8Array<ArrayBuffer>> {
  const trained: TrainedNetwork = {
    name,
    source,
    network,
    weights,
    dataset,
    accuracy: test,
    classes,
    mean,
    std,
  };
  const files = await exportNetwork("onnx", trained);
  return new Uint8Array(files.get("model.onnx") as Uint8Array);
}

function shown(
  { name, source, network, test }: ExportSource,
  model: Uint8Array,
): DemoNetwork {
  return {
    name,
    source,
    layers: describe(network),
    parameters: countParameters(network),
    macs: countMacs(network),
    bytes: model.length,
    accuracy: test,
  };
}
