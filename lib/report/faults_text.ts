/** Why a schema refused a value: what zod throws is one. */
export interface Refusal {
  /** What is wrong, at least one, each with its place in the value. */
  readonly issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
  }[];
}

/**
 * What is wrong with a value, in one line: the first fault with its place, and how
 * many others there are.
 *
 * @param refusal Why a schema refused it.
 */
export function faultsText({ issues }: Refusal): string {
  const [first, ...others] = issues;
  const place = pathText(first?.path ?? []);
  return `${place === "" ? "" : `${place}: `}${first?.message.split("\n")[0]}${
    others.length === 0 ? "" : `, and ${others.length} more`
  }`;
}

/** "stages[0].records". */
function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, i) =>
    typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${String(key)}`
  ).join("");
}
