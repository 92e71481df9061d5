import { posix } from "node:path";

/** Source text by path from the project's folder, "lib/search/mod.ts". */
export type Sources = ReadonlyMap<string, string>;

/** Rooms from the ground up: an arrow may go down or sideways, never up. */
const FLOORS: readonly (readonly string[])[] = [
  ["network", "random"],
  ["engine", "data"],
  ["training", "policy", "compress", "reward", "exchange"],
  ["search", "report", "queue"],
  ["lab"],
  ["view", "demo"],
  ["experiments", "bench"],
];

/** They know none of the science. */
const TOOLS = ["store", "cli", "pages"];

/** They compute and do not talk. */
const SILENT = [
  "network",
  "random",
  "engine",
  "data",
  "policy",
  "compress",
  "reward",
  "exchange",
];

/** They use the rooms below and know nothing of each other. */
const APART = ["experiments", "bench"];

/** Files behind a door that the benchmark measures one by one. */
const MEASURED = [
  "arena.ts",
  "constants.ts",
  "descriptors.ts",
  "layers/conv_ways.ts",
  "library.ts",
  "places.ts",
  "recorder.ts",
].map((name) => `lib/engine/onednn/${name}`);

/** The data that no search may see. */
export const TEST_SPLIT = "lib/data/test_split.ts";

/** May read the test split beside the experiments: the last score of a run. */
export const FINAL_SCORES = "lib/lab/teacher/test_accuracy.ts";

/**
 * Paths of the files of the project that a source names: whatever way they are
 * imported (statically, as types, on demand, as a worker), their name stands
 * there as a relative path in quotes.
 */
export function importsOf(path: string, source: string): readonly string[] {
  const code = withoutComments(source);
  const names = code.matchAll(
    /(["'`])(\.{1,2}\/[^"'`\s]+\.(?:ts|tsx|js|mjs))\1/g,
  );
  const found = Array.from(
    names,
    ([, , name]) => posix.join(posix.dirname(path), name!),
  );
  // The package's own name leads to its root as well.
  if (/(["'`])@n2n\/n2n\1/.test(code)) found.push("lib/mod.ts");
  return [...new Set(found)];
}

/** Blanks comments; a "//" within a string is no comment. */
function withoutComments(source: string): string {
  const tokens =
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[^]*?\*\//g;
  return source.replaceAll(
    tokens,
    (token) => token.startsWith("/") ? " " : token,
  );
}

/** "search" for lib/search/…, "bench" for bench/…, "" for lib/mod.ts. */
function roomOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] !== "lib") return parts[0]!;
  return parts.length > 2 ? parts[1]! : "";
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

/** What is wrong with one arrow, or undefined. */
function faultOf(from: string, to: string): string | undefined {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (to === TEST_SPLIT && here !== "data") {
    const isAllowed = here === "experiments" || from === FINAL_SCORES;
    if (!isAllowed) return "the test split is for final scores only";
  }
  if (here === there) return undefined;
  if (APART.includes(here) && APART.includes(there)) {
    return "experiments and bench know nothing of each other";
  }
  if (!to.startsWith("lib/") && !APART.includes(there)) {
    return "it leaves lib/, experiments/ and bench/";
  }
  if (there === "") return "a room must not import the whole house";
  // lib/mod.ts shows all rooms, through their doors.
  const isRoot = here === "";
  if (TOOLS.includes(here) && !TOOLS.includes(there)) {
    return `${here} knows none of the science`;
  }
  if (there === "cli" && SILENT.includes(here)) {
    return `${here} must not use the command line`;
  }
  if (!TOOLS.includes(there)) {
    if (floorOf(there) < 0) return `there is no room "${there}"`;
    if (!isRoot && floorOf(here) < 0) return `there is no room "${here}"`;
    if (!isRoot && floorOf(there) > floorOf(here)) return "it goes up";
  }
  const isDoor = posix.basename(to) === "mod.ts" && to.split("/").length === 3;
  if (isDoor || to === TEST_SPLIT) return undefined;
  if (here === "bench" && MEASURED.includes(to)) return undefined;
  return "rooms import each other through mod.ts only";
}

/** All arrows that break a rule, "from -> to: why", sorted. */
export function findFaults(sources: Sources): readonly string[] {
  const arrows = [...sources].flatMap(([from, source]) =>
    importsOf(from, source).map((to) => [from, to] as const)
  );
  const faults = arrows.flatMap(([from, to]) => {
    const fault = faultOf(from, to);
    return fault === undefined ? [] : [`${from} -> ${to}: ${fault}`];
  });
  return [...faults, ...findCycles(arrows)].toSorted();
}

/** Rooms that reach themselves by way of others. */
function findCycles(
  arrows: readonly (readonly [string, string])[],
): readonly string[] {
  const rooms = new Map<string, Set<string>>();
  for (const [from, to] of arrows) {
    const [here, there] = [roomOf(from), roomOf(to)];
    if (here === there || here === "" || there === "") continue;
    rooms.set(here, (rooms.get(here) ?? new Set()).add(there));
  }
  return [...rooms.keys()].flatMap((room) => {
    const around = [...reach(rooms, [room])].some((other) =>
      rooms.get(other)?.has(room)
    );
    return around ? [`${room} -> … -> ${room}: rooms go in a circle`] : [];
  });
}

function reach(
  arrows: ReadonlyMap<string, Iterable<string>>,
  starts: readonly string[],
): ReadonlySet<string> {
  const seen = new Set(starts);
  // A set grows while it is walked: what is added is visited too.
  for (const at of seen) {
    for (const next of arrows.get(at) ?? []) seen.add(next);
  }
  return seen;
}

/** Files of a folder from which a file is reached, however far it is. */
export function findReaching(
  sources: Sources,
  folder: string,
  target: string,
): readonly string[] {
  const arrows = new Map(
    [...sources].map(([path, source]) => [path, importsOf(path, source)]),
  );
  return [...sources.keys()]
    .filter((path) => path.startsWith(`${folder}/`))
    .filter((path) => reach(arrows, [path]).has(target))
    .toSorted();
}
