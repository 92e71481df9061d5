import { canonicalJson } from "../../random/mod.ts";
import { mean, type ResultRecord } from "../../report/mod.ts";
import { type EngineIdentity, engineIdentity } from "../../search/mod.ts";
import type { Identity } from "../cells/identity.ts";
import { type Leaf, leavesOf } from "./leaves.ts";
import {
  type Bound,
  MEAN_OF,
  type Tolerance,
  TOLERANCES,
} from "./tolerances.ts";

/** A field of two records, or several of which one stands for all. */
export interface Finding {
  /** Which: a path, or what the fields are with the path of the farthest. */
  readonly field: string;
  /** What the record has. */
  readonly expected: string;
  /** What was obtained. */
  readonly obtained: string;
  /** What was asked, for people: "equal", "± 3 points". */
  readonly bound: string;
  /** Whether it was so. */
  readonly isMet: boolean;
}

/** How two records compare. */
export interface Comparison {
  /** Who recorded and who ran, where they are not the same and bounds apply. */
  readonly engines?: {
    readonly expected: EngineIdentity;
    readonly obtained: EngineIdentity;
  };
  /** The bounds that were applied, none where bits are compared. */
  readonly applied: readonly Tolerance[];
  /** Differences; where bounds apply also what is within them. */
  readonly findings: readonly Finding[];
  /** Fields that were compared. */
  readonly compared: number;
  /** Fields in all. */
  readonly fields: number;
  /** Whether nothing differs more than it may. */
  readonly isMet: boolean;
  /** Whether the two are the same to the bit. */
  readonly isEqual: boolean;
}

/** A cell's record, of any experiment. */
export type CellRecord = ResultRecord<
  { readonly identity: Identity<unknown> }
>;

/** A field's two values; undefined where one record lacks it. */
interface Pair {
  readonly path: string;
  readonly expected: Leaf | undefined;
  readonly obtained: Leaf | undefined;
}

/**
 * Compares what a run gave with a record: to the bit where engine, its version and
 * the instruction set are the record's, else within {@link TOLERANCES}.
 *
 * Where options or data differ, only these are told: all else follows from them.
 *
 * @param expected The record.
 * @param obtained What the run gave.
 */
export function compareRecords(
  expected: CellRecord,
  obtained: CellRecord,
): Comparison {
  const engines = {
    expected: engineIdentity(expected.deterministic.identity.engine),
    obtained: engineIdentity(obtained.deterministic.identity.engine),
  };
  const isSameEngine = canonicalJson(engines.expected) ===
    canonicalJson(engines.obtained);
  const pairs = pairsOf(expected, { obtained, byNetwork: !isSameEngine });
  const asked = pairs.filter(({ path }) => isOption(path) && !isEngine(path));
  const others = asked.filter((pair) => !isWithin(pair, EQUAL));
  const relevant = others.length > 0 ? asked : pairs;
  const found = isSameEngine || others.length > 0
    ? compareBits(relevant)
    : compareWithin(relevant);
  return {
    ...(isSameEngine ? {} : { engines }),
    ...found,
    fields: pairs.length,
    isMet: found.findings.every(({ isMet }) => isMet),
    isEqual: expected.digest === obtained.digest,
  };
}

const EQUAL: Bound = { kind: "equal" };

const isOption = (path: string) => path.startsWith("identity.");

/** What names the engine, or what an engine made. */
const isEngine = (path: string) =>
  /^identity\.(engine|(source\.)?teacher|policies)\b/.test(path);

function pairsOf(
  expected: CellRecord,
  { obtained, byNetwork }: {
    readonly obtained: CellRecord;
    readonly byNetwork: boolean;
  },
): readonly Pair[] {
  const before = leavesOf(expected.deterministic, { byNetwork });
  const after = leavesOf(obtained.deterministic, { byNetwork });
  return [...new Set([...before.keys(), ...after.keys()])].map((path) => ({
    path,
    expected: before.get(path),
    obtained: after.get(path),
  }));
}

type Found = Pick<Comparison, "applied" | "findings" | "compared">;

function compareBits(pairs: readonly Pair[]): Found {
  const findings = pairs.filter((pair) => !isWithin(pair, EQUAL)).map((pair) =>
    findingOf(pair, { field: pair.path, bound: EQUAL })
  );
  return { applied: [], findings, compared: pairs.length };
}

