import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import { relative, sep } from "node:path";

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
    const bytes = Deno.readFileSync(path);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    document = parseDocument(text, { lineCounter: lines });
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
    return broken(faults.map((fault) => {
      const what = fault.message.split("\n")[0]!
        .replace(/ at line \d+, column \d+:$/, "");
      return `${at(fault.pos[0])}: ${what}`;
    }));
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
      const pair = map.items.find((item) =>
        isScalar(item.key) && String(item.key.value) === key
      );
      const node = pair?.key;
      return isScalar(node) && node.range ? at(node.range[0]) : undefined;
    },
  };
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
