/**
 * Writes ONNX models: nodes are appended in order, and each returns the names of
 * its outputs.
 *
 * @module
 */

import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

/** Operator set of the standard operators. */
const OPSET = 17;
/** Operator set of ONNX Runtime's own operators (FusedMatMul and others). */
const MICROSOFT_OPSET = 1;
/** IR version that belongs to the operator set. */
const IR_VERSION = 8;

/** Element types in use, by their number in the ONNX schema. */
const ELEMENT_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

/** A tensor's element type. */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** An attribute's value; plain integers are written as INT, {@link float} as FLOAT. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number };

/** What a node needs beside its inputs. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Operator domain; "" is standard ONNX. */
  readonly domain?: "" | "com.microsoft" | "com.microsoft.nchwc";
  /** What a single output is called; a made-up name where left out. */
  readonly output?: string;
}

/** What a model is beside its graph. */
export interface EncodeOptions {
  /** Texts by key, kept in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Whether only standard operators are in it, so that no other operator set need
   * be known to who reads it. Default false.
   */
  readonly standard?: boolean;
}

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, type: 2, i: value };
  if (typeof value === "string") {
    return { name, type: 3, s: new TextEncoder().encode(value) };
  }
  if ("float" in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: [...value] };
}

function valueInfo(
  name: string,
  type: ElementType,
  shape: readonly (number | string)[],
): object {
  return {
    name,
    type: {
      tensorType: {
        elemType: ELEMENT_TYPES[type],
        shape: {
          dim: shape.map((size) =>
            typeof size === "number" ? { dimValue: size } : { dimParam: size }
          ),
        },
      },
    },
  };
}

/** A model under construction. */
export class Graph {
  readonly #nodes: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];
  readonly #initializers: object[] = [];
  readonly #constants = new Map<string, string>();
  readonly #known = new Map<string, readonly string[]>();
  #counter = 0;

  #fresh(hint: string): string {
    return `${hint}_${this.#counter++}`;
  }

  /** Declares an input; a string in the shape names a size known only at run time. */
  input(
    name: string,
    type: ElementType,
    shape: readonly (number | string)[],
  ): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Declares a node's output as an output of the graph, under its own name. */
  output(value: string, shape: readonly (number | string)[]): string {
    this.#outputs.push(valueInfo(value, "float32", shape));
    return value;
  }

  /** Appends a node with one output and returns the output's name. */
  node(
    operator: string,
    inputs: readonly string[],
    options: NodeOptions = {},
  ): string {
    return this.nodes(operator, inputs, 1, options)[0]!;
  }

  /**
   * Appends a node with several outputs and returns their names. Equal nodes are
   * written once.
   */
  nodes(
    operator: string,
    inputs: readonly string[],
    outputs: number,
    { attributes = {}, domain = "", output }: NodeOptions = {},
  ): readonly string[] {
    const key = JSON.stringify([
      operator,
      inputs,
      outputs,
      attributes,
      domain,
      output,
    ]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const names = output !== undefined ? [output] : Array.from(
      { length: outputs },
      () => this.#fresh(operator.toLowerCase()),
    );
    this.#nodes.push({
      opType: operator,
      domain,
      name: names[0],
      input: [...inputs],
      output: names,
      attribute: Object.entries(attributes).map(([name, value]) =>
        encodeAttribute(name, value)
      ),
    });
    this.#known.set(key, names);
    return names;
  }

  /** A float32 tensor known when the graph is built, under a name that is free. */
  tensor(
    data: Float32Array,
    shape: readonly number[],
    name: string = this.#fresh("tensor"),
  ): string {
    this.#initializers.push({
      name,
      dataType: ELEMENT_TYPES.float32,
      dims: [...shape],
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
    return name;
  }

  /** A float32 scalar constant; equal ones are written once. */
  scalar(value: number): string {
    return this.#constant(`f${value}`, {
      dataType: ELEMENT_TYPES.float32,
      dims: [],
      floatData: [value],
    });
  }

  /** A constant of int64, as shape and axis arguments want it; a vector by default. */
  integers(
    values: readonly number[],
    shape: readonly number[] = [values.length],
  ): string {
    return this.#constant(`i${shape.join()}:${values.join()}`, {
      dataType: ELEMENT_TYPES.int64,
      dims: [...shape],
      int64Data: [...values],
    });
  }

  #constant(key: string, tensor: object): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh("constant");
    this.#initializers.push({ name, ...tensor });
    this.#constants.set(key, name);
    return name;
  }

  /** The model as the bytes of an .onnx file. */
  encode(
    { metadata = {}, standard = false }: EncodeOptions = {},
  ): Uint8Array {
    const model = onnx.ModelProto.fromObject({
      irVersion: IR_VERSION,
      producerName: "n2n",
      opsetImport: [
        { domain: "", version: OPSET },
        ...standard ? [] : [
          { domain: "com.microsoft", version: MICROSOFT_OPSET },
          { domain: "com.microsoft.nchwc", version: MICROSOFT_OPSET },
        ],
      ],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({
        key,
        value,
      })),
      graph: {
        name: "network",
        node: this.#nodes,
        input: this.#inputs,
        output: this.#outputs,
        initializer: this.#initializers,
      },
    });
    return onnx.ModelProto.encode(model).finish();
  }
}

/** A model that does nothing: loading it starts a runtime. */
export function emptyModel(): Uint8Array {
  const graph = new Graph();
  const input = graph.input("value", "float32", [1]);
  graph.output(graph.node("Identity", [input]), [1]);
  return graph.encode();
}