function compareWithin(pairs: readonly Pair[]): Found {
  const groups = Map.groupBy(
    pairs,
    ({ path }) => TOLERANCES.find(({ fields }) => fields.test(path)),
  );
  const applied = TOLERANCES.flatMap((tolerance) => {
    const group = groups.get(tolerance) ?? [];
    return group.length === 0 ? [] : [{ tolerance, group }];
  });
  return {
    applied: applied.map(({ tolerance }) => tolerance),
    findings: applied.flatMap(({ tolerance, group }) => [
      ...findingsOf(tolerance, group),
      ...meanOf(tolerance, group),
    ]),
    compared: applied.reduce((sum, { group }) => sum + group.length, 0),
  };
}

/** What is outside the bound, one by one; where nothing is, the farthest. */
function findingsOf(
  { what, bound }: Tolerance,
  group: readonly Pair[],
): readonly Finding[] {
  const outside = group.filter((pair) => !isWithin(pair, bound));
  if (outside.length > 0) {
    return outside.map((pair) => findingOf(pair, { field: pair.path, bound }));
  }
  const farthest = group.reduce((a, b) =>
    distance(b, bound) > distance(a, bound) ? b : a
  );
  const { path } = farthest;
  if (group.length === 1) return [findingOf(farthest, { field: path, bound })];
  const field = `${what}, ${group.length} fields`;
  if (bound.kind !== "equal") {
    return [findingOf(farthest, { field: `${field}: ${path}`, bound })];
  }
  return [{
    field,
    expected: "as recorded",
    obtained: "the same",
    bound: boundText(bound),
    isMet: true,
  }];
}

/**
 * The means of the numbers that both records have, where there is a bound for them:
 * what one of them lacks is outside the bound by itself.
 */
function meanOf(
  { what, mean: bound }: Tolerance,
  group: readonly Pair[],
): readonly Finding[] {
  const both = group.flatMap(({ expected, obtained }) =>
    typeof expected === "number" && typeof obtained === "number"
      ? [{ expected, obtained }]
      : []
  );
  if (bound === undefined || both.length < MEAN_OF) return [];
  const [expected, obtained] = [
    mean(both.map(({ expected }) => expected)),
    mean(both.map(({ obtained }) => obtained)),
  ].map((value) => Number(value.toFixed(4)));
  const path = `${what}, mean of ${both.length}`;
  return [findingOf({ path, expected, obtained }, { field: path, bound })];
}

function findingOf(
  pair: Pair,
  { field, bound }: { readonly field: string; readonly bound: Bound },
): Finding {
  return {
    // Ids as pages show them.
    field: field.replaceAll(/[0-9a-f]{64}/g, (id) => id.slice(0, 8)),
    expected: leafText(pair.expected),
    obtained: leafText(pair.obtained),
    bound: boundText(bound),
    isMet: isWithin(pair, bound),
  };
}

/** How far two numbers are apart, in the unit of the bound. */
function distance({ expected, obtained }: Pair, { kind }: Bound): number {
  if (typeof expected !== "number" || typeof obtained !== "number") {
    return expected === obtained ? 0 : Infinity;
  }
  if (kind === "equal") return expected === obtained ? 0 : Infinity;
  if (kind === "factor") {
    return Math.max(expected, obtained) / Math.min(expected, obtained);
  }
  return Math.abs(expected - obtained) * (kind === "points" ? 100 : 1);
}

function isWithin(pair: Pair, bound: Bound): boolean {
  const far = distance(pair, bound);
  if (bound.kind === "equal") return far === 0;
  // Of decimal fractions, whose difference is rounded.
  return far <= bound.by + 1e-9;
}

/** A bound for people. */
export function boundText(bound: Bound): string {
  switch (bound.kind) {
    case "equal":
      return "equal";
    case "points":
      return `± ${bound.by} points`;
    case "absolute":
      return `± ${bound.by}`;
    case "factor":
      return `within ${bound.by}x`;
  }
}

/** As it stands in the file; of digests and long texts the start. */
function leafText(leaf: Leaf | undefined): string {
  if (leaf === undefined) return "absent";
  const text = String(leaf);
  return text.length > 40 ? `${text.slice(0, 16)}…` : text;
}
