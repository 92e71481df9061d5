import onnxProto from "onnx-proto";
import { randomStream } from "../../lib/random/mod.ts";

const { onnx } = onnxProto;

/** A node in short: operator, inputs, attributes; it gives one tensor. */
export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  /** Name of what it gives. */
  readonly output: string;
  readonly attributes?: Readonly<
    Record<
      string,
      | number
      | string
      | readonly number[]
      | { readonly float: number }
      | { readonly tensor: TensorSpec }
      /** Its type alone, as some write what is 0. */
      | { readonly bare: 1 | 2 }
    >
  >;
}

/** A constant; integers where the name of the type says so. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly type?: "float" | "int64" | "float16" | "double";
  /** Whether values stand in the typed field instead of raw bytes. */
  readonly typed?: boolean;
  /** Where its bytes are said to lie. */
  readonly location?: string;
}

/** A model. */
export interface ModelSpec {
  readonly input?: readonly (number | string)[];
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, TensorSpec>>;
  readonly outputs?: readonly string[];
  readonly opset?: number;
  /** Of the images, default float. */
  readonly inputType?: keyof typeof TYPES;
  readonly metadata?: Readonly<Record<string, string>>;
}

const TYPES = { float: 1, int64: 7, float16: 10, double: 11 } as const;

/** The bytes of an .onnx file; its input is "images", its output the last node's. */
export function onnxModel(
  { input = ["batch", 2, 6, 6], nodes, constants = {}, ...rest }: ModelSpec,
): Uint8Array {
  const { outputs = [nodes.at(-1)!.output], opset = 13, metadata = {} } = rest;
  const { inputType = "float" } = rest;
  const value = (name: string, shape: readonly (number | string)[]) => ({
    name,
    type: {
      tensorType: {
        elemType: name === "images" ? TYPES[inputType] : TYPES.float,
        shape: {
          dim: shape.map((size) =>
            typeof size === "number" ? { dimValue: size } : { dimParam: size }
          ),
        },
      },
    },
  });
  const model = onnx.ModelProto.fromObject({
    irVersion: 7,
    opsetImport: [{ domain: "", version: opset }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({
      key,
      value,
    })),
    graph: {
      name: "graph",
      node: nodes.map(({ op, inputs, output, attributes = {} }) => ({
        opType: op,
        name: output,
        input: [...inputs],
        output: [output],
        attribute: Object.entries(attributes).map(([name, attribute]) =>
          attributeOf(name, attribute)
        ),
      })),
      initializer: Object.entries(constants).map(([name, spec]) => ({
        name,
        ...tensorOf(spec),
      })),
      input: [value("images", input)],
      output: outputs.map((name) => ({
        name,
        type: { tensorType: { elemType: 1 } },
      })),
    },
  });
  // A copy: what comes back is a buffer whose slices share its memory.
  return Uint8Array.from(onnx.ModelProto.encode(model).finish());
}

function attributeOf(
  name: string,
  value: NonNullable<NodeSpec["attributes"]>[string],
): object {
  if (typeof value === "number") return { name, type: 2, i: value };
  if (typeof value === "string") {
    return { name, type: 3, s: new TextEncoder().encode(value) };
  }
  if ("bare" in value) return { name, type: value.bare };
  if ("float" in value) return { name, type: 1, f: value.float };
  if ("tensor" in value) return { name, type: 4, t: tensorOf(value.tensor) };
  return { name, type: 7, ints: [...value] };
}

function tensorOf({ shape, data, type = "float", ...rest }: TensorSpec) {
  const base = { dims: [...shape], dataType: TYPES[type] };
  if (rest.location !== undefined) {
    return {
      ...base,
      dataLocation: 1,
      externalData: [{ key: "location", value: rest.location }],
    };
  }
  if (rest.typed) {
    if (type === "int64") return { ...base, int64Data: [...data] };
    if (type === "double") return { ...base, doubleData: [...data] };
    if (type === "float") return { ...base, floatData: [...data] };
    const bits = new Uint16Array(Float16Array.from(data).buffer);
    return { ...base, int32Data: [...bits] };
  }
  const raw = type === "int64"
    ? BigInt64Array.from(data, BigInt)
    : type === "float16"
    ? Float16Array.from(data)
    : type === "double"
    ? Float64Array.from(data)
    : Float32Array.from(data);
  return { ...base, rawData: new Uint8Array(raw.buffer) };
}

let draws = 0;

/** Made-up values, other ones at each call. */
export function values(
  shape: readonly number[],
  { positive = false }: { readonly positive?: boolean } = {},
): TensorSpec {
  const random = randomStream(1, "values", draws++);
  const size = shape.reduce((product, side) => product * side, 1);
  return {
    shape,
    data: Array.from(
      { length: size },
      () => positive ? 0.2 + random.uniform() : 0.5 * random.normal(),
    ),
  };
}

/** Integers, for sizes and axes. */
export function integers(...data: readonly number[]): TensorSpec {
  return { shape: [data.length], data, type: "int64" };
}

/** A node in short. */
export function node(
  op: string,
  inputs: string,
  output: string,
  attributes: NonNullable<NodeSpec["attributes"]> = {},
): NodeSpec {
  return { op, inputs: inputs.split(" "), output, attributes };
}
