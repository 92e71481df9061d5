/** Records that would take another one's place, and tables made from them anew. */

import assert from "node:assert/strict";
import { posix } from "node:path";
import { pathToFileURL } from "node:url";
import { renderResults } from "../../experiments/results.ts";
import { report } from "../../experiments/rq1_compression.ts";
import { renderQuestion, storePath } from "../../lib/lab/mod.ts";
import {
  createRecord,
  environmentText,
  findStale,
  recordText,
} from "../../lib/report/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { finish, inFolder, type Json, type Outcome, start } from "./_run.ts";
import { query } from "./_traces.ts";

/** Every file of a profile's cells, by name: its pictures are made anew like its table. */
async function filesIn(
  results: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isFile } of Deno.readDir(`${results}/${folder}`)) {
    if (!isFile || name.endsWith("-pareto.svg")) continue;
    const bytes = await Deno.readFile(`${results}/${folder}/${name}`);
    files.set(name, new TextDecoder("latin1").decode(bytes));
  }
  return files;
}

/** Puts another whole record in a record's place, with an environment that fits it. */
async function replace(
  results: string,
  { place, deterministic, environment }: Outcome,
  change: (content: Json) => void,
): Promise<string> {
  const [question, profile, file] = place.split("/");
  const cell = file!.replace(/\.json$/, "");
  const content = structuredClone(deterministic);
  change(content);
  const record = createRecord(
    { question: question!, profile: profile!, cell },
    content,
  );
  const base = `${results}/${posix.dirname(place)}/${cell}`;
  await Deno.writeTextFile(`${base}.json`, recordText(record));
  await Deno.writeTextFile(
    `${base}.environment.json`,
    environmentText(record, environment),
  );
  return record.digest;
}

/** Other records that may lie where a run's own goes. */
const OTHERS = [
  {
    name: "of another engine",
    change: ({ identity }: Json) => identity.engine.version = "another",
    code: 0,
    said:
      /^A record of other options, data or engine had this name: it is kept as /m,
  },
  {
    name: "of the same identity with other results",
    change: ({ teacher }: Json) => teacher.test = 0.5,
    code: 4,
    said:
      /differs from the record of the same options, data and engine: digest [0-9a-f]{64}, expected [0-9a-f]{64}; the earlier one is kept as /m,
  },
] as const;

Deno.test("rq1 sets a record aside with all that belongs to it when another takes its name", async (t) => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = await finish(results);
    const at = posix.dirname(first.place);
    const cell = posix.basename(first.place, ".json");
    const own = await filesIn(results, at);
    assert.deepEqual(
      [...own.keys()].toSorted(),
      [
        "-layers.svg",
        "-removal.svg",
        "-search.svg",
        "-shrinkage.svg",
        ".environment.json",
        ".json",
        ".md",
        ".removal.policy",
        ".removal.safetensors",
        ".shrinkage.policy",
        ".shrinkage.safetensors",
      ].map((end) => `${cell}${end}`),
    );
    for (const { name, change, code, said } of OTHERS) {
      await t.step(name, async () => {
        const digest = await replace(results, first, change);
        const before = await filesIn(results, at);
        const again = await finish(results, { code });
        assert.match(again.stderr, said);
        assert.equal(again.record, first.record);
        const after = await filesIn(results, at);
        for (const file of own.keys()) {
          const aside = file.replace(cell, `${cell}.${digest.slice(0, 8)}`);
          assert.equal(after.get(aside), before.get(file), aside);
          // Times are told there.
          if (/\.environment\.json$|\.md$/.test(file)) continue;
          assert.equal(after.get(file), own.get(file), file);
        }
        // All that was there before is there still.
        assert.equal(after.size, before.size + own.size);
      });
    }
    await t.step("and leaves all as it is when it is the same", async () => {
      const before = await filesIn(results, at);
      const again = await finish(results);
      assert.doesNotMatch(again.stderr, /kept as/);
      assert.deepEqual(
        [...(await filesIn(results, at)).keys()],
        [...before.keys()],
      );
      // What was set aside is no cell of the table.
      assert.equal(again.table, first.table);
    });
    await t.step(
      "and keeps two of one name that begin alike apart",
      async () => {
        // Seed 11 begins as seed 1 does.
        const other = await finish(results, {
          flags: ["--seed", "11", "--final.epochs", "2"],
        });
        const folder = posix.dirname(other.place);
        const before = await filesIn(results, folder);
        const seed1 = await finish(results, { flags: ["--final.epochs", "2"] });
        await replace(results, seed1, ({ teacher }) => teacher.test = 0.5);
        await finish(results, { flags: ["--final.epochs", "2"], code: 4 });
        const after = await filesIn(results, folder);
        for (const [file, text] of before) assert.equal(after.get(file), text);
      },
    );
  });
});

