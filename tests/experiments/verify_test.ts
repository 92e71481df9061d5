import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { EXPERIMENTS } from "../../experiments/all.ts";
import { PROJECT, scoreWeights, verifyResults } from "../../lib/lab/mod.ts";
import { decodeTensors, encodeTensors } from "../../lib/training/mod.ts";
import { taskArgs } from "../_tasks.ts";
import { withoutDigests, withResults } from "../lab/_results.ts";

const SMOKE = ["rq1/smoke", "rq1/smoke.json", "rq1/smoke.md"];
const CELL = "rq1/smoke/mnist-vgg13-w0.125-reinforce-s1";

/** Runs the command as a user does. */
async function verify(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArgs("verify"), ...args],
    cwd: fileURLToPath(PROJECT),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("deno task verify exits 0, 4 for what contradicts itself, 5 for what is damaged", async () => {
  await withResults(SMOKE, async ({ results, edit }) => {
    const only = ["--results", results, "--only", `${CELL}.md`];
    const whole = await verify(...only, "--trace");
    assert.equal(whole.code, 0, whole.stderr);
    assert.match(whole.stdout, /^\| pages +\| .* \| +\d+ \| holds +\|$/m);
    assert.match(
      whole.stdout,
      /^What this cannot tell: whether the runs took/m,
    );
    assert.ok(
      whole.stdout.includes(`${CELL}.md\n  from ${CELL} `),
      whole.stdout,
    );

    await edit(`${CELL}.md`, (text) => text.replace(/\d\d\.\d\d/, "99.99"));
    const other = await verify(...only);
    assert.equal(other.code, 4, other.stderr);
    assert.match(other.stdout, /^\| pages .* \| 1 wrong/m);
    assert.match(
      other.stdout,
      /^pages: ".*\.md" is .* expected .*; deno task results writes what/m,
    );

    await edit(`${CELL}.json`, (text) => text.replace(/0\.9/, "0.8"));
    const damaged = await verify(...only, "--json");
    assert.equal(damaged.code, 5, damaged.stderr);
    const events = damaged.stdout.trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.deepEqual(
      events.map(({ event }) => event),
      ["verification", "end"],
    );
    const { flaws, code } = events[0];
    assert.equal(code, 5);
    assert.match(
      flaws[0].message,
      /the digest of ".*" is [0-9a-f]{64}, expected/,
    );
    assert.equal(damaged.stderr, "");

    const unsigned = await verify("--results", results, "--sign", "key");
    assert.equal(unsigned.code, 5);
    assert.match(unsigned.stderr, /Not signed: what is signed must hold first/);
  });
});

Deno.test("deno task verify names what it was asked and cannot find", async () => {
  const none = await verify("--results", "no such folder");
  assert.deepEqual([none.code, none.stderr.trim()], [
    2,
    '--results "no such folder": expected a folder of results, there is nothing of this name',
  ]);
  const unknown = await verify("--only", "rq1/laptopp.md");
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /^--only "rq1\/laptopp\.md": expected a file below "results".*rq1\/laptop\.md/,
  );
  const folder = await verify("--only", "rq1/laptop");
  assert.deepEqual([folder.code, folder.stdout, folder.stderr.trim()], [
    2,
    "",
    '--only "rq1/laptop": expected a file below "results", this is a folder',
  ]);
});

Deno.test("deno task verify signs and checks signatures of all files alone", async () => {
  const cases = [
    [
      ["--only", "README.md", "--sign", "k"],
      /^--sign with --only: expected one/,
    ],
    [
      ["--sign", "k", "--allowed-signers", "s"],
      /^--sign with --allowed-signers: expected one of them; sign first/,
    ],
    [
      ["--only", "README.md", "--allowed-signers", "s"],
      /^--allowed-signers with --only: expected one of them/,
    ],
  ] as const;
  for (const [args, message] of cases) {
    const { code, stderr } = await verify(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});

Deno.test("scoreWeights() tests weights on test images, and finds those that score otherwise", async () => {
  await withResults(SMOKE, async ({ results, edit }) => {
    // Else weights are known for others before they are tested.
    await edit(`${CELL}.environment.json`, withoutDigests);
    const file = `${CELL}.shrinkage.safetensors`;
    const score = async (only = file) => {
      const { flaws, checks } = await verifyResults({
        results,
        experiments: EXPERIMENTS,
        only,
        further: [
          scoreWeights({ engine: "onnx-cpu", experiments: EXPERIMENTS, only }),
        ],
      });
      const { count, notes } = checks.find(({ check }) => check === "scores")!;
      return { flaws, count, notes };
    };
    assert.deepEqual(await score(), { flaws: [], count: 1, notes: [] });
    // Whatever is of the cell, or of its profile, means its weights.
    for (
      const [only, count] of [[`${CELL}.md`, 2], [`${CELL}.json`, 2]] as const
    ) {
      assert.deepEqual(await score(only), { flaws: [], count, notes: [] });
    }
    await Deno.writeTextFile(`${results}/notes.txt`, "");
    assert.deepEqual((await score("notes.txt")).notes, [
      'no weights that are here belong to "notes.txt"',
    ]);
    // Weights of the same form that were never trained.
    const path = `${results}/${file}`;
    const { tensors, metadata } = decodeTensors(await Deno.readFile(path));
    for (const { data } of Object.values(tensors)) data.fill(0.5);
    await Deno.writeFile(path, encodeTensors({ tensors, metadata }, "F16"));
    const { flaws: [flaw] } = await score();
    assert.equal(flaw?.check, "scores");
    assert.match(
      flaw.message,
      /scores \d+\.\d\d % of the test images, recorded \d\d\.\d\d %, expected at most 0\.2 points between/,
    );
  });
});
