import assert from "node:assert/strict";
import { randomStream } from "../../lib/random/mod.ts";
import { PROJECT_RESULTS } from "../../lib/lab/mod.ts";
import { withResults } from "./_results.ts";

/** Digits that are altered, one at a time. */
const SAMPLE = 160;

/** Committed records, tables, pages and figures, below results/. */
async function generated(folder = ""): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (
    const { name, isDirectory } of Deno.readDir(`${PROJECT_RESULTS}/${folder}`)
  ) {
    const path = `${folder}${name}`;
    if (name.startsWith(".")) continue;
    if (isDirectory) paths.push(...await generated(`${path}/`));
    // What runs took is no record: docs/verify.md says what is seen of it.
    const isOurs = /\.(json|md|svg)$/.test(name) &&
      !/(\.environment\.json$|^bench\/.*json$|^memory\.)/.test(path);
    if (isOurs) paths.push(path);
  }
  return paths.sort();
}

Deno.test("verifyResults() sees any digit that is altered in a record, table, page or figure", async () => {
  const paths = await generated();
  assert.ok(paths.length > 150);
  const random = randomStream(1, "digits");
  const kinds = new Set<string>();
  await withResults(["."], async ({ results, flaws }) => {
    for (let i = 0; i < SAMPLE; i++) {
      const path = paths[random.integer(paths.length)]!;
      const file = `${results}/${path}`;
      const text = await Deno.readTextFile(file);
      const places = [...text.matchAll(/\d/g)].map(({ index }) => index);
      if (places.length === 0) continue;
      const at = places[random.integer(places.length)]!;
      const digit = (Number(text[at]) + 1 + random.integer(9)) % 10;
      await Deno.writeTextFile(
        file,
        `${text.slice(0, at)}${digit}${text.slice(at + 1)}`,
      );
      const found = await flaws(path);
      assert.ok(
        found.length > 0,
        `"${path}": ${
          JSON.stringify(text.slice(at - 30, at + 20))
        }, now ${digit}`,
      );
      await Deno.writeTextFile(file, text);
      kinds.add(path.replace(/^.*\./, ""));
    }
  });
  assert.deepEqual([...kinds].sort(), ["json", "md", "svg"]);
});
