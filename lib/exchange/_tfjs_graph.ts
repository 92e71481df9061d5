/** An attribute of a node, as TensorFlow's GraphDef is written in JSON. */
export type Attribute = Readonly<Record<string, unknown>>;

/** One node of the graph. */
interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

/** A constant, as the manifest of weights lists it. */
interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly data: Float32Array | Int32Array;
}

/** A place of the model's signature. */
interface Place {
  readonly name: string;
  readonly dtype: "DT_FLOAT";
  readonly tensorShape: ReturnType<typeof shapeOf>;
}

const FLOAT: Attribute = { type: "DT_FLOAT" };

/** File of the weights, which `model.json` names. */
const WEIGHTS_FILE = "weights.bin";

/** A graph model of TensorFlow.js under construction. */
export class TfjsGraph {
  readonly #nodes: Node[] = [];
  readonly #constants: Constant[] = [];
  readonly #inputs: Record<string, Place> = {};
  readonly #outputs: Record<string, Place> = {};
  #counter = 0;

  /** Declares an input of any batch. */
  input(name: string, shape: readonly number[]): string {
    const dim = shapeOf([-1, ...shape]);
    this.#nodes.push({
      name,
      op: "Placeholder",
      attr: { dtype: FLOAT, shape: { shape: dim } },
    });
    this.#inputs[name] = {
      name: `${name}:0`,
      dtype: "DT_FLOAT",
      tensorShape: dim,
    };
    return name;
  }

  /** Declares a value, as rows of so many numbers, as an output under a name. */
  output(name: string, value: string, size: number): void {
    const rows = [value, this.integers([-1, size])];
    this.#nodes.push({ name, op: "Reshape", input: rows, attr: { T: FLOAT } });
    this.#outputs[name] = {
      name: `${name}:0`,
      dtype: "DT_FLOAT",
      tensorShape: shapeOf([-1, size]),
    };
  }

  /** Appends a node with one output and returns the output's name. */
  node(
    op: string,
    input: readonly string[],
    attr: Readonly<Record<string, Attribute>> = {},
  ): string {
    const name = `${op.toLowerCase()}_${this.#counter++}`;
    this.#nodes.push({ name, op, input, attr: { T: FLOAT, ...attr } });
    return name;
  }

  /** What says where a window without padding goes; a pool has a kernel too. */
  window(
    { strides, kernel }: { readonly strides: number; readonly kernel?: number },
  ): Readonly<Record<string, Attribute>> {
    const sides = (size: number) => ({
      list: { i: [1, size, size, 1].map(String) },
    });
    return {
      strides: sides(strides),
      ...kernel === undefined
        ? { dilations: sides(1) }
        : { ksize: sides(kernel) },
      padding: textOf("VALID"),
      data_format: textOf("NHWC"),
    };
  }

  /** A float32 constant under a name of its own. */
  tensor(name: string, data: Float32Array, shape: readonly number[]): string {
    return this.#constant({ name, shape, dtype: "float32", data });
  }

  /** A float32 constant of no dimension. */
  scalar(value: number): string {
    const name = `constant_${this.#counter++}`;
    return this.tensor(name, Float32Array.of(value), []);
  }

  /** A constant of int32; a vector by default. */
  integers(
    values: readonly number[],
    shape: readonly number[] = [values.length],
  ): string {
    const name = `constant_${this.#counter++}`;
    const data = Int32Array.from(values);
    return this.#constant({ name, shape, dtype: "int32", data });
  }

  #constant(constant: Constant): string {
    const { name, shape, dtype } = constant;
    const type = dtype === "float32" ? "DT_FLOAT" : "DT_INT32";
    this.#constants.push(constant);
    this.#nodes.push({
      name,
      op: "Const",
      attr: {
        dtype: { type },
        value: { tensor: { dtype: type, tensorShape: shapeOf(shape) } },
      },
    });
    return name;
  }

  /** The model's files. */
  files(
    metadata: Readonly<Record<string, string>>,
  ): ReadonlyMap<string, string | Uint8Array> {
    const model = {
      format: "graph-model",
      generatedBy: "n2n",
      convertedBy: "n2n",
      signature: { inputs: this.#inputs, outputs: this.#outputs },
      userDefinedMetadata: metadata,
      modelTopology: {
        node: this.#nodes,
        library: {},
        versions: {},
      },
      weightsManifest: [{
        paths: [WEIGHTS_FILE],
        weights: this.#constants.map(({ name, shape, dtype }) => ({
          name,
          shape,
          dtype,
        })),
      }],
    };
    return new Map<string, string | Uint8Array>([
      ["model.json", `${JSON.stringify(model)}\n`],
      [WEIGHTS_FILE, joined(this.#constants)],
    ]);
  }
}

function shapeOf(shape: readonly number[]) {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

/** A text attribute; GraphDef's JSON holds bytes in base 64. */
function textOf(text: string): Attribute {
  return { s: new TextEncoder().encode(text).toBase64() };
}

function joined(constants: readonly Constant[]): Uint8Array {
  const length = constants.reduce((sum, { data }) => sum + data.byteLength, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const { data } of constants) {
    bytes.set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      at,
    );
    at += data.byteLength;
  }
  return bytes;
}
