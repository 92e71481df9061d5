/** What JSON holds at its ends; an empty list or object is one too, as its text. */
export type Leaf = string | number | boolean | null;

/** Settings of {@link leavesOf}. */
export interface LeavesOptions {
  /**
   * Whether students in a list go by the ids of their networks instead of their
   * places, so that lists in another order are compared student by student.
   */
  readonly byNetwork: boolean;
}

/**
 * The ends of a value that JSON holds, by their paths: `{a: [1, {b: 2}]}` has
 * "a.0" and "a.1.b".
 *
 * @param value Plain objects and lists of leaves.
 * @param options How lists of students are read.
 */
export function leavesOf(
  value: unknown,
  options: LeavesOptions,
): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  collect(value, { path: "", leaves, ...options });
  return leaves;
}

function collect(
  value: unknown,
  { path, leaves, byNetwork }: LeavesOptions & {
    readonly path: string;
    readonly leaves: Map<string, Leaf>;
  },
): void {
  if (typeof value !== "object" || value === null) {
    leaves.set(path, value as Leaf);
    return;
  }
  const entries = byNetwork && Array.isArray(value)
    ? byNetworkId(value)
    : Object.entries(value);
  if (entries.length === 0) {
    leaves.set(path, Array.isArray(value) ? "[]" : "{}");
  }
  for (const [key, part] of entries) {
    collect(part, {
      path: path === "" ? key : `${path}.${key}`,
      leaves,
      byNetwork,
    });
  }
}

/** A list's parts by network where each has one of its own, else by place. */
function byNetworkId(
  list: readonly unknown[],
): readonly (readonly [string, unknown])[] {
  const ids = list.map((part) =>
    typeof part === "object" && part !== null && "networkId" in part
      ? String(part.networkId)
      : undefined
  );
  const isKeyed = !ids.includes(undefined) && new Set(ids).size === ids.length;
  return list.map((part, i) => [isKeyed ? ids[i]! : `${i}`, part]);
}
