import { parse as parseYaml } from "yaml";
import type { Field, Node } from "./_fields.ts";
import { suggestion } from "./_suggest.ts";

/** A flag that was given. */
export interface Given {
  readonly field: Field;
  /** As typed, for messages: "--seed 0". */
  readonly typed: string;
  readonly value: unknown;
}

/** What the arguments say. */
export interface Flags {
  readonly given: readonly Given[];
  readonly problems: readonly string[];
}

/**
 * Reads the arguments. Unlike `parseArgs` of node:util it goes on after a
 * mistake, so that all of them are told at once.
 */
export function readFlags(
  args: readonly string[],
  fields: readonly Field[],
): Flags {
  const byName = new Map(fields.map((field) => [field.flag, field]));
  const given = new Map<Field, Given>();
  const problems: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    const match = /^(--[^=]+)(?:=(.*))?$/s.exec(arg);
    const next = args[at + 1];
    if (arg === "-h") {
      const help = byName.get("help");
      if (help) given.set(help, { field: help, typed: arg, value: true });
      continue;
    }
    if (match === null) {
      problems.push(
        `unexpected argument "${arg}", expected --<option> <value>${
          hintFor(arg, args[at - 1])
        }`,
      );
      continue;
    }
    const name = match[1]!.slice(2);
    let text = match[2];
    const negated = name.startsWith("no-")
      ? byName.get(name.slice(3))
      : undefined;
    const field = byName.get(name) ??
      (negated?.node.type === "boolean" ? negated : undefined);
    if (field === undefined) {
      const known = [...byName.keys()].map((flag) => `--${flag}`);
      // Who names a group meant one of its options.
      const within = known.find((flag) => flag.startsWith(`--${name}.`));
      problems.push(
        `unknown option "--${name}"${
          within === undefined
            ? suggestion(`--${name}`, known)
            : `; did you mean "${within}"?`
        }`,
      );
      // What follows was meant as its value.
      if (text === undefined && next !== undefined && !isFlag(next)) at++;
      continue;
    }
    let value: unknown;
    if (field.node.type === "boolean" && text === undefined) {
      value = field !== negated;
    } else if (field === negated) {
      problems.push(`--${name}=${text}: expected no value`);
      continue;
    } else {
      if (text === undefined && next !== undefined && !isFlag(next)) {
        text = next;
        at++;
      }
      if (text === undefined) {
        problems.push(`--${name}: a value is missing`);
        continue;
      }
      value = readValue(text, field.node);
    }
    const typed = text === undefined ? `--${name}` : `--${name} ${text}`;
    const earlier = given.get(field);
    if (earlier !== undefined) {
      problems.push(`${typed}: given twice (first "${earlier.typed}")`);
    } else {
      given.set(field, { field, typed, value });
    }
  }
  return { given: [...given.values()], problems };
}

/** What was probably meant by an argument that is no flag. */
function hintFor(arg: string, before: string | undefined): string {
  if (arg === "--") return "; deno task needs no -- before options";
  const isSwitch = arg === "true" || arg === "false";
  return isSwitch && before !== undefined && isFlag(before)
    ? `; did you mean ${before}=${arg}?`
    : "";
}

/** "--x" is a flag, "-5" and "-" are values. */
function isFlag(arg: string): boolean {
  return arg.startsWith("--");
}

/**
 * The value a text stands for, by the kind of option; a text that does not fit
 * stays a text, and the schema says what was expected.
 */
export function readValue(text: string, node: Node): unknown {
  for (const { type, ...choice } of choices(node)) {
    if (type === "integer" || type === "number") {
      // Number() also takes "", " 1" and "0x10", which nobody means.
      if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
        return Number(text);
      }
      if (/^[+-]?(nan|inf|infinity)$/i.test(text)) return NaN;
    } else if (type === "boolean") {
      if (text === "true" || text === "false") return text === "true";
    } else if (type === "null") {
      if (text === "null") return null;
    } else if (type === "array" && !text.startsWith("[")) {
      const items = choice.items || {};
      return text === ""
        ? []
        : text.split(",").map((item) => readValue(item.trim(), items));
    } else if (type !== "string") {
      try {
        return parseYaml(text, { logLevel: "silent" });
      } catch {
        return text;
      }
    }
  }
  return text;
}

/** The alternatives of an option, texts last: every text is a text. */
function choices(node: Node): readonly Node[] {
  const all = node.anyOf?.flatMap(choices) ??
    [node.type].flat().map((type) => {
      const guess = node.enum?.[0] ?? node.const;
      const known = type ??
        (typeof guess === "string" ? "string" : typeof guess);
      return { ...node, type: known };
    });
  return all.toSorted((a, b) =>
    Number(a.type === "string") - Number(b.type === "string")
  );
}
