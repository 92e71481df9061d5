/** Searches that start from a trained policy. */

import assert from "node:assert/strict";
import {
  packPolicyState,
  policyId,
  unpackPolicyState,
} from "../../lib/policy/mod.ts";
import { finish, inFolder, type Json, stageOf, start } from "./_run.ts";
import { exists } from "./_traces.ts";

/** Short enough, and long enough that the policy moves: its steps are large. */
const SHORT = [
  ...["--removal.learning-rate", "0.1", "--final.epochs", "1"],
  ...["--shrinkage.iterations", "1"],
];

/** The actions that a stage proposed before it learned anything. */
function firstActions(deterministic: Json, kind: string): Json {
  const [first] = stageOf(deterministic, kind).records;
  return first.proposals.map(({ actions }: Json) => actions);
}

Deno.test("rq1 --policy starts from what another search learned, and the record says from which", async (t) => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const scratch = await finish(results, { flags: SHORT });
    const base = `${results}/${scratch.place.replace(/\.json$/, "")}`;
    const path = `${base}.removal.policy`;
    const bytes = await Deno.readFile(path);
    const id = policyId(bytes);
    assert.equal(stageOf(scratch.deterministic, "removal").policy, id);
    assert(!("policies" in scratch.deterministic.identity));
    // It is carried on by a fresh optimiser: none is in the file.
    const { step, arrays } = unpackPolicyState(bytes);
    assert.equal(step, 0);
    assert(Object.keys(arrays).every((name) => name.startsWith("parameters/")));

    await t.step("another search, of its own identity and name", async () => {
      const next = await finish(results, {
        flags: [...SHORT, "--policy", path],
      });
      assert.notEqual(next.place, scratch.place);
      const { identity } = next.deterministic;
      assert.deepEqual(identity.policies, [id]);
      assert.deepEqual(identity.config.policy, []);
      assert(!next.record.includes(folder), "a path is in the record");
      assert.notDeepEqual(
        firstActions(next.deterministic, "removal"),
        firstActions(scratch.deterministic, "removal"),
      );
      // It has gone further than what it started from.
      assert.notEqual(stageOf(next.deterministic, "removal").policy, id);

      // The same from another place is the same, and comes from the store.
      const elsewhere = `${folder}/elsewhere.policy`;
      await Deno.copyFile(path, elsewhere);
      const again = await finish(`${results}`, {
        flags: [...SHORT, "--policy", elsewhere],
      });
      assert.equal(again.digest, next.digest);
      assert.equal(again.environment.evaluations.trained, 0);
    });

    await t.step("one for each stage", async () => {
      const paths = ["shrinkage", "removal"].map((kind) =>
        `${base}.${kind}.policy`
      );
      const both = await finish(results, {
        flags: [...SHORT, "--policy", paths.join()],
      });
      const ids = [];
      for (const each of paths) {
        ids.push(policyId(await Deno.readFile(each)));
      }
      assert.deepEqual(both.deterministic.identity.policies, ids.toSorted());
    });

    await t.step("what cannot be started from is refused", async () => {
      const write = async (name: string, content: Uint8Array) => {
        await Deno.writeFile(`${folder}/${name}`, content);
        return `${folder}/${name}`;
      };
      const state = unpackPolicyState(bytes);
      const [name, values] = Object.entries(state.arrays)[0]!;
      const nan = { [name]: values.map(() => NaN) };
      const header = new TextEncoder().encode('{"format":1}');
      const hollow = Uint8Array.of(header.length, 0, 0, 0, ...header);
      const cases: readonly (readonly [readonly string[], RegExp])[] = [
        [
          ["--policy", `${base}.shrinkage.policy`, "--stages", "removal"],
          /expected a policy of removal, it is one of shrinkage$/m,
        ],
        [
          ["--policy", path, "--stages", "joint"],
          /expected a policy of joint, it is one of removal$/m,
        ],
        [
          ["--policy", `${path},${path}`],
          /expected one policy a stage, there are two of removal$/m,
        ],
        [
          ["--policy", `${folder}/none.policy`],
          /expected a policy's file, .*No/,
        ],
        [["--policy", folder], /expected a policy's file, .*directory/],
        [
          ["--policy", `${base}.json`],
          /expected a policy's file, .*Cannot unpack the policy's state/,
        ],
        [
          ["--policy", await write("cut.policy", bytes.subarray(0, -4))],
          /Cannot unpack the policy's state: its length is \d+ bytes/,
        ],
        [
          ["--policy", await write("hollow.policy", hollow)],
          /Cannot unpack the policy's state: its header lacks a field/,
        ],
        [
          [
            "--policy",
            await write(
              "nan.policy",
              packPolicyState({
                ...state,
                arrays: { ...state.arrays, ...nan },
              }),
            ),
          ],
          /holds NaN, expected finite numbers/,
        ],
        [
          ["--policy", path, "--removal.hidden", "20"],
          /expected one of the options of removal \(.*the length of/,
        ],
        [
          ["--policy", path, "--removal.features", "rich"],
          /expected one of the options of removal \(.*feature set is scaled, expected rich/,
        ],
      ];
      for (const [flags, message] of cases) {
        const other = `${folder}/other`;
        const { code, stdout, stderr } = await start(other, {
          flags: [...SHORT, ...flags],
        }).ended;
        assert.match(stderr, message);
        assert.match(stderr, /^--policy "/);
        assert.doesNotMatch(stderr, /^ +at /m);
        assert.equal(code, 2, stderr);
        assert.equal(stdout, "");
        assert(!exists(other), "a results folder was made");
      }
    });
  });
});
