/**
 * An .onnx file as a plain graph. Field numbers are those of
 * https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto
 *
 * @module
 */

import { damaged, unsupported } from "./errors.ts";
import {
  type AttributeValue,
  type Constant,
  lastOf,
  MOST_NODES,
  type PlainGraph,
  type PlainNode,
} from "./plain_graph.ts";
import {
  plainNumber,
  type WireField,
  wireFields,
  wireIntegers,
  wireText,
} from "./wire.ts";

/** What an .onnx file holds. */
export interface OnnxFile {
  /** The network. */
  readonly graph: PlainGraph;
  /** Texts by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The latest operators whose meaning was read. */
const LATEST_OPSET = 24;
/** Dimensions of the deepest tensor that is read. */
const MOST_DIMENSIONS = 8;

/** Element types by their number, with their bytes. */
const TYPES: Readonly<
  Record<number, {
    readonly name: string;
    readonly bytes: number;
    readonly read: (view: DataView, at: number) => number;
  }>
> = {
  1: { name: "float", bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  6: { name: "int32", bytes: 4, read: (view, at) => view.getInt32(at, true) },
  7: {
    name: "int64",
    bytes: 8,
    read: (view, at) => Number(view.getBigInt64(at, true)),
  },
  9: { name: "bool", bytes: 1, read: (view, at) => view.getUint8(at) },
  10: {
    name: "float16",
    bytes: 2,
    read: (view, at) => view.getFloat16(at, true),
  },
  11: {
    name: "double",
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
  },
};

/**
 * Reads a file.
 *
 * @param bytes The whole file.
 * @throws {ImportError} If it is damaged, names other files, or has more than one
 * input or output.
 */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const metadata = new Map<string, string>();
  let graph: Uint8Array | undefined;
  let opset = 0;
  for (const field of wireFields(bytes)) {
    if (field.number === 7) {
      if (graph !== undefined) damaged("it holds two graphs");
      graph = field.bytes;
    }
    if (field.number === 14) {
      const [key, value] = keyAndValue(field.bytes);
      metadata.set(key, value);
    }
    if (field.number !== 8) continue;
    let domain = "";
    let version = 0;
    for (const inner of wireFields(field.bytes)) {
      if (inner.number === 1) domain = wireText(inner);
      if (inner.number === 2) version = plainNumber(inner.integer);
    }
    if (domain === "" || domain === "ai.onnx") opset = version;
  }
  if (graph === undefined || opset < 1) {
    damaged("it has no graph or names no operator set; it is no ONNX model");
  }
  if (opset > LATEST_OPSET) {
    unsupported(
      `its operator set is ${opset}, expected at most ${LATEST_OPSET}; export it again with an earlier one`,
    );
  }
  return { graph: readGraph(graph, opset), metadata };
}

function keyAndValue(bytes: Uint8Array): readonly [string, string] {
  let [key, value] = ["", ""];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) key = wireText(field);
    if (field.number === 2) value = wireText(field);
  }
  return [key, value];
}

function readGraph(bytes: Uint8Array, opset: number): PlainGraph {
  const nodes: PlainNode[] = [];
  const constants = new Map<string, Constant>();
  const inputs: PlainGraph["input"][] = [];
  const outputs: string[] = [];
  for (const field of wireFields(bytes)) {
    switch (field.number) {
      case 1:
        if (nodes.length === MOST_NODES) {
          unsupported(`it has more than ${MOST_NODES} nodes`);
        }
        nodes.push(readNode(field.bytes, nodes.length));
        break;
      case 5: {
        const { name, constant } = readTensor(field.bytes);
        if (constants.has(name)) damaged(`tensor "${name}" is given twice`);
        constants.set(name, constant);
        break;
      }
      case 11:
        inputs.push(readInput(field.bytes));
        break;
      case 12:
        outputs.push(readInput(field.bytes).name);
        break;
      case 15:
        unsupported("it has sparse tensors, expected plain ones");
    }
  }
  // Before version 4 of the format constants were listed as inputs too.
  const images = inputs.filter(({ name }) => !constants.has(name));
  if (images.length !== 1) {
    unsupported(`it has ${images.length} inputs, expected images alone`);
  }
  const [{ type, ...input }] = images as [TypedInput];
  if (type !== FLOAT) {
    unsupported(
      `its images "${input.name}" are of ${
        TYPES[type]?.name ?? `element type ${type}`
      }, expected float; export the network in 32-bit floats (in PyTorch: model.float())`,
    );
  }
  return {
    nodes,
    constants,
    input,
    output: lastOf(outputs, nodes.flatMap(({ inputs }) => inputs)),
    opset,
  };
}

