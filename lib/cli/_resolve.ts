import type * as z from "zod";
import {
  expected,
  flagName,
  isGroup,
  type Node,
  nodeAt,
  wordsOf,
} from "./_fields.ts";
import type { Given } from "./_flags.ts";
import { suggestion } from "./_suggest.ts";
import { type Layer, MAX_PROBLEMS } from "./_yaml.ts";
import type { Command, Values } from "./command.ts";

/** Where the values of one command line come from. */
export interface Sources {
  /** Files, weakest first. */
  readonly layers: readonly Layer[];
  /** Flags, stronger than any file. */
  readonly given: readonly Given[];
}

/** Options that stand in no file of the user's. */
export function madeLayer(values: Values, place?: string): Layer {
  return {
    values,
    problems: [],
    where: () => place,
    whereKey: () => place,
  };
}

/** A file without some of its options. */
export function without(layer: Layer, keys: readonly string[]): Layer {
  const kept = Object.entries(layer.values)
    .filter(([key]) => !keys.includes(key));
  return { ...layer, values: Object.fromEntries(kept) };
}

/** Each file with what it asks for by name beneath it. */
export function withPresets(
  layers: readonly Layer[],
  presets: Command<unknown>["presets"],
): readonly Layer[] {
  if (presets === undefined) return layers;
  const { option, values } = presets;
  return layers.flatMap((layer) => {
    const name = layer.values[option];
    // A name that there is not is told when the options are checked.
    return typeof name === "string" && Object.hasOwn(values, name)
      ? [madeLayer(values[name]!), layer]
      : [layer];
  });
}

/** Flags as a file would say them. */
export function flagValues(given: readonly Given[], root: Node): Values {
  let merged: unknown = {};
  for (const { field, value } of given) {
    merged = overlay(merged, nest(field.path, value), root);
  }
  return merged as Values;
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** Lays files over each other and flags over files; lists are replaced whole. */
export function mergeSources({ layers, given }: Sources, root: Node): Values {
  let merged: unknown = skeleton(root);
  for (const layer of layers) merged = overlay(merged, layer.values, root);
  for (const { field, value } of given) {
    merged = overlay(merged, nest(field.path, value), root);
  }
  return merged as Values;
}

/** Lays some values over others. */
export function layOver(values: Values, over: Values, root: Node): Values {
  return overlay(values, over, root) as Values;
}

/** Required groups exist from the start, so that the defaults within apply. */
function skeleton(node: Node): Values {
  return Object.fromEntries(
    Object.entries(node.properties ?? {})
      .filter(([key, child]) => isGroup(child) && node.required?.includes(key))
      .map(([key, child]) => [key, skeleton(child)]),
  );
}

function overlay(
  under: unknown,
  over: unknown,
  node: Node | undefined,
): unknown {
  if (node === undefined || !isGroup(node)) return over;
  if (!isMapping(under) || !isMapping(over)) return over;
  // Built from entries: a key such as "__proto__" must stay a mere key.
  return Object.fromEntries([
    ...Object.entries(under),
    ...Object.entries(over).map(([key, value]) => [
      key,
      Object.hasOwn(under, key)
        ? overlay(under[key], value, node.properties?.[key])
        : value,
    ]),
  ]);
}

function isMapping(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What {@link checkValues} needs to tell where a wrong value came from. */
export interface CheckContext {
  readonly sources: Sources;
  /** Description of all the options there are, for suggestions. */
  readonly root: Node;
  /** Whether all files could be read; if not, an absent option is no news. */
  readonly isComplete: boolean;
}

/** Outcome of a check. */
export type Checked<T> =
  | { readonly ok: true; readonly values: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Values as the schema returns them, or what is wrong with them. */
export function checkValues<Config>(
  schema: z.ZodType<Config>,
  values: Values,
  context: CheckContext,
): Checked<Config> {
  const result = schema.safeParse(values, { reportInput: true });
  if (result.success) return { ok: true, values: result.data };
  const problems = result.error.issues
    .flatMap((issue) => explainIssue(issue, context));
  const rest = problems.length - MAX_PROBLEMS;
  return {
    ok: false,
    problems: rest <= 0
      ? problems
      : [...problems.slice(0, MAX_PROBLEMS), `… and ${rest} more`],
  };
}

/** An issue in the user's terms: who said it, and what was expected. */
function explainIssue(
  issue: z.core.$ZodIssue,
  { sources, root, isComplete }: CheckContext,
): readonly string[] {
  const { path } = issue;
  const name = path.join(".");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(nodeAt(root, path)?.properties ?? {});
    return issue.keys.map((key) => {
      const full = [...path, key].join(".");
      const where = last(sources.layers, (layer) => layer.whereKey(path, key));
      return `${where ?? full}: unknown key "${full}"${suggestion(key, known)}`;
    });
  }
  const wanted = describeWanted(issue, root);
  const flag = sources.given.find(({ field }) =>
    field.path.every((key, index) => path[index] === key)
  );
  if (flag !== undefined) return [`${flag.typed}: ${wanted}`];
  if (path.length === 0) return [wanted];
  const where = last(sources.layers, (layer) => layer.where(path));
  if (where !== undefined) {
    return [`${where}: ${name} ${show(issue.input)}: ${wanted}`];
  }
  if (issue.code === "custom") return [`${name}: ${wanted}`];
  return isComplete
    ? [`--${flagName(path.map(String))} is missing: ${wanted}`]
    : [];
}

function describeWanted(issue: z.core.$ZodIssue, root: Node): string {
  if (issue.code === "custom") return issue.message;
  // An item of a list is told by what the list wants.
  let node: Node | undefined;
  for (let end = issue.path.length; end > 0 && node === undefined; end--) {
    node = nodeAt(root, issue.path.slice(0, end));
  }
  if (node === undefined) return issue.message;
  const isUnsafe = issue.code === "too_big" &&
    issue.maximum === Number.MAX_SAFE_INTEGER;
  const limit = isUnsafe ? ` and <= ${Number.MAX_SAFE_INTEGER}` : "";
  const hint = typeof issue.input === "string"
    ? suggestion(issue.input, wordsOf(node))
    : "";
  return `expected ${expected(node)}${limit}${hint}`;
}

function show(value: unknown): string {
  return typeof value === "number"
    ? String(value)
    : JSON.stringify(value) ?? "";
}

function last<Item, Value>(
  items: readonly Item[],
  find: (item: Item) => Value | undefined,
): Value | undefined {
  for (const item of items.toReversed()) {
    const value = find(item);
    if (value !== undefined) return value;
  }
  return undefined;
}
