import { EXIT } from "./errors.ts";
import { expected, type Field } from "./_fields.ts";

/** What the help text is made of. */
export interface HelpParts {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** Titled lists of options. */
  readonly groups: readonly (readonly [title: string, readonly Field[]])[];
}

const WIDTH = 80;

/** The help text: examples first, then every option with range and default. */
export function formatHelp(
  { name, summary, examples, groups }: HelpParts,
): string {
  const lines = [`${name}: ${summary}`, ""];
  if (examples.length > 0) {
    lines.push("Examples:", ...examples.map((line) => `  ${line}`), "");
  }
  for (const [title, fields] of groups) {
    if (fields.length === 0) continue;
    lines.push(`${title}:`, ...fields.flatMap(formatField), "");
  }
  lines.push(`Exit codes: ${EXIT_TEXT}`);
  return lines.flatMap((line) => wrap(line)).join("\n");
}

const EXIT_TEXT = `${EXIT.done} done, ${EXIT.bug} bug or disk trouble, ` +
  `${EXIT.usage} wrong option, ${EXIT.runFailed} a run failed, ` +
  `${EXIT.regression} results differ, ${EXIT.data} data missing or damaged, ` +
  `${EXIT.interrupted} stopped`;

function formatField(field: Field): readonly string[] {
  const { node } = field;
  const value = node.type === "boolean" ? "" : ` <${expected(node)}>`;
  const head = `  --${field.flag}${value}${fallback(field)}`;
  return node.description === undefined
    ? [head]
    : [head, `      ${node.description}`];
}

function fallback({ node, flag, required }: Field): string {
  if (required) return "; must be given";
  if (node.default === undefined || node.default === false) return "";
  if (node.default === true) return `; on unless --no-${flag}`;
  return `; default ${show(node.default)}`;
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Breaks a line at blanks; what follows keeps its indentation. */
function wrap(line: string): readonly string[] {
  const indent = /^ */.exec(line)![0];
  const lines: string[] = [];
  let current = "";
  for (const word of line.slice(indent.length).split(" ")) {
    const longer = current === "" ? indent + word : `${current} ${word}`;
    if (longer.length > WIDTH && current !== "") {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else {
      current = longer;
    }
  }
  return [...lines, current];
}