/** A graph's input with the element type of its tensor. */
interface TypedInput extends PlainInput {
  readonly type: number;
}

type PlainInput = PlainGraph["input"];

/** Element type of 32-bit floats. */
const FLOAT = 1;

function readInput(bytes: Uint8Array): TypedInput {
  let [name, elementType] = ["", 0];
  const shape: (number | undefined)[] = [];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) name = wireText(field);
    if (field.number !== 2) continue;
    for (const type of wireFields(field.bytes)) {
      if (type.number !== 1) continue;
      for (const tensor of wireFields(type.bytes)) {
        if (tensor.number === 1) elementType = plainNumber(tensor.integer);
        if (tensor.number !== 2) continue;
        for (const dim of wireFields(tensor.bytes)) {
          if (dim.number === 1) shape.push(readDimension(dim.bytes));
          if (shape.length > MOST_DIMENSIONS) {
            damaged(`"${name}" has more than ${MOST_DIMENSIONS} dimensions`);
          }
        }
      }
    }
  }
  return { name, shape, type: elementType };
}

function readDimension(bytes: Uint8Array): number | undefined {
  for (const field of wireFields(bytes)) {
    if (field.number !== 1) continue;
    const size = plainNumber(field.integer);
    // Some write 0 or -1 for a size that is free.
    return size > 0 ? size : undefined;
  }
  return undefined;
}

function readNode(bytes: Uint8Array, index: number): PlainNode {
  let [name, op, domain] = ["", "", ""];
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, AttributeValue>();
  for (const field of wireFields(bytes)) {
    switch (field.number) {
      case 1:
        inputs.push(wireText(field));
        break;
      case 2:
        outputs.push(wireText(field));
        break;
      case 3:
        name = wireText(field);
        break;
      case 4:
        op = wireText(field);
        break;
      case 5: {
        const [key, value] = readAttribute(field.bytes);
        if (value !== undefined) attributes.set(key, value);
        break;
      }
      case 7:
        domain = wireText(field);
        break;
    }
  }
  return {
    name: name || outputs[0] || `number ${index}`,
    op: domain === "" || domain === "ai.onnx" ? op : `${domain}.${op}`,
    inputs,
    outputs,
    attributes,
  };
}

function readAttribute(
  bytes: Uint8Array,
): readonly [string, AttributeValue | undefined] {
  let [name, type] = ["", 0];
  let value: AttributeValue | undefined;
  const list: number[] = [];
  for (const field of wireFields(bytes)) {
    switch (field.number) {
      case 1:
        name = wireText(field);
        break;
      case 2:
        value = float(field.bytes, 0);
        break;
      case 3:
        value = plainNumber(field.integer);
        break;
      case 4:
        value = wireText(field);
        break;
      case 5:
        value = readTensor(field.bytes).constant;
        break;
      case 7:
        for (let at = 0; at + 4 <= field.bytes.length; at += 4) {
          list.push(float(field.bytes, at));
        }
        value = list;
        break;
      case 8:
        for (const each of wireIntegers(field)) list.push(plainNumber(each));
        value = list;
        break;
      case 20:
        type = plainNumber(field.integer);
        break;
    }
  }
  // Some writers leave out what is 0 or empty: FLOAT, INT and INTS by their types.
  if (type === 1 || type === 2) value ??= 0;
  if (type === 7) value ??= list;
  // Graphs within nodes and lists of texts are left out: no operator that is
  // supported has any.
  return [name, value];
}

function float(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) damaged("a number is cut short");
  return viewOf(bytes).getFloat32(at, true);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

interface NamedConstant {
  readonly name: string;
  readonly constant: Constant;
}

