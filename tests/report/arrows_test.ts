import assert from "node:assert/strict";
import { importsOf } from "../_house.ts";

const PROJECT = new URL("../../", import.meta.url);

/** Imports of every file below a folder, by path from the project's folder. */
async function arrowsBelow(
  folder: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const arrows = new Map<string, readonly string[]>();
  for await (const { name, isFile } of Deno.readDir(new URL(folder, PROJECT))) {
    const path = `${folder}/${name}`;
    if (isFile) {
      const source = await Deno.readTextFile(new URL(path, PROJECT));
      arrows.set(path, importsOf(path, source));
    } else {
      for (const entry of await arrowsBelow(path)) arrows.set(...entry);
    }
  }
  return arrows;
}

/** Files that import themselves by way of others, sorted. */
function filesInCircles(
  arrows: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return [...arrows.keys()].filter((start) => {
    const seen = new Set(arrows.get(start));
    for (const at of seen) {
      for (const next of arrows.get(at) ?? []) seen.add(next);
    }
    return seen.has(start);
  }).sort();
}

Deno.test("files of lib/report import each other one way only", async () => {
  const arrows = await arrowsBelow("lib/report");
  assert.ok(
    arrows.get("lib/report/mod.ts")?.includes(
      "lib/report/search_figure/search_figure.ts",
    ),
  );
  assert.deepEqual(filesInCircles(arrows), []);
  // The check itself sees a circle, of types too.
  const circle = new Map([...arrows, [
    "lib/report/_axis.ts",
    importsOf(
      "lib/report/_axis.ts",
      'import type { KeepFigureOptions } from "./keep_figure.ts";',
    ),
  ]]);
  assert.deepEqual(filesInCircles(circle), [
    "lib/report/_axis.ts",
    "lib/report/keep_figure.ts",
  ]);
});
