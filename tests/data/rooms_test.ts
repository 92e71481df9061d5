import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { importsOf } from "../_house.ts";
import { listFiles } from "./_fixture.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The rooms, and which others each may reach. */
const ARROWS = {
  cache: ["decoders", "disk", "fetch"],
  decoders: ["disk"],
  disk: [],
  fetch: ["decoders", "disk"],
  serve: [],
};

/** "fetch" for lib/data/fetch/…, "" for files beside the rooms and elsewhere. */
function roomOf(path: string): string {
  const parts = path.split("/");
  return path.startsWith("lib/data/") && parts.length > 3 ? parts[2]! : "";
}

/**
 * The rooms that the files of each room reach, also by way of files that stand
 * beside the rooms.
 */
function findArrows(
  sources: ReadonlyMap<string, string>,
): Readonly<Record<string, readonly string[]>> {
  const reached = new Map<string, Set<string>>();
  for (const start of sources.keys()) {
    const room = roomOf(start);
    if (room === "") continue;
    const arrows = reached.get(room) ?? new Set();
    reached.set(room, arrows);
    const seen = new Set([start]);
    // A set grows while it is walked: what is added is visited too.
    for (const path of seen) {
      const there = roomOf(path);
      if (there !== "" && there !== room) arrows.add(there);
      for (const next of importsOf(path, sources.get(path) ?? "")) {
        seen.add(next);
      }
    }
  }
  return Object.fromEntries(
    [...reached].map((
      [room, others],
    ) => [room, [...others].toSorted()] as const).toSorted(),
  );
}

/** Rooms that reach each other, "a <-> b". */
function findCircles(
  arrows: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return Object.entries(arrows).flatMap(([room, others]) =>
    others.filter((other) => room < other && arrows[other]?.includes(room))
      .map((other) => `${room} <-> ${other}`)
  );
}

Deno.test("lib/data's rooms know each other one way only", () => {
  const sources = new Map(
    listFiles(`${ROOT}lib/data`).filter((name) => name.endsWith(".ts"))
      .map((name) => [
        `lib/data/${name}`,
        Deno.readTextFileSync(`${ROOT}lib/data/${name}`),
      ]),
  );
  assert(sources.has("lib/data/test_split.ts"));
  const arrows = findArrows(sources);
  assert.deepEqual(findCircles(arrows), []);
  assert.deepEqual(arrows, ARROWS);
});

Deno.test("findCircles() finds rooms that reach each other through a file beside them", () => {
  const arrows = findArrows(
    new Map([
      ["lib/data/fetch/a.ts", 'import type { A } from "../registry.ts";'],
      ["lib/data/registry.ts", 'export * from "./cache/b.ts";'],
      ["lib/data/cache/b.ts", 'await import("../fetch/c.ts");'],
      ["lib/data/fetch/c.ts", 'import "../serve/d.ts";'],
      ["lib/data/serve/d.ts", 'import "../errors.ts";'],
    ]),
  );
  assert.deepEqual(findCircles(arrows), ["cache <-> fetch"]);
  assert.deepEqual(arrows.serve, []);
});
