import assert from "node:assert/strict";
import { openFolder } from "../../lib/lab/regress/folder.ts";
import { storePath } from "../../lib/lab/session/session.ts";

/** Opens folders of regression tests below a results folder that goes again. */
async function withResults(
  work: (
    open: (
      questions: readonly string[],
      options?: { readonly fresh: boolean },
    ) => ReturnType<typeof openFolder>,
  ) => Promise<void>,
): Promise<void> {
  const results = await Deno.makeTempDir();
  try {
    await work((questions, { fresh } = { fresh: false }) =>
      openFolder({
        results,
        engine: "onnx-cpu",
        profile: "smoke",
        questions,
        fresh,
      })
    );
  } finally {
    await Deno.remove(results, { recursive: true });
  }
}

/** What a run leaves that is under way. */
async function begin(folder: string): Promise<string> {
  const store = storePath(folder);
  await Deno.mkdir(`${folder}/.store`);
  await Deno.writeTextFile(store, "begun");
  return store;
}

Deno.test("openFolder() refuses a folder that another run is in, and leaves all of it", async () => {
  await withResults(async (open) => {
    const first = await open(["rq1"]);
    const store = await begin(first.folder);
    // As if the code had been edited meanwhile.
    await Deno.writeTextFile(`${first.folder}/code`, "other");
    for (const fresh of [false, true]) {
      await assert.rejects(open(["rq1"], { fresh }), {
        name: "StoreError",
        exitCode: 2,
        message:
          /^Cannot start a regression test: another process .*onnx-cpu-smoke\/rq1"/,
      });
    }
    assert.equal(await Deno.readTextFile(store), "begun");
    first[Symbol.dispose]();
    using _again = await open(["rq1"]);
    await assert.rejects(Deno.stat(store), { name: "NotFound" });
  });
});

Deno.test("openFolder() goes on where a run was interrupted, whatever others did since", async () => {
  await withResults(async (open) => {
    const interrupted = await open(["rq2"]);
    const store = await begin(interrupted.folder);
    interrupted[Symbol.dispose]();
    for (const questions of [["rq1"], ["rq1", "rq2"]]) {
      const other = await open(questions);
      assert.notEqual(other.folder, interrupted.folder);
      await begin(other.folder);
      await Deno.remove(other.folder, { recursive: true });
      other[Symbol.dispose]();
    }
    const again = await open(["rq2"]);
    assert.equal(await Deno.readTextFile(store), "begun");
    again[Symbol.dispose]();
    using fresh = await open(["rq2"], { fresh: true });
    assert.equal(fresh.folder, interrupted.folder);
    await assert.rejects(Deno.stat(store), { name: "NotFound" });
  });
});