Deno.test("renderQuestion() makes all files of a run anew, and passes over what is none of it", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = await finish(results);
    assert.deepEqual(first.environment.code.earlier, []);
    assert.doesNotMatch(first.stderr, /other code/);
    // As if its search had been by other code.
    const [{ run }] = query(
      results,
      "SELECT run FROM checkpoints WHERE run LIKE 'code/%'",
    ) as [{ run: string }];
    const store = openStore(storePath(results));
    const json = JSON.stringify({ searched: ["0123456789ab"] });
    store.putCheckpoint(run, { step: 1, json, blobs: {} });
    store.close();
    const outcome = await finish(results);
    assert.equal(outcome.record, first.record);
    assert.deepEqual(outcome.environment.code.earlier, ["0123456789ab"]);
    assert.match(
      outcome.stderr,
      /^mnist-\S+: goes on from a search by other code \(0123456789ab; now [0-9a-f]{12}\): its result may be that of neither/m,
    );
    const url = pathToFileURL(`${results}/`);
    const rendered = async () => {
      const files = await renderResults(url);
      // The index of all questions, which no run writes.
      assert(files.delete("README.md"));
      return files;
    };
    const files = await rendered();
    assert.equal(
      files.get(`${posix.dirname(outcome.place)}.md`),
      outcome.table,
    );
    assert.equal(files.size, 7, [...files.keys()].join());
    assert.deepEqual(await findStale(url, files), []);

    // A hidden file, as of a write that was cut off, and a record set aside.
    const at = `${results}/${posix.dirname(outcome.place)}`;
    await Deno.writeTextFile(`${at}/.x.json.123.tmp.json`, "{");
    await Deno.writeTextFile(`${results}/rq1/.y.json`, "{");
    await Deno.copyFile(
      `${results}/${outcome.place}`,
      `${results}/${
        outcome.place.replace(/json$/, `${outcome.digest.slice(0, 8)}.json`)
      }`,
    );
    assert.deepEqual(await rendered(), files);

    // Typed in a table: it is found.
    await Deno.writeTextFile(`${at}.md`, `${outcome.table}!`);
    assert.deepEqual(
      (await findStale(url, files)).map(({ path }) => path),
      [`${posix.dirname(outcome.place)}.md`],
    );

    // A record that no table would show.
    const stranger = outcome.place.replace("-s1.json", "-s2.json");
    await Deno.writeTextFile(`${results}/${stranger}`, outcome.record);
    await assert.rejects(
      renderQuestion(results, report),
      /^RecordError: Cannot make the table of "rq1\/smoke\+[0-9a-f]{8}": ".*-s2\.json" is a record of a cell that its index does not declare; run that cell again, or move the file away$/,
    );
    await Deno.remove(`${results}/${stranger}`);

    // Declared, and gone: the table says so.
    const index = `${at}.json`;
    await Deno.remove(`${results}/${outcome.place}`);
    const without = await renderQuestion(results, report);
    assert.match(
      without.get(`${posix.dirname(outcome.place)}.md`)!,
      /^- mnist-vgg13-w0\.03-reinforce-s1: not run yet$/m,
    );
    await Deno.writeTextFile(index, "{}");
    await assert.rejects(
      renderQuestion(results, report),
      /^RecordError: Cannot read the index of a profile: ".*" is not of the expected form/,
    );
  });
});

Deno.test("rq1 tells in its table what a cell lacks until it is run", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const seeds = ["--seeds", "2", "--stages", "removal"];
    const first = await start(results, {
      flags: [...seeds, "--cells", "s2"],
    }).ended;
    assert.equal(first.code, 0, first.stderr);
    const cell = "mnist-vgg13-w0.03-reinforce-s1";
    assert.match(first.stdout, new RegExp(`^- ${cell}: not run yet$`, "m"));
    const second = await start(results, {
      flags: [...seeds, "--cells", "s1"],
    }).ended;
    assert.equal(second.code, 0, second.stderr);
    assert.doesNotMatch(second.stdout, /not run yet/);
    // Both stand in one row: a mean with its interval, the first declared first. The
    // teacher is one, which they share.
    assert.match(second.stdout, /\| teacher +\| +1 \| +\d/);
    assert.match(second.stdout, /\| stage 1 \(removal\) +\| +2 \| +\d/);
    const listed = Array.from(
      second.stdout.matchAll(/^- \[(\S+)\]/gm),
      ([, name]) => name,
    );
    assert.deepEqual(listed, [cell, cell.replace("s1", "s2")]);
  });
});
