import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { relative, sep } from "node:path";

/** Largest file of options; ours have a hundredth. */
const MAX_BYTES = 2 ** 18;

/** Unknown keys, wrong values and the like that are told of one file. */
export const MAX_PROBLEMS = 20;

/** Options read from a file. */
export interface Layer {
  /** Plain values; empty if the file could not be read. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
  /** "file:line:column" of the value at a path, or undefined if not set here. */
  where(path: readonly PropertyKey[]): string | undefined;
  /** "file:line:column" of a key in the mapping at a path. */
  whereKey(path: readonly PropertyKey[], key: string): string | undefined;
}

/** Reads a YAML file of options; what is wrong with it becomes problems. */
export function readLayer(path: string): Layer {
  const name = shortName(path);
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    // A pipe would be waited for, a device read for ever.
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) {
      return broken([`cannot read "${name}": expected a regular file`]);
    }
    if (size > MAX_BYTES) {
      return broken([
        `cannot read "${name}": it has ${size} bytes, expected at most ${MAX_BYTES}`,
      ]);
    }
    const bytes = Deno.readFileSync(path);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    document = parseDocument(text, {
      lineCounter: lines,
      // Sets, dates and binary data are no options.
      resolveKnownTags: false,
      // yaml compares all keys in pairs: minutes for a hundred thousand.
      uniqueKeys: false,
    });
  } catch (error) {
    return broken([`cannot read "${name}": ${explain(error)}`]);
  }
  function at(offset: number): string {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  }
  // A warning (an unknown tag, say) means the file says something else to us
  // than to its author.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const rest = faults.length - MAX_PROBLEMS;
    const told = faults.slice(0, MAX_PROBLEMS).map((fault) => {
      const what = fault.message.split("\n")[0]!
        .replace(/ at line \d+, column \d+:$/, "");
      return `${at(fault.pos[0])}: ${what}`;
    });
    return broken(rest <= 0 ? told : [...told, `… and ${rest} more`]);
  }
  if (!isMap(document.contents)) {
    const found = document.contents === null || isEmpty(document.contents)
      ? "the file is empty"
      : "it is not a mapping";
    return broken([`${name}:1:1: ${found}, expected "option: value" lines`]);
  }
  const root = document.contents;
  let values: Record<string, unknown>;
  try {
    const fault = findFault(root);
    if (fault !== undefined) {
      return broken([`${at(fault.node.range?.[0] ?? 0)}: ${fault.what}`]);
    }
    values = document.toJS();
  } catch (error) {
    return broken([`${name}:1:1: ${explain(error)}`]);
  }
  return {
    values,
    problems: [],
    where(path) {
      const node = path.length === 0 ? root : root.getIn(path, true);
      return isNode(node) && node.range ? at(node.range[0]) : undefined;
    },
    whereKey(path, key) {
      const map = path.length === 0 ? root : root.getIn(path, true);
      if (!isMap(map)) return undefined;
      const start = startsOf(map).get(key);
      return start === undefined ? undefined : at(start);
    },
  };
}

const starts = new WeakMap<YAMLMap, ReadonlyMap<string, number>>();

/** Where each key of a mapping begins; found out once. */
function startsOf(map: YAMLMap): ReadonlyMap<string, number> {
  const known = starts.get(map);
  if (known !== undefined) return known;
  const found = new Map<string, number>();
  for (const { key } of map.items) {
    if (isScalar(key) && key.range) found.set(String(key.value), key.range[0]);
  }
  starts.set(map, found);
  return found;
}

/** What YAML can say and an option cannot be; the first such node. */
function findFault(
  root: Node,
): { readonly node: Node; readonly what: string } | undefined {
  let fault: { readonly node: Node; readonly what: string } | undefined;
  visit(root, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(String(key.value))) {
          fault = { node: key, what: "Map keys must be unique" };
          return visit.BREAK;
        }
        seen.add(String(key.value));
      }
      return undefined;
    },
    Node(_, node, ancestors) {
      const isWithin = isAlias(node) &&
        ancestors.some((each) =>
          isNode(each) && "anchor" in each && each.anchor === node.source
        );
      if (isWithin) {
        fault = { node, what: `the alias *${node.source} is within itself` };
      } else if (isScalar(node) && String(node.value).includes("\0")) {
        fault = { node, what: "a text has the character NUL" };
      }
      return fault === undefined ? undefined : visit.BREAK;
    },
  });
  return fault;
}

function broken(problems: readonly string[]): Layer {
  const nowhere = () => undefined;
  return { values: {}, problems, where: nowhere, whereKey: nowhere };
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

function explain(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof TypeError) return "it is not UTF-8 text";
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}

/** Relative to where the user is, if it lies below. */
function shortName(path: string): string {
  const below = relative(Deno.cwd(), path);
  return below.startsWith("..") ? path : below.replaceAll(sep, "/");
}
