import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { EXPERIMENTS } from "../../experiments/all.ts";
import { findOrphans, PROJECT, renderQuestion } from "../../lib/lab/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";
import { withoutDigests } from "./_results.ts";

const COMMITTED = fileURLToPath(new URL("results", PROJECT));
const { report } = EXPERIMENTS.find(({ report }) => report.question === "rq1")!;

/** The committed smoke results of RQ1 in a folder of their own. */
async function withSmoke(
  run: (
    results: string,
    write: (path: string, text: string) => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (results) => {
    await Deno.mkdir(`${results}/rq1/smoke`, { recursive: true });
    const entries = await Array.fromAsync(
      Deno.readDir(`${COMMITTED}/rq1/smoke`),
    );
    const files = entries.map(({ name }) => `rq1/smoke/${name}`);
    for (const path of ["rq1/smoke.json", "rq1/smoke.md", ...files]) {
      await Deno.copyFile(`${COMMITTED}/${path}`, `${results}/${path}`);
    }
    await run(
      results,
      (path, text) => Deno.writeTextFile(`${results}/rq1/${path}`, text),
    );
  });
}

async function environmentPath(results: string): Promise<string> {
  const entries = await Array.fromAsync(Deno.readDir(`${results}/rq1/smoke`));
  const { name } = entries.find(({ name }) =>
    name.endsWith(".environment.json")
  )!;
  return `${results}/rq1/smoke/${name}`;
}

Deno.test("renderQuestion() passes over what is no index and no record, hidden or not", async () => {
  await withSmoke(async (results, write) => {
    const whole = await renderQuestion(results, report);
    assert(whole.size > 5);
    for (const path of ["._smoke.json", "package.json", "Not a name.json"]) {
      await write(path, "{}");
    }
    await write("smoke/._x.json", "{");
    await write("smoke/package.json", "{}");
    await Deno.mkdir(`${results}/rq1/smoke/folder.json`);
    assert.deepEqual(await renderQuestion(results, report), whole);
  });
});

Deno.test("renderQuestion() throws for a damaged index, and for a record that no index declares", async () => {
  await withSmoke(async (results, write) => {
    const index = JSON.parse(
      await Deno.readTextFile(`${results}/rq1/smoke.json`),
    );
    const cells = index.cells.slice(1);
    const wrong = [{ name: "../../x" }, ...cells];
    const cases = [
      ["{", /"\S+smoke\.json" is not of the expected form/],
      [{ ...index, cells: wrong }, /expected the name of a record/],
      [{ ...index, cells }, /is a record of a cell that its index does not/],
    ] as const;
    for (const [value, message] of cases) {
      await write(
        "smoke.json",
        typeof value === "string" ? value : JSON.stringify(value),
      );
      await assert.rejects(renderQuestion(results, report), {
        name: "RecordError",
        exitCode: 5,
        message,
      });
    }
  });
});

Deno.test("renderQuestion() throws for an environment of another form", async () => {
  await withSmoke(async (results) => {
    const path = await environmentPath(results);
    const text = withoutDigests(await Deno.readTextFile(path));
    const changes = {
      '"workerSeconds": "many"': /"workerSeconds": [\d.e-]+/g,
      '"evaluations_": {': /"evaluations": \{/,
    };
    for (const [to, from] of Object.entries(changes)) {
      assert.match(text, new RegExp(from));
      await Deno.writeTextFile(
        path,
        text.replaceAll(new RegExp(from, "g"), to),
      );
      await assert.rejects(renderQuestion(results, report), {
        name: "RecordError",
        message: /Cannot read an environment: .* is not of the expected form/,
      });
    }
  });
});

Deno.test("findOrphans() finds pages and figures of no record, not those of one that was set aside", async () => {
  await withSmoke(async (results, write) => {
    const files = await renderQuestion(results, report);
    assert.deepEqual(await findOrphans(results, "rq1", files), []);
    const strangers = ["hand.md", "smoke/hand-keep.svg", "smoke/x.89abcdef.md"];
    for (const path of strangers) await write(path, "");
    for (const end of [".json", ".md", ".svg", "-keep.svg"]) {
      await write(`smoke/x.01234567${end}`, "");
    }
    await write("smoke/.hidden.md", "");
    assert.deepEqual(
      await findOrphans(results, "rq1", files),
      strangers.map((path) => ({
        path: `rq1/${path}`,
        reason: "is of no record; remove it",
      })),
    );
    assert.deepEqual(await findOrphans(results, "rq9", files), []);
  });
});
