/** What JSON holds at its ends; an empty list or object is one too, as its text. */
export type Leaf = string | number | boolean | null;

/** Settings of {@link leavesOf}. */
export interface LeavesOptions {
  /**
   * Whether students in a list go by the ids of their networks instead of their
   * places, so that lists in another order are compared student by student; where
   * several have one network, by "ID/ACTIONS", the first that lead to each. What a
   * search proposes keeps its places, which are the order it was drawn in.
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
  const entries = byNetwork && Array.isArray(value) && !isProposals(path)
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

const isProposals = (path: string) => /(^|\.)proposals$/.test(path);

/** A list's parts by network where each has one of its own, else by place. */
function byNetworkId(
  list: readonly unknown[],
): readonly (readonly [string, unknown])[] {
  const keys = [list.map(idOf), list.map(idWithActions)].find((keys) =>
    !keys.includes(undefined) && new Set(keys).size === keys.length
  );
  return list.map((part, i) => [keys?.[i] ?? `${i}`, part]);
}

function idOf(part: unknown): string | undefined {
  if (typeof part !== "object" || part === null) return undefined;
  return "networkId" in part ? String(part.networkId) : undefined;
}

function idWithActions(part: unknown): string | undefined {
  const id = idOf(part);
  const { actions } = (part ?? {}) as { readonly actions?: unknown };
  const first = Array.isArray(actions) ? actions[0] : undefined;
  return typeof first === "string" ? `${id}/${first}` : undefined;
}