function readTensor(bytes: Uint8Array): NamedConstant {
  let name = "";
  let type = 0;
  let raw: Uint8Array | undefined;
  let location: string | undefined;
  const shape: number[] = [];
  const typed: WireField[] = [];
  for (const field of wireFields(bytes)) {
    switch (field.number) {
      case 1:
        for (const size of wireIntegers(field)) shape.push(plainNumber(size));
        break;
      case 2:
        type = plainNumber(field.integer);
        break;
      case 4:
      case 5:
      case 7:
      case 10:
        typed.push(field);
        break;
      case 8:
        name = wireText(field);
        break;
      case 9:
        raw = field.bytes;
        break;
      case 13: {
        const [key, value] = keyAndValue(field.bytes);
        if (key === "location") location = value;
        break;
      }
      case 14:
        if (field.integer !== 0n) location ??= "another file";
        break;
    }
  }
  if (location !== undefined) {
    unsupported(
      `tensor "${name}" lies in "${location}", expected all data in the file itself; in PyTorch, torch.onnx.export(…, external_data=False) writes one file, and so does onnx.save(onnx.load("FILE.onnx"), "ONE.onnx") in Python`,
    );
  }
  const form = TYPES[type];
  if (form === undefined) {
    unsupported(
      `tensor "${name}" is of element type ${type}, expected one of ${
        Object.values(TYPES).map((each) => each.name).join(", ")
      }`,
    );
  }
  const size = sizeOf(name, shape);
  const data = raw === undefined
    ? readTyped(typed, { type, size, name })
    : readRaw(raw, { form, size, name });
  return { name, constant: { shape, data } };
}

function sizeOf(name: string, shape: readonly number[]): number {
  if (
    shape.length > MOST_DIMENSIONS ||
    !shape.every((side) => Number.isSafeInteger(side) && side >= 0)
  ) {
    damaged(
      `tensor "${name}" has the shape [${shape}], expected at most ${MOST_DIMENSIONS} sizes of 0 or more`,
    );
  }
  return shape.reduce((product, side) => product * side, 1);
}

function newData(type: number, size: number): Float32Array | Float64Array {
  return type === 1 || type === 10
    ? new Float32Array(size)
    : new Float64Array(size);
}

function readRaw(
  raw: Uint8Array,
  { form, size, name }: {
    readonly form: typeof TYPES[number];
    readonly size: number;
    readonly name: string;
  },
): Constant["data"] {
  // Compared before anything is allocated.
  if (raw.length !== size * form.bytes) {
    damaged(
      `tensor "${name}" claims ${size} numbers of ${form.name}, expected ${
        raw.length / form.bytes
      }, which are there`,
    );
  }
  const data = newData(form.name.startsWith("float") ? 1 : 7, size);
  const view = viewOf(raw);
  for (let i = 0; i < size; i++) data[i] = form.read(view, i * form.bytes);
  return data;
}

function readTyped(
  fields: readonly WireField[],
  { type, size, name }: {
    readonly type: number;
    readonly size: number;
    readonly name: string;
  },
): Constant["data"] {
  // At least one byte a number: what is claimed beyond that is not there.
  const there = fields.reduce(
    (sum, { bytes }) => sum + Math.max(1, bytes.length),
    0,
  );
  if (size > there) {
    damaged(
      `tensor "${name}" claims ${size} numbers, expected those that are there`,
    );
  }
  const data = newData(type, size);
  let count = 0;
  const put = (value: number) => {
    if (count < size) data[count] = value;
    count++;
  };
  for (const field of fields) {
    const view = viewOf(field.bytes);
    const width = field.number === 10 ? 8 : 4;
    if (field.number === 4 || field.number === 10) {
      for (let at = 0; at + width <= field.bytes.length; at += width) {
        put(
          width === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true),
        );
      }
    } else if (type === 10) {
      // Halves stand as their bits in 32-bit integers.
      for (const bits of wireIntegers(field)) {
        const half = new DataView(new ArrayBuffer(2));
        half.setUint16(0, Number(bits & 0xffffn));
        put(half.getFloat16(0));
      }
    } else {
      for (const each of wireIntegers(field)) put(plainNumber(each));
    }
  }
  if (count !== size) {
    damaged(
      `tensor "${name}" claims ${size} numbers, expected ${count}, which are there`,
    );
  }
  return data;
}
