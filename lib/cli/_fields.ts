import * as z from "zod";
import type { OptionsSchema } from "./command.ts";

/**
 * The schema behind its public type, which keeps zod's types out of ours.
 *
 * @throws {TypeError} If it is no object schema.
 */
export function asZod<Config>(
  schema: OptionsSchema<Config>,
): z.ZodType<Config> {
  if (schema instanceof z.ZodObject) {
    return schema as unknown as z.ZodType<Config>;
  }
  throw new TypeError("Cannot read options: expected a z.strictObject schema");
}

/** The part of JSON Schema by which zod describes an option. */
export interface Node {
  readonly type?: string | readonly string[];
  readonly description?: string;
  /** What is wanted, in words of the schema's own. */
  readonly title?: string;
  /** Its flag, where it is not named after its key. */
  readonly flag?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Node | false;
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
}

/** One option: a leaf of the schema. */
export interface Field {
  /** Keys from the root, for example ["student", "learningRate"]. */
  readonly path: readonly string[];
  /** Name on the command line without dashes, "student.learning-rate". */
  readonly flag: string;
  readonly node: Node;
  /** Whether it must be given. */
  readonly required: boolean;
}

/** Zod's own description of a schema, as the user writes it (before defaults). */
export function describeSchema(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  }) as Node;
}

/** A mapping with fixed keys, whose keys are options of their own. */
export function isGroup(node: Node): boolean {
  return node.type === "object" && node.properties !== undefined;
}

/** The options of a schema, nested ones with their whole path. */
export function listFields(
  node: Node,
  path: readonly string[] = [],
): readonly Field[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const childPath = [...path, key];
    if (isGroup(child)) return listFields(child, childPath);
    const required = node.required?.includes(key) ?? false;
    return [{
      path: childPath,
      flag: child.flag ?? flagName(childPath),
      node: child,
      required,
    }];
  });
}

/** ["student", "learningRate"] -> "student.learning-rate" */
export function flagName(path: readonly string[]): string {
  return path.map((key) =>
    key.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`)
      .toLowerCase()
  ).join(".");
}

/** The description at a path, or undefined if the schema has no such place. */
export function nodeAt(
  root: Node,
  path: readonly PropertyKey[],
): Node | undefined {
  let node: Node | undefined = root;
  for (const key of path) node = node?.properties?.[String(key)];
  return node;
}

/** The words that an option can be, where they can be listed. */
export function wordsOf(node: Node): readonly string[] {
  return [
    ...(node.enum ?? []).map(String),
    ...(node.anyOf ?? []).flatMap(wordsOf),
  ];
}

/** What is wanted, in words: "an integer >= 1". */
export function expected(node: Node): string {
  if (node.title !== undefined) return node.title;
  if (node.enum !== undefined) return oneOf(node.enum.map(String));
  if (node.const !== undefined) return String(node.const);
  if (node.anyOf !== undefined) {
    return oneOf(
      node.anyOf.flatMap((each) => each.enum?.map(String) ?? [expected(each)]),
    );
  }
  if (Array.isArray(node.type)) {
    return node.type.map((type) => expected({ ...node, type })).join(" or ");
  }
  switch (node.type) {
    case "integer":
      return `an integer${range(node)}`;
    case "number":
      return `a number${range(node)}`;
    case "boolean":
      return "true or false";
    case "string":
      return (node.minLength ?? 0) > 0 ? "a text, not empty" : "a text";
    case "array":
      return `a list${length(node)}` +
        (node.items ? `, each ${expected(node.items)}` : "");
    case "null":
      return "null";
    default:
      return "a mapping";
  }
}

function oneOf(words: readonly string[]): string {
  return words.length === 1
    ? words[0]!
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function range(node: Node): string {
  const parts: string[] = [];
  // Zod bounds every integer by the safe ones: worth no words but in errors.
  const { minimum = -Infinity, maximum = Infinity } = node;
  if (minimum > Number.MIN_SAFE_INTEGER) parts.push(`>= ${minimum}`);
  if (node.exclusiveMinimum !== undefined) {
    parts.push(`> ${node.exclusiveMinimum}`);
  }
  if (maximum < Number.MAX_SAFE_INTEGER) parts.push(`<= ${maximum}`);
  if (node.exclusiveMaximum !== undefined) {
    parts.push(`< ${node.exclusiveMaximum}`);
  }
  const multiple = node.multipleOf === undefined
    ? ""
    : `, a multiple of ${node.multipleOf}`;
  return (parts.length === 0 ? "" : ` ${parts.join(" and ")}`) + multiple;
}

function length({ minItems = 0, maxItems }: Node): string {
  if (minItems === maxItems) return ` of ${minItems}`;
  if (maxItems !== undefined) return ` of ${minItems} to ${maxItems}`;
  return minItems > 0 ? ` of at least ${minItems}` : "";
}
