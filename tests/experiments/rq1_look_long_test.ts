import assert from "node:assert/strict";
import { z } from "zod";
import { command } from "../../experiments/rq1_compression.ts";
import { finish, inFolder, PROJECT, startRaw, tinyFlags } from "./_run.ts";
import { exists, look, snapshot } from "./_traces.ts";

/** Flags of a schema's fields, those of nested ones through dots. */
function flagsOf(schema: z.ZodObject, prefix = "--"): readonly string[] {
  return Object.entries(schema.shape).flatMap(([key, field]) => {
    const { flag } = (field as z.ZodType).meta() ?? {};
    const name = flag !== undefined ? `--${flag}` : prefix +
      key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
    return inner instanceof z.ZodObject ? flagsOf(inner, `${name}.`) : [name];
  });
}

Deno.test("rq1 --help names every option and exits with 0", async () => {
  const flags = flagsOf(command.schema as unknown as z.ZodObject);
  assert(flags.includes("--removal.normalise-advantage"), flags.join(" "));
  assert(flags.length > 35, `only ${flags.length} options`);
  const { code, stdout, stderr } = await startRaw(["--help"]).ended;
  assert.equal(code, 0);
  assert.equal(stderr, "");
  const builtIn = ["seed", "engine", "workers", "data", "results", "profile"]
    .concat("config", "fresh", "dry-run", "help").map((name) => `--${name}`);
  const lines = stdout.split("\n");
  for (const flag of [...flags, ...builtIn]) {
    const at = lines.findIndex((line) =>
      line === `  ${flag}` || line.startsWith(`  ${flag} `) ||
      line.startsWith(`  ${flag};`)
    );
    assert(at >= 0, `${flag} is not named`);
    // A long list of values goes on in lines of four blanks.
    const below = lines.slice(at + 1).find((line) => !/^ {4}\S/.test(line));
    assert.match(below!, /^ {6,}\S/, `${flag} is not explained`);
  }
  assert.match(stdout, /^Examples:\n {2}deno task rq1$/m);
  for (const line of lines) assert(line.length <= 80, line);
});

/** Hours, disk in MB and what else a dry run told. */
async function plan(profile: string): Promise<readonly [number, number]> {
  const told: number[] = [];
  await inFolder(async (folder) => {
    const project = await snapshot(`${PROJECT}datasets`);
    const cache = `${folder}/cache`;
    const results = `${folder}/results`;
    const flags = ["--profile", profile, "--dry-run", "--results", results];
    for (const env of [{ N2N_CACHE: cache }, {}]) {
      const { code, stdout, stderr } = await startRaw(flags, { env }).ended;
      assert.equal(code, 0, stderr);
      assert.equal(stderr, "");
      assert.match(stdout, new RegExp(`profile ${profile}, seed 1: a dry run`));
      assert.match(stdout, /^Nothing is stored yet in /m);
      if ("N2N_CACHE" in env) assert.match(stdout, /to be fetched and decoded/);
      const hours = /^Predicted: (\d+\.\d\d) worker-hours, \S.*/m.exec(stdout);
      const disk = /^Disk: (\d+) MB/m.exec(stdout);
      told.push(Number(hours![1]), Number(disk![1]));
    }
    assert(!exists(results), "a results folder was made");
    assert(!exists(cache), "a cache was made");
    assert.deepEqual(await snapshot(`${PROJECT}datasets`), project);
  });
  assert.deepEqual(told.slice(0, 2), told.slice(2));
  return [told[0]!, told[1]!];
}

Deno.test("rq1 --dry-run tells time and disk of every profile and writes nothing", async () => {
  const [smoke, laptop, paper] = [
    await plan("smoke"),
    await plan("laptop"),
    await plan("paper"),
  ];
  assert(smoke[0] < laptop[0] && laptop[0] < paper[0]);
  assert(paper[0] > 10, "the paper's protocol takes many hours");
  // The data alone are 55 MB.
  for (const [, disk] of [smoke, laptop, paper]) assert(disk >= 54);
});

Deno.test("rq1 --dry-run tells what is stored and leaves it as it is", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    await finish(results);
    const before = await snapshot(results);
    const flags = [...tinyFlags(results), "--dry-run"];
    const { code, stdout } = await startRaw(flags).ended;
    assert.equal(code, 0);
    const { evaluations, tests } = look(results);
    assert(
      stdout.includes(
        `Stored in ${results}/.store/runs.sqlite: ${
          evaluations + tests
        } evaluations of all runs,`,
      ),
      stdout,
    );
    const after = await snapshot(results);
    // The store's folder changes with the files of the test below.
    const inUse = /\/\.store \d|-(?:shm|wal) \d/;
    assert.deepEqual(
      after.filter((line) => !inUse.test(line)),
      before.filter((line) => !inUse.test(line)),
    );
    assert(before.some((line) => line.includes("/runs.sqlite ")));
  });
});

Deno.test("rq1 --dry-run leaves no file beside the store", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    await finish(results);
    const before = await snapshot(results);
    const flags = [...tinyFlags(results), "--dry-run"];
    assert.equal((await startRaw(flags).ended).code, 0);
    assert.deepEqual(await snapshot(results), before);
  });
});
