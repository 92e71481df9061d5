/**
 * A network as a plain graph, whatever file it came from: operators in ONNX's
 * words, constants, one input of images, one output.
 *
 * @module
 */

import { damaged, unsupported } from "./errors.ts";

/** A tensor whose values are known. */
export interface Constant {
  /** Sizes, outermost first; none for a single number. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Float64Array;
}

/** What stands beside a node's inputs. */
export type AttributeValue = number | string | readonly number[] | Constant;

/** One operation. */
export interface PlainNode {
  /** For people; of the file where it has one. */
  readonly name: string;
  /** ONNX's operator, for example "Conv". */
  readonly op: string;
  /** Names of tensors; "" where an optional one is left out. */
  readonly inputs: readonly string[];
  /** Names of tensors, each given by one node. */
  readonly outputs: readonly string[];
  /** By name. */
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

/** A graph with its constants. */
export interface PlainGraph {
  /** In any order. */
  readonly nodes: readonly PlainNode[];
  /** By name of the tensor. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** The images: name, and sizes with the batch first; undefined where free. */
  readonly input: {
    readonly name: string;
    readonly shape: readonly (number | undefined)[];
  };
  /** Name of the tensor that comes out. */
  readonly output: string;
  /** Version of ONNX's operators that the words are of. */
  readonly opset: number;
}

/** Letters of a name in messages. */
const LONGEST_NAME = 100;

/** Nodes of the largest graph that is read. */
export const MOST_NODES = 20_000;

/**
 * The nodes that the output depends on, each behind those that it reads.
 *
 * @throws {ImportError} If a tensor is given twice, is missing, or depends on
 * itself.
 */
export function inOrder(
  { nodes, constants, input, output }: PlainGraph,
): readonly PlainNode[] {
  const givers = new Map<string, PlainNode>();
  for (const node of nodes) {
    for (const name of node.outputs) {
      if (name === "") continue;
      if (givers.has(name) || constants.has(name) || name === input.name) {
        damaged(`tensor "${name}" is given twice`);
      }
      givers.set(name, node);
    }
  }
  const ordered: PlainNode[] = [];
  const state = new Map<PlainNode, "open" | "done">();
  // A stack of its own: a graph may be deeper than the program's.
  const stack: { readonly node: PlainNode; next: number }[] = [];
  const visit = (name: string, reader: string) => {
    if (name === "" || constants.has(name) || name === input.name) return;
    const node = givers.get(name);
    if (node === undefined) {
      damaged(`${reader} reads tensor "${name}", which the file does not have`);
    }
    if (state.get(node) === "done") return;
    if (state.get(node) === "open") {
      damaged(`the graph has a cycle through ${placeOf(node)}`);
    }
    state.set(node, "open");
    stack.push({ node, next: 0 });
  };
  visit(output, "the output");
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const name = top.node.inputs[top.next++];
    if (name !== undefined) {
      visit(name, placeOf(top.node));
      continue;
    }
    stack.pop();
    state.set(top.node, "done");
    ordered.push(top.node);
  }
  return ordered;
}

/**
 * The output that nothing reads: some models also give what lies on the way.
 *
 * @throws {ImportError} If it is not one.
 */
export function lastOf(
  outputs: readonly string[],
  read: readonly string[],
): string {
  const inner = new Set(read);
  const last = outputs.filter((name) => !inner.has(name));
  if (last.length === 1) return last[0]!;
  unsupported(
    `it has ${last.length} outputs at its end (${
      last.join(", ")
    }), expected one, the logits`,
  );
}

/** A node in messages: `node "conv1" (Conv)`. */
export function placeOf({ name, op }: Pick<PlainNode, "name" | "op">): string {
  // Names of a damaged file may be as long as the file.
  return `node "${name.slice(0, LONGEST_NAME)}" (${op.slice(0, LONGEST_NAME)})`;
}

/** Stops at a node that cannot be expressed. */
export function refuse(
  node: Pick<PlainNode, "name" | "op">,
  reason: string,
): never {
  unsupported(`${placeOf(node)} ${reason}`);
}

/** An integer attribute. */
export function integerOf(
  node: PlainNode,
  name: string,
  fallback: number,
): number {
  const value = node.attributes.get(name) ?? fallback;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  refuse(node, `has ${name} ${JSON.stringify(value)}, expected an integer`);
}

/** A list of integers among the attributes; undefined where there is none. */
export function integersOf(
  node: PlainNode,
  name: string,
): readonly number[] | undefined {
  const value = node.attributes.get(name);
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value;
  refuse(node, `has ${name} ${JSON.stringify(value)}, expected integers`);
}

/** A text attribute. */
export function textOf(
  node: PlainNode,
  name: string,
  fallback: string,
): string {
  const value = node.attributes.get(name) ?? fallback;
  if (typeof value === "string") return value;
  refuse(node, `has ${name} ${JSON.stringify(value)}, expected a word`);
}

/** A number among the attributes. */
export function numberOf(
  node: PlainNode,
  name: string,
  fallback: number,
): number {
  const value = node.attributes.get(name) ?? fallback;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  refuse(node, `has ${name} ${JSON.stringify(value)}, expected a number`);
}
