import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  checkSignatures,
  PROJECT,
  signResults,
  verifyResults,
} from "../../lib/lab/mod.ts";
import { EXPERIMENTS } from "../../experiments/all.ts";
import { runCommand, UsageError } from "../../lib/cli/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";
import { withResults } from "./_results.ts";

const hasKeygen = await runCommand("ssh-keygen", ["-?"]) !== undefined;
const PARTS = ["rq1/smoke", "rq1/smoke.json", "rq1/smoke.md"];

/** A key, and the line that allows its owner to sign. */
async function makeKey(folder: string, name: string) {
  const key = `${folder}/${name}`;
  const args = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key];
  assert.equal((await runCommand("ssh-keygen", args))?.code, 0);
  const allowed = `${folder}/${name}.allowed`;
  const [type, line] = (await Deno.readTextFile(`${key}.pub`)).split(" ");
  await Deno.writeTextFile(allowed, `${name}@example.org ${type} ${line}\n`);
  return { key, allowed };
}

/** What the check of signatures finds. */
async function flawsOf(results: string, allowedSigners?: string) {
  const { flaws, checks } = await verifyResults({
    results,
    experiments: EXPERIMENTS,
    only: "rq1/smoke.json",
    further: [checkSignatures({ allowedSigners })],
  });
  return {
    messages: flaws.filter(({ check }) => check === "signatures")
      .map(({ message }) => message),
    ...checks.find(({ check }) => check === "signatures")!,
  };
}

Deno.test({
  name: hasKeygen
    ? "signResults() signs all files; whoever changes one, or signs with another key, is found out"
    : "signResults(): skipped, because this machine lacks ssh-keygen",
  ignore: !hasKeygen,
  async fn() {
    await inTemporaryFolder(async (folder) => {
      const own = await makeKey(folder, "own");
      const other = await makeKey(folder, "other");
      await withResults(PARTS, async ({ results, edit }) => {
        const missing = await flawsOf(results, own.allowed);
        assert.match(missing.messages[0]!, /^"SIGNATURES" is missing/);
        assert.deepEqual((await flawsOf(results)).messages, []);

        const path = await signResults(results, own.key);
        assert.equal(path, `${results}/SIGNATURES`);
        const signed = await flawsOf(results, own.allowed);
        assert.deepEqual(signed.messages, []);
        assert.ok(signed.count > 15);
        const unasked = await flawsOf(results);
        assert.match(unasked.notes[0]!, /--allowed-signers FILE does/);

        const stranger = await flawsOf(results, other.allowed);
        assert.match(stranger.messages[0]!, /is signed by nobody of/);

        const page = "rq1/smoke.md";
        await edit(page, (text) => text.replace(/\d/, "7"));
        const altered = await flawsOf(results, own.allowed);
        assert.deepEqual(altered.messages, [
          `"${page}" is not the one that was signed; --sign signs what is there`,
        ]);
        // Whoever alters the list of digests too breaks the signature.
        await edit(
          "SIGNATURES",
          (text) => text.replace(/^[0-9a-f]{64}/, "0".repeat(64)),
        );
        const forged = await flawsOf(results, own.allowed);
        assert.ok(
          forged.messages.some((each) =>
            /does not bear the signature of own@example.org/.test(each)
          ),
          forged.messages.join("\n"),
        );
        await assert.rejects(
          signResults(results, `${folder}/none`),
          (error) =>
            error instanceof UsageError &&
            /^--sign ".*none": ssh-keygen refuses it \([^\n]+\)$/.test(
              error.message,
            ),
        );
      });
    });
  },
});

Deno.test("signatures are skipped with a reason where ssh-keygen is missing", async () => {
  await withResults(PARTS, async ({ results }) => {
    await Deno.writeTextFile(
      `${results}/SIGNATURES`,
      "-----BEGIN SSH SIGNATURE-----\n",
    );
    // In a process of its own: other tests of this one need their programs.
    const at = (path: string) => JSON.stringify(import.meta.resolve(path));
    const code = `
      import { checkSignatures, signResults } from ${
      at("../../lib/lab/mod.ts")
    };
      import { createTally } from ${at("../../lib/lab/verify/tally.ts")};
      const results = ${JSON.stringify(results)};
      const tally = createTally();
      await checkSignatures({ allowedSigners: "x" })({
        ...{ results, tally, known: new Set() },
        traces: [],
        pages: new Map(),
      });
      const { notes } = tally.results().find(({ check }) =>
        check === "signatures"
      );
      const error = await signResults(results, "x").then(() => "", String);
      console.log(JSON.stringify({ notes, error }));
    `;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", code],
      cwd: fileURLToPath(PROJECT),
      env: { PATH: results },
      stdin: "null",
    }).output();
    const [said, troubles] = [stdout, stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    assert.ok(said!.startsWith("{"), troubles!);
    const { notes, error } = JSON.parse(said!);
    assert.match(notes[0], /skipped, because this machine lacks ssh-keygen/);
    assert.match(
      error,
      /--sign: expected ssh-keygen, which this machine lacks/,
    );
  });
});
